"""Work that goes on though whoever asked for it leaves, and is waited for at the end."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import structlog

T = TypeVar("T")

END_SECONDS: Final = 20.0
"""How long work that is under way may take to end, once it is told to."""

_log = structlog.get_logger("payments")


class Running:
    """The tasks of one process that nobody's leaving ends."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        """How many are under way?"""
        return len(self._tasks)

    async def finished(self, work: Coroutine[Any, Any, T]) -> T:
        """Do this work to its end, and return what it returns to whoever still waits."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def aclose(self, seconds: float = END_SECONDS) -> None:
        """Wait for what is under way, and end what takes longer: the ledger knows how it stands."""
        if self._tasks:
            _, late = await asyncio.wait(tuple(self._tasks), timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                _log.warning("payments left to be gone on with", count=len(late))
                await asyncio.wait(late)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # noted: whoever waited was told, and perhaps nobody did
