"""A customer's question answered from memory in one go: no step of it waits, or nothing is done."""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from contextvars import Context as Surroundings
from functools import partial
from typing import Final, NamedTuple

import msgspec
from graphql import DocumentNode, OperationType

from adapters.cache.readings import Readings
from adapters.remembered import Remembered
from gateway.answers.answers import Counts
from gateway.answers.askers import Asker
from gateway.answers.noting import noting
from gateway.answers.said import Said, told_of
from gateway.begun import Begun
from gateway.costs import Costs
from gateway.counts import Ended, Kind, Outcome, StreetCounts
from gateway.documents import Document, Documents, weight_of
from gateway.guard.cost import Cost
from gateway.guard.persisted import Lasting
from gateway.guard.toll import Toll
from gateway.http.exchange import GraphQLRequest
from gateway.plans.plans import Plans
from gateway.plans.views import View
from gateway.watching import LONGEST_NAME, digest_of
from resolvers.at_once import at_once, goes_on
from resolvers.beginning import begin_at_once
from resolvers.context import Context
from resolvers.doors import Doors
from resolvers.policy import Policy

UNTRIED: Final = 20
"""How often an operation is left to the ordinary way once it had to wait, before it is tried."""

MOST_UNTRIED: Final = 1000


MOST_KNOWN: Final = 8 * 1024 * 1024
"""How much memory queries may take that are known by how they are asked for, with their documents.

In bytes, as reckoned.
"""

_Called = tuple[str | None, str, str | None]
_Operation = tuple[str, int, str | None]


class Known(NamedTuple):
    """A query that may be run, how its document was found by these choices, and how it is told."""

    document: Document
    node: DocumentNode
    name: str | None
    lasting: Lasting
    policy: Policy
    called: str | None
    digest: str


class Found(NamedTuple):
    """What is asked, and what it will cost."""

    asked: GraphQLRequest
    known: Known
    cost: Cost


class Prompted(NamedTuple):
    """An answer, and what it is made of, as Usage has it."""

    body: bytes
    saved: int
    stale_seconds: int


class Prompting:
    """Answers queries by their plans, of whoever was let in before, where memory can.

    All that the ordinary way judges is judged: the document, rights, payments, choices, costs and
    budgets as they are now. Whatever would be refused, fails or has to wait is left to it.
    """

    def __init__(
        self,
        doors: Doors,
        toll: Toll,
        documents: Documents,
        costs: Costs,
        plans: Plans,
        answers: Counts,
        counts: StreetCounts,
    ) -> None:
        self._doors = doors
        self._toll = toll
        self._documents = documents
        self._costs = costs
        self._plans = plans
        self._answers = answers
        self._counts = counts
        self._known: Remembered[_Called, Known] = Remembered(MOST_KNOWN)
        self._untried: OrderedDict[_Operation, int] = OrderedDict()
        self._left: set[asyncio.Task[None]] = set()

    @property
    def weight(self) -> int:
        """How many bytes queries take that are known, as reckoned."""
        return self._known.weight

    def find(self, asker: Asker, asked: GraphQLRequest) -> Found | None:
        """Return what is asked, where it is known, good, and can be paid now."""
        if asked.extensions is not None or asker.policy is not self._doors.policy():
            return None
        called = asked.document_id, asked.query, asked.operation_name
        known = self._known.find(called)
        if known is None or not self._still_is(known, asker.policy):
            known = self._looked_up(asked, asker.policy)
            if known is None:
                return None
            self._known.keep(called, known, weight_of(asked.query, known.document))
        document = known.document
        if self._is_untried(asker, known) or self._documents.refusal_of(document, asked.variables):
            return None
        cost = self._costs.of(document, known.name, asked.variables)
        if not self._toll.is_affordable(asker.viewer, asker.payer, cost):
            return None
        return Found(asked, known, cost)

    def _still_is(self, known: Known, policy: Policy) -> bool:
        return known.policy is policy and self._toll.lasts(known.lasting)

    def _looked_up(self, asked: GraphQLRequest, policy: Policy) -> Known | None:
        """Return the query that is asked for; None where there is none, or it is not known here."""
        told = self._toll.at_once(asked)
        document = None if told is None else self._documents.known(told[0])
        name = asked.operation_name
        operation = None if document is None else document.operation(name)
        if told is None or document is None or document.node is None or operation is None:
            return None
        if operation.operation is not OperationType.QUERY:
            return None
        text, lasting = told
        called = None if operation.name is None else operation.name.value[:LONGEST_NAME]
        return Known(document, document.node, name, lasting, policy, called, digest_of(text))

    def answer(
        self, asker: Asker, found: Found, request_id: str, alone: Surroundings
    ) -> Prompted | None:
        """Answer it and charge it; None where that fails, or has to wait.

        `alone` is what stands around it and around whatever it begins: no other request's.
        """
        context = begin_at_once(asker.viewer, self._doors, request_id, asker.origin)
        if context is None:
            return None
        usage = context.usage
        view = self._run(noting(context, Readings(has_rows=False)), found, alone)
        if view is None or usage.calls:
            self._leave_untried(asker, found.known)
            return None
        said = Said((), msgspec.Raw(msgspec.json.encode(view)))
        body = msgspec.json.encode(said.told(told_of(usage)))
        if self._toll.charge_at_once(asker.payer, found.cost) is None:
            return None
        return Prompted(body, usage.saved, usage.stale_seconds)

    def count(self, found: Found, prompted: Prompted, seconds: float) -> Ended:
        """Count it as any operation that was run; return how it ended."""
        self._toll.count(found.known.lasting)
        self._answers.run += 1
        self._counts.told_again(seconds, prompted.saved)
        return Ended(
            Kind.QUERY,
            Outcome.WHOLE,
            seconds,
            name=found.known.called,
            document=found.known.digest,
            saved=prompted.saved,
            stale_seconds=prompted.stale_seconds,
        )

    def _run(self, context: Context, found: Found, alone: Surroundings) -> View | None:
        """Return what it comes to without waiting, None where it has to wait.

        What was begun and waits is called off, in its own time: it may hold what it has to return.
        """
        known, variables = found.known, found.asked.variables or {}
        run = partial(self._plans.promptly, known.node, context, variables, known.name)

        async def tried() -> View | None:
            try:
                return await at_once(run, _nothing)
            finally:
                context.end()

        begun = alone.run(Begun, tried())
        if begun.is_over:
            return begun.told
        alone.run(goes_on)
        loop = asyncio.get_running_loop()
        left = loop.create_task(_to_its_end(begun), context=alone)
        loop.call_soon(left.cancel)  # once it has come to what it waits for
        self._left.add(left)
        left.add_done_callback(self._left.discard)
        return None

    def _is_untried(self, asker: Asker, known: Known) -> bool:
        """Is this operation of theirs left to the ordinary way, this time too?"""
        of = asker.viewer.key, known.document.number, known.name
        left = self._untried.get(of)
        if left is None:
            return False
        if left > 1:
            self._untried[of] = left - 1
        else:
            del self._untried[of]
        return True

    def _leave_untried(self, asker: Asker, known: Known) -> None:
        self._untried[asker.viewer.key, known.document.number, known.name] = UNTRIED
        if len(self._untried) > MOST_UNTRIED:
            self._untried.popitem(last=False)


async def _nothing() -> None:
    """Make nothing: it would have to wait."""


async def _to_its_end(begun: Begun[View | None]) -> None:
    with suppress(Exception, asyncio.CancelledError):  # the ordinary way tells what it comes to
        await begun
