"""One execution for a question, however many requests wait for it and whichever of them leave."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

from adapters.cache.readings import Readings
from adapters.cache.usage import Usage
from gateway.answers.questions import Grounds, Question
from gateway.answers.said import Said

BOARDS_SECONDS: Final = 1.0
"""For how long after its beginning an execution takes others: its clock is theirs."""

Start = Callable[[Readings], Coroutine[Any, Any, Said]]


@dataclass(slots=True, eq=False)
class _Flight:
    grounds: Grounds
    moment: Hashable
    until: float
    readings: Readings
    usage: Usage
    task: asyncio.Task[Said]
    waiting: int = 0


class Landed(NamedTuple):
    """What was said, what that cost, and whether it was begun for another request."""

    said: Said
    usage: Usage
    is_shared: bool


class Together:
    """Executions under way, each a task of its own: who leaves ends it for nobody else.

    The last to leave does. One is boarded by who goes by the same, for a second, and only while
    nothing was forgotten since it began and it has read nothing that must be read for each. How it
    fails is told to those aboard and remembered for nobody.
    """

    def __init__(self) -> None:
        self._under_way: dict[Question, _Flight] = {}

    def __len__(self) -> int:
        """How many are under way, that others may still board?"""
        return len(self._under_way)

    async def answer(
        self, question: Question, grounds: Grounds, moment: Hashable, start: Start, usage: Usage
    ) -> Landed:
        """Wait for the answer to this question; `start` begins it, at the cost of this usage.

        `moment` is another once anything was forgotten.
        """
        now = asyncio.get_running_loop().time()
        flight, is_shared = self._under_way.get(question), True
        if flight is None or not _takes(flight, grounds, moment, now):
            flight, is_shared = self._begun(question, grounds, moment, start, usage), False
        flight.waiting += 1
        try:
            return Landed(await asyncio.shield(flight.task), flight.usage, is_shared)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._land(question, flight, flight.task)
                flight.task.cancel()
                await asyncio.wait({flight.task})

    def _begun(
        self,
        question: Question,
        grounds: Grounds,
        moment: Hashable,
        start: Start,
        usage: Usage,
    ) -> _Flight:
        loop, readings = asyncio.get_running_loop(), Readings()
        task = loop.create_task(start(readings))
        until = loop.time() + BOARDS_SECONDS
        flight = _Flight(grounds, moment, until, readings, usage, task)
        self._under_way[question] = flight
        task.add_done_callback(partial(self._land, question, flight))
        return flight

    def _land(self, question: Question, flight: _Flight, task: asyncio.Task[Said]) -> None:
        if self._under_way.get(question) is flight:  # a later one may have taken its place
            del self._under_way[question]
        if task.done() and not task.cancelled():
            task.exception()  # what nobody stayed to hear is not a failure of the loop


def _takes(flight: _Flight, grounds: Grounds, moment: Hashable, now: float) -> bool:
    """May who begins at this moment, and goes by this, be given that execution's answer?"""
    return (
        flight.readings.is_open
        and now < flight.until
        and flight.moment == moment
        and flight.grounds.are(grounds)
    )
