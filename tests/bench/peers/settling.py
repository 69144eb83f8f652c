"""Everything remembered: asked by everybody, over and over, until nothing costs a call."""

import asyncio
import time
from collections.abc import Sequence

from tests.bench.failure import BenchFailed
from tests.bench.questions import Question
from tests.bench.sandbox import Sandbox
from tests.bench.servers import Server
from tests.bench.warm import QUIET_SECONDS, SETTLED_SECONDS

_TOGETHER = 4


async def settled(sandbox: Sandbox, asked: Sequence[tuple[Server, Question]]) -> None:
    """Ask these servers these questions until none costs a call any more.

    A gateway forgets twice what its feeds tell when it begins to follow them; raise BenchFailed
    where calls are made again and again.
    """
    turns = asyncio.Semaphore(_TOGETHER)

    async def one(server: Server, question: Question) -> None:
        async with turns:
            await server.ask(question)

    began = quiet_since = time.monotonic()
    while time.monotonic() < quiet_since + QUIET_SECONDS:
        await sandbox.forget_calls()
        await asyncio.gather(*(one(*each) for each in asked))
        if await sandbox.calls():
            quiet_since = time.monotonic()
        if quiet_since > began + SETTLED_SECONDS:
            raise BenchFailed("The reads are not warm: calls are made for them again and again.")
