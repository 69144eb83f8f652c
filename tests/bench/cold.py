"""The cold read: what an operation takes, and asks upstream, where nothing of it is remembered.

Every start is a gateway of its own that has been ready and answered one small question, so that
its memory is empty and its connections, its keys and its directory are not.
"""

import time
from collections.abc import Callable

from tests.bench.budget import Budget
from tests.bench.questions import ASKER, CUSTOMER_READ, HELLO, JOBS_SCREEN, TWENTY, Question
from tests.bench.results import Cold
from tests.bench.sandbox import Sandbox
from tests.bench.servers import gateway_running
from tests.bench.wishes import ServeGateway


async def measure_cold(sandbox: Sandbox, budget: Budget, step: Callable[[str], None]) -> list[Cold]:
    """Return the figures of each operation."""
    taken: dict[Question, list[tuple[float, int]]] = {CUSTOMER_READ: [], JOBS_SCREEN: []}
    tokens = {CUSTOMER_READ: await sandbox.token(TWENTY), JOBS_SCREEN: await sandbox.token(ASKER)}
    for number in range(budget.cold_starts):
        for question, starts in taken.items():
            step(f"cold read, start {number + 1} of {budget.cold_starts}")
            starts.append(await _one_start(sandbox, question, tokens[question]))
    return [
        Cold(name=asked.name, ms=[ms for ms, _ in starts], calls=[calls for _, calls in starts])
        for asked, starts in taken.items()
    ]


async def _one_start(sandbox: Sandbox, question: Question, token: str) -> tuple[float, int]:
    """Return milliseconds and calls of the question's first asking on a new gateway."""
    wish = ServeGateway(sandbox_url=sandbox.url)
    async with gateway_running("a cold gateway", wish, token) as gateway:
        await gateway.ask(HELLO)
        await sandbox.forget_calls()
        began = time.perf_counter()
        await gateway.ask(question)
        ms = (time.perf_counter() - began) * 1000
        return ms, await sandbox.calls()
