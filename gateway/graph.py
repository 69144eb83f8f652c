"""The graph put together, and how one operation runs through it."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from inspect import isawaitable

import msgspec
import strawberry
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, execute
from strawberry.schema.config import StrawberryConfig

from adapters.cache.usage import Usage
from gateway.documents import Documents
from gateway.http.errors import present
from gateway.http.exchange import JSON, Answer, GraphQLRequest, HTTPInfo
from gateway.http.refusals import Refused
from resolvers.context import Context, Doors
from resolvers.viewer import Viewer
from schema.agreements import ServiceAgreementQuery
from schema.appointments import AppointmentQuery
from schema.customers import CustomerQuery
from schema.equipment import EquipmentQuery
from schema.estimates import EstimateQuery
from schema.invoices import InvoiceQuery
from schema.jobs import JobQuery
from schema.locations import Location
from schema.memberships import MembershipQuery
from schema.node import NodeQuery
from schema.portal import PortalQuery
from schema.proposals import ProposalQuery
from schema.scalars import SCALARS
from schema.viewer import ViewerQuery
from schema.visits import Visit

OPERATION_SECONDS = 10.0
"""How long one operation may take, whatever it asks."""


@strawberry.type(description="Everything that can be asked.")
class Query(
    ViewerQuery,
    PortalQuery,
    NodeQuery,
    CustomerQuery,
    InvoiceQuery,
    JobQuery,
    AppointmentQuery,
    EquipmentQuery,
    ProposalQuery,
    EstimateQuery,
    ServiceAgreementQuery,
    MembershipQuery,
):
    """Each entity's file declares its own fields."""


def build_schema() -> strawberry.Schema:
    """Return the schema, every type of it."""
    return strawberry.Schema(
        Query, types=[Location, Visit], config=StrawberryConfig(scalar_map=dict(SCALARS))
    )


def sdl() -> str:
    """Return the contract with front ends, as it is printed."""
    return build_schema().as_str() + "\n"


class Graph:
    """Runs operations; `tells_cost` adds to each answer what it cost upstream and what it saved."""

    def __init__(
        self, doors: Doors, now: Callable[[], datetime], *, tells_cost: bool = False
    ) -> None:
        self._doors = doors
        self._now = now
        self._tells_cost = tells_cost
        self._schema = core(build_schema())
        self._documents = Documents(self._schema)

    async def execute(self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo) -> Answer:
        """Answer one request; what goes wrong inside it is told in its answer.

        Raises Refused (405) for anything but a query by GET.
        """
        document = self._documents.read(asked.query)
        if document.node is None or document.errors:
            return _answer({"errors": [present(error) for error in document.errors]}, http)
        if http.method == "GET" and not document.only_reads(asked.operation_name):
            raise Refused(405, "Only queries may be asked by GET.", headers={"allow": "POST"})
        context = Context(viewer, self._now(), self._doors)
        try:
            async with asyncio.timeout(OPERATION_SECONDS):
                result = execute(
                    self._schema,
                    document.node,
                    context_value=context,
                    variable_values=asked.variables,
                    operation_name=asked.operation_name,
                )
                if isawaitable(result):
                    result = await result
        except TimeoutError as error:
            result = ExecutionResult(None, [GraphQLError(str(error), original_error=error)])
        finally:
            context.end()
        return _answer(self._told(result, context.usage), http)

    def _told(self, result: ExecutionResult, usage: Usage) -> Mapping[str, object]:
        told: dict[str, object] = {}
        if result.errors:
            told["errors"] = [present(error) for error in result.errors]
        if not _never_ran(result):
            told["data"] = result.data
        upstream: dict[str, object] = {"staleSeconds": 0}
        if self._tells_cost:
            upstream |= {"calls": usage.calls, "saved": usage.saved}
        told["extensions"] = {"upstream": upstream}
        return told


def core(schema: strawberry.Schema) -> GraphQLSchema:
    """Return graphql-core's schema, which runs operations without Strawberry's extension runner."""
    return schema._schema  # noqa: SLF001  # Strawberry gives it to no one by another name


def _never_ran(result: ExecutionResult) -> bool:
    """Was the request itself wrong: a variable, or an operation that is not there?"""
    return result.data is None and all(error.path is None for error in result.errors or ())


def _answer(told: Mapping[str, object], http: HTTPInfo) -> Answer:
    failed = "data" not in told
    status = 400 if failed and http.media_type != JSON else 200
    return Answer(body=msgspec.json.encode(told), status=status)
