"""The warm read: everything remembered, one worker under load, beside what it can be held against.

The servers are loaded in turns, round by round, so that what else the machine does meanwhile falls
on each of them alike.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from itertools import cycle

import msgspec

from adapters.cache.ages import HOLD_SECONDS
from adapters.cache.changes import AGAIN_SECONDS
from tests.bench.budget import Budget
from tests.bench.failure import BenchFailed
from tests.bench.processes import child
from tests.bench.questions import CUSTOMER_READ, TWENTY, Question
from tests.bench.results import Warm
from tests.bench.sandbox import Sandbox
from tests.bench.servers import Server, gateway_running, server_running
from tests.bench.target import Target
from tests.bench.wishes import ServeFloor, ServeGateway, ServeStock

GATEWAY = "the gateway"
STOCK = "plain Strawberry"
STOCK_REMEMBERING = "… with documents cached"
FLOOR = "same bytes from memory"

QUIET_SECONDS = AGAIN_SECONDS + HOLD_SECONDS + 1.0
SETTLED_SECONDS = 60.0
BETWEEN_ASKINGS = 0.05


async def measure_warm(
    sandbox: Sandbox, budget: Budget, step: Callable[[str], None]
) -> tuple[list[Warm], int]:
    """Return the figures of each server, and how many bytes an answer has."""
    step("starting the servers")
    async with _targets(sandbox) as targets, child("tests.bench.load.generator") as generator:
        step("warming up")
        for target in targets:
            await target.load(generator, budget.connections, budget.warm_up_seconds)
        await sandbox.forget_calls()
        for number in range(budget.rounds):
            step(f"warm read, round {number + 1} of {budget.rounds}")
            for target in targets:
                taken = await target.load(generator, budget.connections, budget.round_seconds)
                target.rounds.append(taken)
        calls = await sandbox.calls(everything=True)
    figures = [target.figures(calls if target.calls_upstream else None) for target in targets]
    return figures, len(targets[0].expected.encode())


@asynccontextmanager
async def _targets(sandbox: Sandbox) -> AsyncIterator[list[Target]]:
    """Start every server; raise BenchFailed where two of them do not answer the same."""
    token, url = await sandbox.token(TWENTY), sandbox.url
    plain = ServeStock(sandbox_url=url, remembers_documents=False)
    remembering = ServeStock(sandbox_url=url, remembers_documents=True)
    async with AsyncExitStack() as stack:
        starting = (
            gateway_running(GATEWAY, ServeGateway(sandbox_url=url), token),
            server_running(STOCK, "plain", plain, token),
            server_running(STOCK_REMEMBERING, "plain", remembering, token),
        )
        gateway, *others = await together(stack, starting)
        answer = await settled(gateway)
        peers = [Target(peer, await _same_data(peer, answer)) for peer in others]
        async with server_running(FLOOR, "floor", ServeFloor(body=answer), token) as floor:
            yield [Target(gateway, answer, calls_upstream=True), *peers, Target(floor, answer)]


async def together(
    stack: AsyncExitStack, starting: Iterable[AbstractAsyncContextManager[Server]]
) -> list[Server]:
    """Start servers beside each other; where one does not start, end them all."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(stack.enter_async_context(each)) for each in starting]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


async def settled(
    gateway: Server, question: Question = CUSTOMER_READ, tokens: Sequence[str] = ()
) -> str:
    """Return the answer once it costs no call any more; raise BenchFailed where it goes on to.

    Where `tokens` are given their people ask in turns: one alone may ask so often and no more.

    What the feeds tell when a gateway begins to follow them is forgotten twice and remembered for
    seconds only in between, for its rows have just changed.
    """
    began = quiet_since = time.monotonic()
    askers = cycle([gateway.asked_by(token) for token in tokens] or [gateway])
    while time.monotonic() < quiet_since + QUIET_SECONDS:
        answer = await next(askers).ask(question)
        if msgspec.json.decode(answer)["extensions"]["upstream"]["calls"] != 0:
            quiet_since = time.monotonic()
        if quiet_since > began + SETTLED_SECONDS:
            raise BenchFailed("The warm read is not warm: calls are made for it again and again.")
        await asyncio.sleep(BETWEEN_ASKINGS)
    return answer


async def _same_data(peer: Server, answer: str) -> str:
    other = await peer.ask(CUSTOMER_READ)
    if msgspec.json.decode(other)["data"] != msgspec.json.decode(answer)["data"]:
        raise BenchFailed(f"{peer.name} does not answer what the gateway does: {other[:500]}")
    return other
