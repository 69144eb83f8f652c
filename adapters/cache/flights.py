"""One flight for a question, however many readers wait for it and whichever of them leave."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from adapters.servicetitan.errors import UpstreamUnavailable

Q = TypeVar("Q", bound=Hashable)
A = TypeVar("A")


class Flights(Generic[Q, A]):
    """Questions under way: asked once, answered to all who ask while they fly.

    A flight is a task of its own: no reader's cancellation ends it, and its failure is told to
    those aboard and remembered for nobody.
    """

    def __init__(self) -> None:
        self._under_way: dict[Q, asyncio.Future[A]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def join(
        self,
        questions: Sequence[Q],
        start: Callable[[Sequence[Q]], Awaitable[Mapping[Q, A]]],
    ) -> tuple[list[asyncio.Future[A]], int]:
        """Return a future for each question, and how many of them were already under way.

        `start` is called once, with those that were not; it answers every one of them or raises.
        """
        new = [q for q in dict.fromkeys(questions) if q not in self._under_way]
        joined = len(questions) - len(new)
        if new:
            loop = asyncio.get_running_loop()
            self._under_way.update((q, loop.create_future()) for q in new)
            task = loop.create_task(self._fly(new, start))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return [self._under_way[q] for q in questions], joined

    async def _fly(
        self,
        questions: Sequence[Q],
        start: Callable[[Sequence[Q]], Awaitable[Mapping[Q, A]]],
    ) -> None:
        try:
            answers = await start(questions)
        except BaseException as error:
            for question in questions:
                self._land(question).set_exception(_told(error))
            if isinstance(error, asyncio.CancelledError):
                raise
        else:
            for question in questions:
                self._land(question).set_result(answers[question])

    def _land(self, question: Q) -> asyncio.Future[A]:
        future = self._under_way.pop(question)
        # A failure that no reader stayed to hear is not a failure of the loop.
        future.add_done_callback(lambda landed: landed.cancelled() or landed.exception())
        return future

    async def aclose(self) -> None:
        """End what is still under way; its readers are told that the gateway stops."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


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
