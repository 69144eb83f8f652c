"""One execution for a question, however many requests wait for it and whichever of them leave."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

from adapters.cache.readings import Readings
from adapters.cache.usage import Usage
from gateway.answers.questions import Grounds, Question
from gateway.answers.said import Said
from gateway.begun import Begun

MOST_PROMPT: Final = 1000
"""So many operations are remembered to have been answered without waiting."""

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

    Nobody can board what is answered without waiting: an operation that was the last time is begun
    by whoever asks, and is a task of its own again once it had to wait after all.
    """

    def __init__(self) -> None:
        self._under_way: dict[Question, _Flight] = {}
        self._prompt: OrderedDict[int, None] = OrderedDict()

    def __len__(self) -> int:
        """How many are under way, that others may still board?"""
        return len(self._under_way)

    async def answer(
        self, question: Question, grounds: Grounds, moment: Hashable, start: Start, usage: Usage
    ) -> Landed:
        """Wait for the answer to this question; `start` begins it, at the cost of this usage.

        `moment` is another once anything was forgotten.
        """
        flight, is_shared = self._under_way.get(question), True
        if flight is None and _operation(question) in self._prompt:
            return Landed(await self._promptly(question, start, Readings()), usage, is_shared=False)
        now = asyncio.get_running_loop().time()
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

    async def _promptly(self, question: Question, start: Start, readings: Readings) -> Said:
        """Answer in the task of whoever asks, and note whether that took waiting."""
        of = _operation(question)
        begun = Begun(start(readings))
        if begun.is_over:
            self._prompt[of] = None
            self._prompt.move_to_end(of)
            if len(self._prompt) > MOST_PROMPT:
                self._prompt.popitem(last=False)
        else:
            self._prompt.pop(of, None)
        return await begun

    def _begun(
        self,
        question: Question,
        grounds: Grounds,
        moment: Hashable,
        start: Start,
        usage: Usage,
    ) -> _Flight:
        loop, readings = asyncio.get_running_loop(), Readings()
        task = loop.create_task(self._promptly(question, start, readings))
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


def _operation(question: Question) -> int:
    """Return what two operations hardly ever share: what goes by it is right for any."""
    return hash((question.document, question.operation))


def _takes(flight: _Flight, grounds: Grounds, moment: Hashable, now: float) -> bool:
    """May who begins at this moment, and goes by this, be given that execution's answer?"""
    readings = flight.readings
    return (
        readings.is_open
        and now < flight.until
        and flight.moment == moment
        and flight.grounds.are(grounds, by_rights=readings.by_rights)
    )
