"""What every operation passes on its way to the graph: its document found, its cost charged."""

from dataclasses import dataclass

from gateway.guard.budgets import Budgets, Charge, Payer
from gateway.guard.cost import NOTHING, Cost
from gateway.guard.persisted import Lasting, Persisted
from gateway.http.exchange import GraphQLRequest
from resolvers.errors import LimitExceeded
from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Toll:
    """Finds documents, and charges for operations before they run."""

    budgets: Budgets
    persisted: Persisted

    async def read(self, asked: GraphQLRequest, viewer: Viewer) -> GraphQLRequest:
        """Return the request with the document that it names, or with why it has none."""
        return await self.persisted.read(asked, viewer)

    def trusted(self, name: str) -> str | None:
        """Return the text of the trusted document of this name."""
        return self.persisted.trusted(name)

    def at_once(self, asked: GraphQLRequest) -> tuple[str, Lasting] | None:
        """Return the text of a customer's document, and how it was found; None where `read` tells.

        Nothing is counted.
        """
        return self.persisted.at_once(asked)

    def lasting(self, asked: GraphQLRequest) -> Lasting | None:
        """Return how the document of a request was found that `is_read`, if that lasts."""
        return self.persisted.lasting(asked)

    def lasts(self, found: Lasting) -> bool:
        """Would it still be found so, by the same choices?"""
        return self.persisted.lasts(found)

    def count(self, found: Lasting) -> None:
        """Count the document of a customer's as found once more."""
        self.persisted.count(found)

    async def charge(self, viewer: Viewer, address: str, cost: Cost = NOTHING) -> Charge:
        """Charge an operation that will cost this, or a request that runs nothing.

        Raises Refused (429) where its payer has to wait, and LimitExceeded, once the request is
        counted, where it costs more than one operation may.
        """
        ceiling = self.budgets.ceiling(viewer)
        if cost.points <= ceiling:
            return await self.budgets.charge(viewer, address, cost)
        await self.budgets.charge(viewer, address)
        raise LimitExceeded(
            f"This asks for too much at once: an operation may cost {ceiling} points. "
            "Ask for fewer rows.",
            "cost",
        )

    def charge_at_once(self, payer: Payer, cost: Cost) -> Charge | None:
        """Charge an operation that this payer was charged for before, by the same choices.

        None where `charge` waits or refuses: nothing is charged then.
        """
        return self.budgets.charge_at_once(payer, cost)

    def is_affordable(self, viewer: Viewer, payer: Payer, cost: Cost) -> bool:
        """Would this be charged at once, as things stand?"""
        budgets = self.budgets
        return cost.points <= budgets.ceiling(viewer) and budgets.is_affordable(payer, cost)

    def settle(self, charge: Charge, calls: int) -> None:
        """Take in how many calls an operation came to."""
        self.budgets.settle(charge, calls)

    async def aclose(self) -> None:
        """Let go of what it holds."""
        await self.budgets.aclose()
        await self.persisted.aclose()
