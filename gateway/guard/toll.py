"""What every operation passes on its way to the graph: its document found, its cost charged."""

from dataclasses import dataclass

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

from gateway.guard.budgets import Budgets, Charge
from gateway.guard.cost import NOTHING, cost_of
from gateway.guard.persisted import Persisted
from gateway.http.exchange import GraphQLRequest
from resolvers.errors import LimitExceeded
from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Toll:
    """Finds documents, and charges for operations before they run."""

    schema: GraphQLSchema
    budgets: Budgets
    persisted: Persisted

    async def read(self, asked: GraphQLRequest, viewer: Viewer) -> GraphQLRequest:
        """Return the request with the document that it names, or with why it has none."""
        return asked if asked.is_read else await self.persisted.read(asked, viewer)

    def trusted(self, name: str) -> str | None:
        """Return the text of the trusted document of this name."""
        return self.persisted.trusted(name)

    async def charge(
        self,
        asked: GraphQLRequest,
        viewer: Viewer,
        address: str,
        document: DocumentNode | None = None,
        operation: OperationDefinitionNode | None = None,
    ) -> Charge:
        """Charge an operation of a valid document, or a request that has none.

        Raises Refused (429) where its payer has to wait, and LimitExceeded, once the request is
        counted, where it costs more than one operation may.
        """
        cost = NOTHING
        if document is not None:
            cost = cost_of(self.schema, document, operation, asked.variables or {})
        ceiling = self.budgets.ceiling(viewer)
        if cost.points <= ceiling:
            return await self.budgets.charge(viewer, address, cost)
        await self.budgets.charge(viewer, address)
        raise LimitExceeded(
            f"This asks for too much at once: an operation may cost {ceiling} points. "
            "Ask for fewer rows.",
            "cost",
        )

    def settle(self, charge: Charge, calls: int) -> None:
        """Take in how many calls an operation came to."""
        self.budgets.settle(charge, calls)

    async def aclose(self) -> None:
        """Let go of what it holds."""
        await self.budgets.aclose()
        await self.persisted.aclose()
