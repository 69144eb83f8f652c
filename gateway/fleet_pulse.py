"""Does a worker live? It says so every second, for as long as its event loop goes round."""

import asyncio
from collections.abc import Callable
from typing import Final

from gateway.metrics.workers import BEAT_SECONDS

STILL_BEATS: Final = 10
"""How many beats in a row may not come: longer than anything may hold an event loop up."""

FIRST_BEATS: Final = 60
"""How many beats the first one may take: a worker reads its program first."""


async def stands_still(beats: Callable[[], int]) -> None:
    """Wait until a worker has not said for too long that it lives; `beats` counts what it said.

    Counted are our own rounds and not the time between them: where the whole machine stood still,
    so did we, and nobody is to blame.
    """
    heard, missed = beats(), 0
    while missed < (STILL_BEATS if heard else FIRST_BEATS):
        await asyncio.sleep(BEAT_SECONDS)
        told = beats()
        missed = 0 if told > heard else missed + 1
        heard = told
