"""One flight for a question, however many readers wait for it and whichever of them leave."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from adapters.ending import ended
from adapters.servicetitan.errors import UpstreamUnavailable

Q = TypeVar("Q", bound=Hashable)
A = TypeVar("A")
Start = Callable[[Sequence[Q]], Awaitable[Mapping[Q, A]]]


class _Flight(NamedTuple, Generic[A]):
    answer: asyncio.Future[A]
    moment: Hashable


class Flights(Generic[Q, A]):
    """Questions under way: asked once, answered to all who ask while they fly.

    A flight is a task of its own: no reader's cancellation ends it, and its failure is told to
    those aboard and remembered for nobody.
    """

    def __init__(self) -> None:
        self._under_way: dict[Q, _Flight[A]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def is_under_way(self, question: Q, moment: Hashable = None) -> bool:
        """Could this question be joined, by who asks at this moment?"""
        flight = self._under_way.get(question)
        return flight is not None and flight.moment == moment

    def join(
        self, questions: Sequence[Q], start: Start[Q, A], moment: Hashable = None
    ) -> tuple[list[asyncio.Future[A]], int]:
        """Return a future for each question, and how many of them were already under way.

        A flight is joined only by who asks at the moment it began at, whatever tells moments apart.
        `start` is called once, with those not joined; it answers every one of them or raises.
        """
        new = [q for q in dict.fromkeys(questions) if not self.is_under_way(q, moment)]
        joined = len(questions) - len(new)
        if new:
            loop = asyncio.get_running_loop()
            begun = {q: _Flight[A](loop.create_future(), moment) for q in new}
            self._under_way.update(begun)
            task = loop.create_task(self._fly(begun, start))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return [self._under_way[q].answer for q in questions], joined

    async def _fly(self, begun: Mapping[Q, _Flight[A]], start: Start[Q, A]) -> None:
        try:
            answers = await start(list(begun))
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


async def landed(futures: Sequence[asyncio.Future[A]]) -> None:
    """Wait for every flight; a reader that is cancelled here takes none of them down."""
    if futures:
        await asyncio.wait(set(futures))
