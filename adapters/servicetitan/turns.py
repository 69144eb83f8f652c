"""The line before ServiceTitan: the most urgent first, then whoever came first."""

import asyncio
from bisect import bisect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

from adapters.servicetitan.counters import Counters
from adapters.servicetitan.errand import Errand
from adapters.servicetitan.errors import UpstreamUnavailable
from adapters.servicetitan.pacing import Pace
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.statuses import busy
from adapters.servicetitan.wire import AT_ONCE

KEPT_AT_ONCE = 6
"""Of the calls in flight, a fifth is left to money and webhooks: what is slow fills the rest."""

FLIGHT_SECONDS = 1.0
"""What a turn must leave of somebody's time for the call itself, or it would be made for nobody."""

_FLIGHT_SHARE = 1 / 8
"""Of the time that somebody has when they come: more than this is not kept back for the call."""


@dataclass(slots=True, order=True)
class _Waiter:
    """Somebody in the line, since when, and what tells them that it is their turn.

    `deadline` is until when a turn is of use to them.
    """

    priority: Priority
    number: int
    subject: str = field(compare=False)
    deadline: float = field(compare=False)
    since: float = field(compare=False)
    told: asyncio.Future[None] = field(compare=False)


class Turns:
    """Gives turns as the pace allows and connections are free.

    Whoever cannot have a turn in time for an answer before their deadline is told so at once, and
    nobody behind them waits for it. A task of its own serves the line while there is one.
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

    async def aclose(self) -> None:
        """Send everybody away."""
        self._send_away(UpstreamUnavailable("The gateway is closing. Ask again later."))
        if (server := self._server) is not None:
            server.cancel()
            await asyncio.wait([server])

    async def _stand(self, subject: str, errand: Errand) -> None:
        loop = asyncio.get_running_loop()
        since, told = loop.time(), loop.create_future()
        number = next(self._numbers)
        latest = errand.deadline - min(FLIGHT_SECONDS, (errand.deadline - since) * _FLIGHT_SHARE)
        waiter = _Waiter(errand.priority, number, subject, latest, since, told)
        place = bisect(self._line, waiter)
        self._line.insert(place, waiter)
        self._refuse_hopeless(place)
        self._serve(is_first=place == 0)
        try:
            await told
        except asyncio.CancelledError:
            self._leave(waiter)
            raise

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
            self._send_away(error)

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

    def _send_away(self, error: BaseException) -> None:
        line, self._line = self._line, []
        for waiter in line:
            if not waiter.told.done():
                waiter.told.set_exception(error)
