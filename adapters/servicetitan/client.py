"""The client: a question in, every row that answers it out, or the reason why not."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import httpx

from adapters.servicetitan.admission import Admission
from adapters.servicetitan.blocks import Dealt, Divisions, answer, blocks_of, compare
from adapters.servicetitan.books import Books
from adapters.servicetitan.breakers import BreakerState
from adapters.servicetitan.calls import Calls
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.counters import Counters
from adapters.servicetitan.decoding import Envelope, decode
from adapters.servicetitan.errand import Errand
from adapters.servicetitan.errors import UpstreamBusy, UpstreamRejected
from adapters.servicetitan.feed_rows import decode_feed
from adapters.servicetitan.model import Model
from adapters.servicetitan.numbers import MOST, Numbers, bearing
from adapters.servicetitan.pacing import Allowance, Pace, ProcessPace
from adapters.servicetitan.pages import whole_list
from adapters.servicetitan.places import KeptPlaces, Place, ProcessPlaces
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.resource import Feed, Key, Resource
from adapters.servicetitan.together import together
from adapters.servicetitan.tokens import Tokens
from adapters.servicetitan.tracking import Tracking, track
from adapters.servicetitan.wire import Wire

M = TypeVar("M", bound=Model)

LIMIT = 60
"""How many calls a second ServiceTitan allows an application and tenant (facts.md, b)."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[M]):
    """`rows` has an entry for every value asked, in that order: its rows, or why there are none.

    `calls` is how many HTTP calls it took, every attempt counted, tokens not.
    """

    rows: Dealt[M]
    calls: int


@dataclass(frozen=True, slots=True)
class FeedPage(Generic[M]):
    """What changed since; `continue_from` is where to read on, now or later.

    `closed` are the ids of rows that cannot be read: what was known of them holds no more.
    `unreadable` is how many rows cannot be read, those without an id among them.
    """

    rows: tuple[M, ...]
    continue_from: str
    has_more: bool
    closed: tuple[int, ...] = ()
    unreadable: int = 0


class ServiceTitan:
    """One tenant's ServiceTitan. Use it within one event loop, and close it.

    `oddities` counts what could not be read of rows and was left out, by `resource.field`;
    `counters` tell of the calls. `books` is what it is told to do. It closes the pace, and what
    keeps places, that it is given.
    """

    def __init__(
        self,
        connection: Connection,
        wire: Wire,
        pace: Pace,
        kept: KeptPlaces,
        deadlines: tuple[float, float],
    ) -> None:
        self.oddities: Counter[str] = Counter()
        self.counters = Counters()
        self._wire = wire
        self._pace = pace
        self._tokens = Tokens(wire, connection)
        self._calls = Calls(wire, self._tokens, connection, pace, self.counters)
        self._deadline, self._feed_deadline = deadlines
        self.books = Books(self._calls, self._deadline)
        self._admission = Admission(self._calls.turns, pace, kept, self.counters, self._deadline)

    async def admit(self, place: Place, subject: str) -> UpstreamBusy | None:
        """May this operation ask? Gives what to tell it where others came before it."""
        return await self._admission.admit(place, subject)

    def leave(self, place: Place) -> None:
        """Take in that an operation is over."""
        self._admission.leave(place)

    async def ask(
        self,
        resource: Resource[M],
        by: str,
        values: Sequence[int],
        priority: Priority = Priority.PEOPLE,
        place: Place | None = None,
    ) -> Answer[M]:
        """Give every row of `resource` whose `by` is one of `values`. Raises no `UpstreamError`.

        `place` is that of the operation which asks, and was admitted. Raises `ValueError` for a
        derived resource, and for a key that the resource has not.
        """
        key = _key(resource, by)
        errand = _errand(priority, self._deadline, place)
        blocks = blocks_of(values, key.block)
        dealt = await together(self._block(resource, key, block, errand) for block in blocks)
        rows = {value: given for part in dealt for value, given in part.items()}
        await self._keep(place, rows)
        return Answer(rows, errand.calls)

    async def _keep(self, place: Place | None, rows: Dealt[M]) -> None:
        """Keep the place of an operation that is told to come again on its way, by all it asked."""
        told = [of.retry_after_ms for of in rows.values() if isinstance(of, UpstreamBusy)]
        if place is not None and told:
            await self._admission.keep(place, max(told) / 1000)

    async def _block(
        self, resource: Resource[M], key: Key[M], block: list[int], errand: Errand
    ) -> Dealt[M]:
        async def ask(values: Sequence[int]) -> list[M]:
            asked = frozenset(values)

            async def page(number: int) -> Envelope[M]:
                params = _params(resource, key, values, number)
                body = await self._calls.read(resource.name, resource.path, params, errand)
                told = decode(resource.model, body, resource.name, self.oddities)
                compare(told.data, key, asked, resource.name)
                return told

            return await whole_list(resource, page)

        return await answer(ask, key, block, Divisions())

    async def numbered(
        self, numbers: Numbers[M], number: str, priority: Priority = Priority.PEOPLE
    ) -> tuple[M, ...]:
        """Give the rows that bear this number: one, as a rule. Raises `UpstreamError`."""
        resource, errand = numbers.resource, _errand(priority, self._deadline)
        params = {numbers.parameter: number, "page": "1", "pageSize": str(MOST)}
        params |= {**resource.fixed, **numbers.fixed}
        body = await self._calls.read(resource.name, resource.path, params, errand)
        told = decode(resource.model, body, resource.name, self.oddities)
        return bearing(numbers, number, told)

    async def tracking(
        self, technician: int, appointment: int, priority: Priority = Priority.PEOPLE
    ) -> Tracking:
        """Give the link to this technician on the way to this visit. Raises no `UpstreamError`."""
        errand = _errand(priority, self._deadline)
        return await track(self._calls, technician, appointment, errand)

    async def feed(
        self, feed: Feed[M], continue_from: str | None, priority: Priority = Priority.REFRESH
    ) -> FeedPage[M]:
        """Read one page of what changed since `continue_from`, or of everything.

        Raises `UpstreamError`.
        """
        params = {"from": continue_from} if continue_from is not None else {}
        params |= {"includeRecentChanges": "true", **feed.fixed}
        errand = _errand(priority, self._feed_deadline)
        body = await self._calls.read(feed.name, feed.path, params, errand)
        told, closed, unreadable = decode_feed(feed, body, self.oddities)
        goes_on = told.continue_from != continue_from or not told.has_more
        if told.continue_from is None or not goes_on:
            raise UpstreamRejected(f"ServiceTitan's {feed.name} does not tell where to read on.")
        rows = tuple(told.data)
        return FeedPage(rows, told.continue_from, told.has_more, closed, unreadable)

    def breakers(self) -> dict[str, BreakerState]:
        """How is each module of ServiceTitan's that was asked?"""
        return self._calls.breakers.states()

    def waiting(self) -> Counter[Priority]:
        """How many questions wait for a turn, by how urgent they are?"""
        return self._calls.turns.waiting()

    def paused(self) -> float:
        """For how many seconds more, as far as is known, will ServiceTitan not be asked?"""
        return self._pace.paused()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._calls.aclose()
        await self._admission.aclose()
        await self._tokens.aclose()
        await self._pace.aclose()
        await self._wire.aclose()


def _errand(priority: Priority, seconds: float, place: Place | None = None) -> Errand:
    return Errand(priority, asyncio.get_running_loop().time() + seconds, place=place)


def _key(resource: Resource[M], by: str) -> Key[M]:
    if resource.source is not None:
        raise ValueError(f"{resource.name} are made from {resource.source.name}: ask for those")
    if by not in resource.keys:
        raise ValueError(f"{resource.name} cannot be asked for by {by}")
    return resource.keys[by]


def _params(
    resource: Resource[M], key: Key[M], values: Sequence[int], number: int
) -> dict[str, str]:
    """Word the question; the total is asked for once, with the first page."""
    params = {key.parameter: ",".join(map(str, values))} if key.parameter else {}
    params |= resource.fixed
    if not resource.is_paged:
        return params
    params |= {"page": str(number), "pageSize": str(resource.page_size)}
    if number == 1:
        params["includeTotal"] = "true"
    return params


def connect(
    connection: Connection,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    deadline: float = 10.0,
    feed_deadline: float = 30.0,
    pace: Pace | None = None,
    kept: KeptPlaces | None = None,
) -> ServiceTitan:
    """Make a client for a tenant; nothing is sent before the first question.

    `deadline` and `feed_deadline` are how many seconds a question, or a page of a feed, may take
    with all its pages and attempts. Without a `pace` it keeps one of its own, for a limit of sixty
    calls a second. Without `kept`, places are kept in this process.
    """
    pace = pace or ProcessPace(lambda: Allowance.of(LIMIT))
    wire, deadlines = Wire(transport), (deadline, feed_deadline)
    return ServiceTitan(connection, wire, pace, kept or ProcessPlaces(), deadlines)
