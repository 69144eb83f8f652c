"""The cold read: what an operation takes, and asks upstream, where nothing of it is remembered.

It is compiled when it is first asked; beside it, start by start, it is run by graphql-core.

Every start is a gateway of its own that has been ready and answered one small question, so that
its memory is empty and its connections, its keys and its directory are not.
"""

import time
from collections.abc import Callable

from tests.bench.budget import Budget
from tests.bench.questions import ASKER, CUSTOMER_READ, HELLO, JOBS_SCREEN, TWENTY, Question
from tests.bench.results import Cold, Starts
from tests.bench.sandbox import Sandbox
from tests.bench.servers import gateway_running
from tests.bench.wishes import ServeGateway


async def measure_cold(sandbox: Sandbox, budget: Budget, step: Callable[[str], None]) -> list[Cold]:
    """Return the figures of each operation."""
    tokens = {CUSTOMER_READ: await sandbox.token(TWENTY), JOBS_SCREEN: await sandbox.token(ASKER)}
    starts: dict[tuple[Question, bool], Starts] = {
        (question, compiled): Starts(ms=[], calls=[])
        for question in tokens
        for compiled in (True, False)
    }
    for number in range(budget.cold_starts):
        for (question, compiled), taken in starts.items():
            step(f"cold read, start {number + 1} of {budget.cold_starts}")
            wish = ServeGateway(sandbox_url=sandbox.url, compiled=compiled)
            ms, calls = await _one_start(sandbox, question, wish, tokens[question])
            taken.ms.append(ms)
            taken.calls.append(calls)
    return [
        Cold(name=asked.name, compiled=starts[asked, True], by_core=starts[asked, False])
        for asked in tokens
    ]


async def _one_start(
    sandbox: Sandbox, question: Question, wish: ServeGateway, token: str
) -> tuple[float, int]:
    """Return milliseconds and calls of the question's first asking on a new gateway."""
    async with gateway_running("a cold gateway", wish, token) as gateway:
        await gateway.ask(HELLO)
        await sandbox.forget_calls()
        began = time.perf_counter()
        await gateway.ask(question)
        ms = (time.perf_counter() - began) * 1000
        return ms, await sandbox.calls()
