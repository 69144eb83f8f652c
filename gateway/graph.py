"""The graph put together, and how one operation runs through it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from datetime import datetime
from functools import cache
from inspect import isawaitable

import strawberry
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, execute
from strawberry.schema.config import StrawberryConfig

from gateway.documents import Documents
from gateway.http.errors import present
from gateway.http.exchange import Answer, GraphQLRequest, HTTPInfo
from gateway.http.refusals import Refused
from gateway.subscriptions import answer_of, told, whole
from gateway.watching import Watch, Watched
from resolvers.beginning import begin
from resolvers.card_numbers import holds_card_number
from resolvers.context import Context
from resolvers.doors import Doors
from resolvers.errors import Forbidden
from resolvers.viewer import Viewer
from schema.accepting import AcceptingMutation
from schema.agreements import ServiceAgreementQuery
from schema.appointments import AppointmentQuery
from schema.changes import ChangeSubscription
from schema.customers import CustomerQuery
from schema.direct_links import DirectLinkMutation
from schema.equipment import EquipmentQuery
from schema.estimates import EstimateQuery
from schema.invoices import InvoiceQuery
from schema.jobs import JobQuery
from schema.locations import Location
from schema.memberships import MembershipQuery
from schema.node import NodeQuery
from schema.paying import PayingMutation
from schema.payment_methods import PaymentMethodMutation
from schema.payments import PaymentQuery
from schema.portal import PortalQuery
from schema.proposals import ProposalQuery
from schema.scalars import SCALARS
from schema.staff import StaffMutation, StaffQuery
from schema.viewer import ViewerQuery
from schema.visits import Visit

OPERATION_SECONDS = 10.0
"""How long one operation may take, whatever it asks."""

_LOOKING_ONLY = GraphQLError(
    "Looking through a customer's eyes changes nothing.",
    original_error=Forbidden("Looking through a customer's eyes changes nothing."),
)

_NO_CARDS = GraphQLError(
    "This looks like a card's number. Give it to the payment processor's form, and nobody else.",
    extensions={"code": "BAD_USER_INPUT"},
)


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
    PaymentQuery,
    StaffQuery,
):
    """Each entity's file declares its own fields."""


@strawberry.type(description="Everything that can be changed.")
class Mutation(
    PayingMutation, AcceptingMutation, PaymentMethodMutation, StaffMutation, DirectLinkMutation
):
    """Each entity's file declares its own fields."""


@strawberry.type(description="Everything that is told while it happens.")
class Subscription(ChangeSubscription):
    """Each entity's file declares its own fields."""


@cache
def build_schema() -> strawberry.Schema:
    """Return the schema, every type of it: it is made once, and never changed."""
    return strawberry.Schema(
        Query,
        Mutation,
        Subscription,
        types=[Location, Visit],
        config=StrawberryConfig(scalar_map=dict(SCALARS)),
    )


def sdl() -> str:
    """Return the contract with front ends, as it is printed."""
    return build_schema().as_str() + "\n"


class Graph:
    """Runs operations; `tells_cost` tells everybody, and not staff alone, what an answer cost."""

    def __init__(
        self,
        doors: Doors,
        now: Callable[[], datetime],
        *,
        tells_cost: bool = False,
        watch: Watch | None = None,
    ) -> None:
        self._doors = doors
        self._watch = watch or Watch()
        self._now = now
        self._tells_cost = tells_cost
        self._schema = core(build_schema())
        self._documents = Documents(self._schema)

    async def execute(self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo) -> Answer:
        """Answer one request; what goes wrong inside it is told in its answer.

        Raises Refused (405) for anything but a query by GET.
        """
        with self._watch.operation(asked.query, viewer) as watched:
            told = await self._told_of(asked, viewer, http, watched)
            watched.told(told)
        return answer_of(told, http)

    async def _told_of(
        self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo, watched: Watched
    ) -> Mapping[str, object]:
        document = self._documents.read(asked.query)
        if document.node is None or document.errors:
            return {"errors": [present(error) for error in document.errors]}
        watched.runs(document.operation(asked.operation_name))
        if document.listens(asked.operation_name):
            raise Refused(406, "Ask for a subscription as text/event-stream, or by WebSocket.")
        if http.method == "GET" and not document.only_reads(asked.operation_name):
            raise Refused(405, "Only queries may be asked by GET.", headers={"allow": "POST"})
        if viewer.only_looks and document.changes(asked.operation_name):
            return {"errors": [present(_LOOKING_ONLY)], "data": None}
        if document.changes(asked.operation_name) and _tells_a_card(asked):
            return {"errors": [present(_NO_CARDS)], "data": None}
        context = await self._begin(asked, viewer, http)
        watched.usage = context.usage
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
        return self._told(result, context)

    async def results(
        self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo
    ) -> AsyncGenerator[Answer, None]:
        """Answer once, or for as long as a subscription lasts; else as `execute`.

        A subscription ends by itself only where it has to, and its last answer says why.
        """
        document = self._documents.read(asked.query)
        listens = document.node is not None and document.listens(asked.operation_name)
        if document.node is None or document.errors or not listens:
            yield await whole(self.execute(asked, viewer, http))
            return
        with self._watch.subscription(asked.query, viewer) as watched:
            watched.runs(document.operation(asked.operation_name))
            context = await self._begin(asked, viewer, http)
            try:
                async with aclosing(told(self._schema, document.node, asked, context)) as results:
                    async for result in results:
                        watched.told(result)
                        yield answer_of(result, http)
            finally:
                context.end()

    def listens(self, asked: GraphQLRequest) -> bool:
        """Does this ask for a subscription?"""
        return self._documents.read(asked.query).listens(asked.operation_name)

    async def _begin(self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo) -> Context:
        what = f"operation {asked.operation_name or 'without a name'}"
        doors, now = self._doors, self._now()
        return await begin(viewer, now, doors, http.request_id, what, http.origin)

    def _told(self, result: ExecutionResult, context: Context) -> Mapping[str, object]:
        usage = context.usage
        answer: dict[str, object] = {}
        if result.errors:
            answer["errors"] = [present(error) for error in result.errors]
        if not _never_ran(result):
            answer["data"] = result.data
        upstream: dict[str, object] = {"staleSeconds": usage.stale_seconds}
        if self._tells_cost or context.viewer.staff is not None:
            upstream |= {"calls": usage.calls, "saved": usage.saved}
        answer["extensions"] = {"upstream": upstream}
        return answer


def _tells_a_card(asked: GraphQLRequest) -> bool:
    """Does a card's number stand in what is to be changed: in its text, or in a variable?"""
    return holds_card_number([asked.query, asked.variables or {}])


def core(schema: strawberry.Schema) -> GraphQLSchema:
    """Return graphql-core's schema, which runs operations without Strawberry's extension runner."""
    return schema._schema  # noqa: SLF001  # Strawberry gives it to no one by another name


def _never_ran(result: ExecutionResult) -> bool:
    """Was the request itself wrong: a variable, or an operation that is not there?"""
    return result.data is None and all(error.path is None for error in result.errors or ())
