"""Who asks: people with a customer of twenty invoices each, and one with thousands of jobs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.questions import ASKER
from tests.bench.sandbox import Sandbox

_TOGETHER = 4


@dataclass(frozen=True, slots=True)
class People:
    """Their bearer tokens."""

    of_twenty: Sequence[str]
    of_thousands: str


async def people_of(sandbox: Sandbox, number: int) -> People:
    """Furnish the homes of so many people; the first of them is there from the start."""
    turns = asyncio.Semaphore(_TOGETHER)

    async def one(at: int) -> str:
        async with turns:
            return await sandbox.token(await sandbox.furnish(at))

    tokens = await asyncio.gather(*(one(at) for at in range(number)))
    return People(tokens, await sandbox.token(ASKER))
