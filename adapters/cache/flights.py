"""One flight for a question, however many readers wait for it and whichever of them leave."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from adapters.cache.interest import Interest
from adapters.cache.usage import Usage
from adapters.ending import ended
from adapters.servicetitan.errors import UpstreamUnavailable

Q = TypeVar("Q", bound=Hashable)
A = TypeVar("A")
Start = Callable[[Sequence[Q], Interest], Awaitable[Mapping[Q, A]]]


class _Flight(NamedTuple, Generic[A]):
    answer: asyncio.Future[A]
    moment: Hashable
    interest: Interest


class Flights(Generic[Q, A]):
    """Questions under way: asked once, answered to all who ask while they fly.

    A flight is a task of its own: no reader's cancellation ends it for the others, and its failure
    is told to those aboard and remembered for nobody. What it asks upstream is called off once all
    who waited by `landed` have left (GD-20).
    """

    def __init__(self) -> None:
        self._under_way: dict[Q, _Flight[A]] = {}
        self._interests: dict[asyncio.Future[A], Interest] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def is_under_way(self, question: Q, moment: Hashable = None) -> bool:
        """Could this question be joined, by who asks at this moment?"""
        flight = self._under_way.get(question)
        return flight is not None and flight.moment == moment and not flight.interest.is_lost

    def join(
        self,
        questions: Sequence[Q],
        start: Start[Q, A],
        moment: Hashable = None,
    ) -> tuple[list[asyncio.Future[A]], int]:
        """Return a future for each question, and how many of them were already under way.

        A flight is joined only by who asks at the moment it began at, whatever tells moments apart.
        `start` is called once, with those not joined; it answers every one of them or raises. What
        nobody waits for by `landed` is flown to its end.
        """
        new = [q for q in dict.fromkeys(questions) if not self.is_under_way(q, moment)]
        joined = len(questions) - len(new)
        if new:
            loop = asyncio.get_running_loop()
            interest = Interest()
            begun = {q: _Flight[A](loop.create_future(), moment, interest) for q in new}
            self._under_way.update(begun)
            self._interests.update((flight.answer, interest) for flight in begun.values())
            task = loop.create_task(self._fly(begun, start, interest))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return [self._under_way[q].answer for q in questions], joined

    async def landed(self, futures: Sequence[asyncio.Future[A]], usage: Usage) -> None:
        """Wait for these for an operation: until they have landed, or it has ended.

        A reader that is cancelled here leaves, and takes down none that others wait for.
        """
        if not futures:
            return
        who = id(usage)
        interests = {self._interests[of] for of in futures if of in self._interests}
        for interest in interests:
            interest.enter(who)
        usage.awaited |= interests
        try:
            await asyncio.wait(set(futures))
        finally:
            for interest in interests:
                interest.leave(who)
            usage.awaited -= {each for each in interests if not each.waits(who)}

    async def _fly(
        self, begun: Mapping[Q, _Flight[A]], start: Start[Q, A], interest: Interest
    ) -> None:
        try:
            answers = await start(list(begun), interest)
        except BaseException as error:
            for question, flight in begun.items():
                self._land(question, flight).set_exception(_told(error))
            if isinstance(error, asyncio.CancelledError):
                raise
        else:
            for question, flight in begun.items():
                self._land(question, flight).set_result(answers[question])

    def _land(self, question: Q, flight: _Flight[A]) -> asyncio.Future[A]:
        if self._under_way.get(question) is flight:  # a later one may have taken its place
            del self._under_way[question]
        self._interests.pop(flight.answer, None)
        # A failure that no reader stayed to hear is not a failure of the loop.
        flight.answer.add_done_callback(lambda landed: landed.cancelled() or landed.exception())
        return flight.answer

    async def aclose(self) -> None:
        """End what is still under way; its readers are told that the gateway stops."""
        await ended(self._tasks)


class Stopping(UpstreamUnavailable):
    """The gateway stops before this question was answered."""

    def __init__(self) -> None:
        super().__init__("The gateway is being restarted. Ask again.")


def _told(error: BaseException) -> BaseException:
    """What readers are told of a cancelled flight: they were not cancelled themselves."""
    return Stopping() if isinstance(error, asyncio.CancelledError) else error
