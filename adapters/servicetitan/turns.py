"""The line before ServiceTitan: the most urgent first, then whose operation came first."""

import asyncio
from bisect import bisect
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from itertools import count

from adapters.ending import ended
from adapters.servicetitan.counters import Counters
from adapters.servicetitan.errand import Errand
from adapters.servicetitan.errors import NobodyWaits, UpstreamUnavailable
from adapters.servicetitan.pacing import Pace
from adapters.servicetitan.places import Place
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.statuses import busy
from adapters.servicetitan.wire import AT_ONCE

KEPT_AT_ONCE = 6
"""Of the calls in flight, a fifth is left to money and webhooks: what is slow fills the rest."""

FLIGHT_SECONDS = 1.0
"""What a turn must leave of somebody's time for the call itself, or it would be made for nobody."""

_FLIGHT_SHARE = 1 / 8
"""Of the time that somebody has when they come: more than this is not kept back for the call."""


_Order = tuple[Priority, float, int, int]


def for_the_line(seconds: float) -> float:
    """How much of somebody's time may they stand in the line, and be answered before it is over?"""
    return seconds - min(FLIGHT_SECONDS, seconds * _FLIGHT_SHARE)


@dataclass(slots=True, eq=False)
class _Waiter:
    """A question in the line, since when, and what tells it that it is its turn.

    `deadline` is until when a turn is of use to it. `place` is the operation's that asks.
    """

    order: _Order
    priority: Priority
    subject: str
    deadline: float
    since: float
    told: asyncio.Future[None]
    place: Place | None


class Turns:
    """Gives turns as the pace allows and connections are free.

    Questions of one operation stand together, at its place: what is begun is finished before what
    came later. Whoever cannot have a turn in time for an answer before their deadline is told so at
    once, and nobody behind them waits for it. A task of its own serves the line while there is one.
    """

    def __init__(self, pace: Pace, counters: Counters) -> None:
        self._pace = pace
        self._counters = counters
        self._line: list[_Waiter] = []
        self._numbers = count()
        self._flying = 0
        self._is_crowded = False
        self._changed = asyncio.Event()
        self._server: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def turn(self, subject: str, errand: Errand) -> AsyncIterator[None]:
        """Wait for a turn and a connection, and hold it. Raises `UpstreamBusy`."""
        await self._stand(subject, errand)
        try:
            yield
        finally:
            self._end_flight()

    async def pause(self, seconds: float) -> None:
        """Give no turn for so long, in any process that keeps this pace."""
        await self._pace.pause(seconds)
        self._refuse_hopeless()

    def ahead(self, place: Place) -> int:
        """How many questions in the line go before those of this operation?"""
        return bisect(self._line, (Priority.PEOPLE, *place.order, 0), key=_order)

    def leave(self, place: Place) -> None:
        """Take out an operation that is over; who waits for the same asks anew, at their place."""
        if place.waiting:
            leaving = [waiter for waiter in self._line if waiter.place is place]
            self._line = [waiter for waiter in self._line if waiter.place is not place]
            _send_away(leaving, NobodyWaits())

    def waiting(self) -> Counter[Priority]:
        """How many questions stand in the line, by how urgent they are?"""
        return Counter(waiter.priority for waiter in self._line)

    async def aclose(self) -> None:
        """Send everybody away."""
        self._send_all_away(UpstreamUnavailable("The gateway is closing. Ask again later."))
        if (server := self._server) is not None:
            await ended([server])

    async def _stand(self, subject: str, errand: Errand) -> None:
        waiter = self._waiter(subject, errand)
        at = bisect(self._line, waiter.order, key=_order)
        self._line.insert(at, waiter)
        self._refuse_hopeless(at)
        self._serve(is_first=at == 0)
        with _waiting(errand.place):
            try:
                await waiter.told
            except asyncio.CancelledError:
                self._leave(waiter)
                raise

    def _waiter(self, subject: str, errand: Errand) -> _Waiter:
        loop = asyncio.get_running_loop()
        now, place, priority = loop.time(), errand.place, errand.priority
        since, number = (now, 0) if place is None else place.order
        order = (priority, since, number, next(self._numbers))
        latest = now + for_the_line(errand.deadline - now)
        return _Waiter(order, priority, subject, latest, now, loop.create_future(), place)

    def _leave(self, waiter: _Waiter) -> None:
        if waiter in self._line:
            self._line.remove(waiter)
        elif not waiter.told.cancelled() and waiter.told.exception() is None:
            self._end_flight()  # it was their turn, and they left before they knew

    def _refuse_hopeless(self, start: int = 0) -> None:
        """Tell those from this place on who would wait in vain."""
        now = asyncio.get_running_loop().time()
        staying = self._line[:start]
        for waiter in self._line[start:]:
            wait = self._pace.soonest(len(staying), waiter.priority)
            if now + wait <= waiter.deadline:
                staying.append(waiter)
            elif not waiter.told.done():
                self._counters.refused[waiter.priority] += 1
                waiter.told.set_exception(busy(waiter.subject, wait))
        self._line = staying

    def _end_flight(self) -> None:
        self._flying -= 1
        if self._is_crowded:
            self._changed.set()

    def _serve(self, *, is_first: bool) -> None:
        """See to it that the line is served, and at once where somebody else is first now."""
        if is_first:
            self._changed.set()
        if self._line and (self._server is None or self._server.done()):
            self._server = asyncio.create_task(self._serve_all(), name="servicetitan turns")
            self._server.add_done_callback(self._served)

    def _served(self, server: asyncio.Task[None]) -> None:
        if self._server is server:
            self._server = None
        if not server.cancelled() and (error := server.exception()) is not None:
            self._send_all_away(error)

    async def _serve_all(self) -> None:
        while self._line:
            self._changed.clear()
            priority = self._line[0].priority
            self._is_crowded = not self._is_free(priority)
            if self._is_crowded:
                await self._changed.wait()
                continue
            wait = await self._pace.take(priority)
            if wait <= 0:
                self._give()
                continue
            self._refuse_hopeless()
            if self._line:
                await self._rest(wait)

    async def _rest(self, seconds: float) -> None:
        """Wait so long, or until somebody else is first."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    def _is_free(self, priority: Priority) -> bool:
        """Is a connection free that this priority may have?"""
        return self._flying < (AT_ONCE if priority.is_kept_for else AT_ONCE - KEPT_AT_ONCE)

    def _give(self) -> None:
        """Give the turn to who is first by now; it is lost where nobody can have it any more."""
        while self._line and self._line[0].told.done():
            del self._line[0]
        if self._line and self._is_free(self._line[0].priority):
            waiter = self._line.pop(0)
            self._flying += 1
            now = asyncio.get_running_loop().time()
            self._counters.turn(waiter.priority, now - waiter.since, now)
            waiter.told.set_result(None)

    def _send_all_away(self, error: BaseException) -> None:
        line, self._line = self._line, []
        _send_away(line, error)


def _order(waiter: _Waiter) -> _Order:
    return waiter.order


def _send_away(waiters: Iterable[_Waiter], error: BaseException) -> None:
    for waiter in waiters:
        if not waiter.told.done():
            waiter.told.set_exception(error)


@contextmanager
def _waiting(place: Place | None) -> Iterator[None]:
    """Count that an operation asks for a turn, and for how long it waits."""
    if place is None:
        yield
        return
    place.calls += 1
    place.waiting += 1
    try:
        yield
    finally:
        place.waiting -= 1
