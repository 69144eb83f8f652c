"""Ending tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

AGAIN_SECONDS: Final = 2.0
"""How long a task may take to end before it is told once more."""


async def ended(tasks: Iterable[asyncio.Future[Any]], again: float = AGAIN_SECONDS) -> None:
    """Cancel these tasks and wait until all have ended; what they raised is told to nobody.

    Those that go on are cancelled again: `asyncio.wait_for` of Python 3.11, by which the driver of
    Redis sends, loses a cancellation that comes while what it waits for is done, and whoever waits
    for such a task would wait for ever.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        over, left = await asyncio.wait(left, timeout=again)
        for task in over:
            if not task.cancelled():
                task.exception()
