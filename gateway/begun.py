"""Work whose first step is taken at once: most of it is over then, and nothing need watch it."""

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")


class Begun(Generic[T]):
    """A coroutine that runs until it first has to wait; `await` takes it to its end.

    A timer, or a look after the client, is wanted only where it `is_over` not. It goes on in the
    task that began it, where it is awaited before anything else is. Made, it raises what the work
    raises at once.
    """

    __slots__ = ("_told", "_waits_for", "_work", "is_over")

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        self._work = work
        self._told: T | None = None
        self._waits_for: object = None
        try:
            self._waits_for = work.send(None)
            self.is_over = False
        except StopIteration as end:
            self._told, self.is_over = end.value, True

    @property
    def told(self) -> T:
        """What came of it, where it is over."""
        return cast("T", self._told)

    def __await__(self) -> Generator[Any, Any, T]:
        """Wait for its end, and give what came of it."""
        if self.is_over:
            return self.told
        self.is_over = True
        work, waits_for = self._work, self._waits_for
        try:
            while True:
                try:
                    yield waits_for
                except GeneratorExit:
                    work.close()
                    raise
                except BaseException as error:  # noqa: BLE001  # thrown in: it is the work's to hear
                    waits_for = work.throw(error)
                else:
                    return (yield from work.__await__())
        except StopIteration as end:
            return cast("T", end.value)


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Wait for this work so long at most; raises TimeoutError."""
    begun = Begun(work)
    if begun.is_over:
        return begun.told
    async with asyncio.timeout(seconds):
        return await begun
