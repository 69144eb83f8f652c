"""The graph put together, and how one operation runs through it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from datetime import datetime
from functools import cache, partial
from inspect import isawaitable
from typing import Any

import msgspec
import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLFormattedError,
    GraphQLSchema,
    execute,
)
from strawberry.schema.config import StrawberryConfig

from gateway.answers.answers import Answers
from gateway.answers.said import Said, refused, said_of, told_of
from gateway.begun import Begun
from gateway.costs import Costs
from gateway.documents import Document, Documents
from gateway.guard.budgets import Charge
from gateway.guard.toll import Toll
from gateway.guard.trusted import Check
from gateway.guard.unsaid import presenting
from gateway.http.errors import present
from gateway.http.exchange import Answer, GraphQLRequest, HTTPInfo, NoDocument
from gateway.http.refusals import Refused
from gateway.outlines import unrun
from gateway.plans.plans import Plans
from gateway.subscriptions import Told, answer_of, told, whole
from gateway.watching import Watch, Watched
from resolvers.beginning import begin
from resolvers.card_numbers import holds_card_number
from resolvers.context import Context
from resolvers.doors import Doors
from resolvers.errors import Forbidden, LimitExceeded
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


def checking() -> Check:
    """Return what tells what is wrong with a document, as customers may have it run.

    One thread may use it at a time.
    """
    return checked_by(open_documents())


def open_documents() -> Documents:
    """Return what reads documents against the schema, and remembers them."""
    return Documents(core(build_schema()))


def checked_by(documents: Documents) -> Check:
    """Return what tells what is wrong with a document, by those that are remembered here."""
    return lambda text: documents.read(text).errors


class Graph:
    """Runs operations; `tells_cost` tells everybody, and not staff alone, what an answer cost.

    Queries run by `plans` where there are any, else by graphql-core. `answers` has the same one of
    the same viewer run once.
    """

    def __init__(
        self,
        doors: Doors,
        now: Callable[[], datetime],
        toll: Toll,
        documents: Documents,
        *,
        tells_cost: bool = False,
        watch: Watch | None = None,
        plans: Plans | None = None,
        answers: Answers,
    ) -> None:
        self._doors = doors
        self._toll = toll
        self._watch = watch or Watch()
        self._now = now
        self._tells_cost = tells_cost
        self._schema = core(build_schema())
        self._documents = documents
        self.costs = Costs(self._schema)
        self._plans = plans
        self._answers = answers

    async def execute(self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo) -> Answer:
        """Answer one request; what goes wrong inside it is told in its answer.

        Raises Refused: for anything but a query by GET (405), for who has to wait (429), and for
        who is no staff and asks how a query would run (403).
        """
        asked = await self.read(asked, viewer)
        with self._watch.operation(asked.query, viewer) as watched:
            try:
                said, extensions = await self._said_of(asked, viewer, http, watched)
            except Refused as refusal:
                watched.codes.append(refusal.code)
                raise
            watched.told(said.seen())
        return answer_of(said.told(extensions), http, is_kept=said.is_kept)

    async def _said_of(
        self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo, watched: Watched
    ) -> tuple[Said, Told | None]:
        if asked.unread is not None:
            await self._toll.charge(viewer, http.address)
            return refused(_unread(asked.unread)), None
        document = self._document(asked, viewer)
        refusals = self._documents.refusal_of(document, asked.variables)
        if document.node is None or refusals or asked.wants_plan:
            await self._toll.charge(viewer, http.address)
            plans = self._plans or Plans(build_schema())
            return unrun(plans, asked, viewer, document.node, refusals)
        watched.runs(document.operation(asked.operation_name))
        try:
            charge = await self._charge(asked, viewer, http.address, document)
        except LimitExceeded as dear:
            return refused(_too_dear(dear)), None
        if asked.listens:
            raise Refused(406, "Ask for a subscription as text/event-stream, or by WebSocket.")
        if http.method == "GET" and asked.changes:
            raise Refused(405, "Only queries may be asked by GET.", headers={"allow": "POST"})
        if viewer.only_looks and asked.changes:
            return refused(presenting(asked, viewer)(_LOOKING_ONLY), has_data=True), None
        if asked.changes and _tells_a_card(asked):
            return refused(presenting(asked, viewer)(_NO_CARDS), has_data=True), None
        context = await self._begin(asked, viewer, http)
        watched.usage = context.usage
        run = partial(self._say, document.node, asked, charge)
        answering = self._answers.answer(asked, context, run, changes=asked.changes)
        return await self._in_time(answering, asked, viewer), self._extensions(context, charge)

    async def _in_time(
        self, answering: Coroutine[Any, Any, Said], asked: GraphQLRequest, viewer: Viewer
    ) -> Said:
        """Wait for what is said, as long as an operation may take."""
        begun = Begun(answering)
        if begun.is_over:
            return begun.told
        try:
            async with asyncio.timeout(OPERATION_SECONDS):
                return await begun
        except TimeoutError as error:
            present = presenting(asked, viewer)
            return refused(present(GraphQLError(str(error), original_error=error)))

    async def _say(
        self, document: DocumentNode, asked: GraphQLRequest, charge: Charge, context: Context
    ) -> Said:
        """Run the operation, and say what came of it; its payer owes what it cost beyond."""
        try:
            result = await self._run(document, asked, context)
            return said_of(result, partial(presenting, asked, context.viewer))
        finally:
            self._toll.settle(charge, context.usage.calls)

    async def _run(
        self, document: DocumentNode, asked: GraphQLRequest, context: Context
    ) -> ExecutionResult:
        hides = context.viewer.staff is None
        if self._plans is not None:
            variables, name = asked.variables, asked.operation_name
            return await self._plans.execute(
                document, context, variables, name, hide_suggestions=hides
            )
        result = execute(
            self._schema,
            document,
            context_value=context,
            variable_values=asked.variables,
            operation_name=asked.operation_name,
            hide_suggestions=hides,
        )
        return await result if isawaitable(result) else result

    async def results(
        self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo
    ) -> AsyncGenerator[Answer, None]:
        """Answer once, or for as long as a subscription lasts; else as `execute`.

        A subscription ends by itself only where it has to, and its last answer says why.
        """
        asked = await self.read(asked, viewer)
        document = self._document(asked, viewer)
        refusals = self._documents.refusal_of(document, asked.variables)
        if document.node is None or refusals or not asked.listens or asked.wants_plan:
            answering = self.execute(asked, viewer, http)
            yield await (whole(answering) if asked.changes else answering)
            return
        with self._watch.subscription(asked.query, viewer) as watched:
            watched.runs(document.operation(asked.operation_name))
            try:
                await self._charge(asked, viewer, http.address, document)
            except LimitExceeded as dear:
                yield answer_of({"errors": [_too_dear(dear)]}, http)
                return
            context = await self._begin(asked, viewer, http)
            try:
                async with aclosing(told(self._schema, document.node, asked, context)) as results:
                    async for result in results:
                        watched.told(result)
                        yield answer_of(result, http)
            finally:
                context.end()

    async def read(self, asked: GraphQLRequest, viewer: Viewer) -> GraphQLRequest:
        """Return the request with the document that it names, or with why it has none."""
        if asked.is_read:
            return asked
        found = await self._toll.read(asked, viewer)
        if found.unread is not None:
            return found
        document, name = self._document(found, viewer), found.operation_name
        changes, listens = document.changes(name), document.listens(name)
        return msgspec.structs.replace(found, changes=changes, listens=listens)

    def _document(self, asked: GraphQLRequest, viewer: Viewer) -> Document:
        return self._documents.read(asked.query, freely=viewer.staff is not None)

    async def _charge(
        self, asked: GraphQLRequest, viewer: Viewer, address: str, document: Document
    ) -> Charge:
        cost = self.costs.of(document, asked.operation_name, asked.variables)
        return await self._toll.charge(viewer, address, cost)

    async def _begin(self, asked: GraphQLRequest, viewer: Viewer, http: HTTPInfo) -> Context:
        what = f"operation {asked.operation_name or 'without a name'}"
        doors, now = self._doors, self._now()
        return await begin(viewer, now, doors, http.request_id, what, http.origin)

    def _extensions(self, context: Context, charge: Charge) -> Told:
        usage = context.usage
        extensions = told_of(usage)
        if self._tells_cost or context.viewer.staff is not None:
            extensions["upstream"] |= {"calls": usage.calls, "saved": usage.saved}
            extensions["cost"] = charge.told()
        return extensions


def _too_dear(error: LimitExceeded) -> GraphQLFormattedError:
    return present(GraphQLError(str(error), original_error=error))


def _unread(told: NoDocument) -> Told:
    return {"message": told.message, "extensions": {"code": told.code}}


def _tells_a_card(asked: GraphQLRequest) -> bool:
    """Does a card's number stand in what is to be changed: in its text, or in a variable?"""
    return holds_card_number([asked.query, asked.variables or {}])


def core(schema: strawberry.Schema) -> GraphQLSchema:
    """Return graphql-core's schema, which runs operations without Strawberry's extension runner."""
    return schema._schema  # noqa: SLF001  # Strawberry gives it to no one by another name
