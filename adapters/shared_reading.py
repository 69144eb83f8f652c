"""One reading for all that ask at about the same time, none of it begun before they asked."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class SharedReading(Generic[T]):
    """Reads for whoever asks: at most one reading is under way, and one more waits for its end.

    Who asks while one is under way is told by the next, which sees all that was written before
    they asked. What the reading raises is raised to all that it was for.
    """

    def __init__(self, read: Callable[[], Awaitable[T]]) -> None:
        self._read = read
        self._under_way: asyncio.Task[T] | None = None
        self._next: asyncio.Task[T] | None = None

    async def __call__(self) -> T:
        """Return what a reading tells that begins now or later."""
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._under_way))
            self._next.add_done_callback(_noted)
        return await asyncio.shield(self._next)

    async def _after(self, before: asyncio.Task[T] | None) -> T:
        if before is not None and not before.done():
            await asyncio.wait([before])
        self._under_way, self._next = self._next, None
        return await self._read()


def _noted(task: asyncio.Task[T]) -> None:
    """Take note of how it ended, for when nobody waits any more."""
    if not task.cancelled():
        task.exception()
