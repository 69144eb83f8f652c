"""The warm read: everything remembered, one worker under load, beside what it can be held against.

The servers are loaded in turns, round by round, so that what else the machine does meanwhile falls
on each of them alike.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import msgspec

from tests.bench.budget import Budget
from tests.bench.failure import BenchFailed
from tests.bench.processes import child
from tests.bench.questions import CUSTOMER_READ, TWENTY
from tests.bench.results import Warm
from tests.bench.sandbox import Sandbox
from tests.bench.servers import Server, server_running
from tests.bench.target import Target
from tests.bench.wishes import ServeFloor, ServeGateway, ServeStock

GATEWAY = "the gateway"
STOCK = "plain Strawberry"
STOCK_REMEMBERING = "… with documents cached"
FLOOR = "same bytes from memory"


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
            server_running(GATEWAY, "gateway", ServeGateway(sandbox_url=url), token),
            server_running(STOCK, "plain", plain, token),
            server_running(STOCK_REMEMBERING, "plain", remembering, token),
        )
        gateway, *others = await _together(stack, starting)
        await gateway.ask(CUSTOMER_READ)
        answer = await gateway.ask(CUSTOMER_READ)
        _require_no_calls(answer)
        peers = [Target(peer, await _same_data(peer, answer)) for peer in others]
        async with server_running(FLOOR, "floor", ServeFloor(body=answer), token) as floor:
            yield [Target(gateway, answer, calls_upstream=True), *peers, Target(floor, answer)]


async def _together(
    stack: AsyncExitStack, starting: Iterable[AbstractAsyncContextManager[Server]]
) -> list[Server]:
    """Start servers beside each other; where one does not start, end them all."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(stack.enter_async_context(each)) for each in starting]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


def _require_no_calls(answer: str) -> None:
    upstream = msgspec.json.decode(answer)["extensions"]["upstream"]
    if upstream["calls"] != 0:
        raise BenchFailed(f"The warm read is not warm: {upstream['calls']} calls were made for it.")


async def _same_data(peer: Server, answer: str) -> str:
    other = await peer.ask(CUSTOMER_READ)
    if msgspec.json.decode(other)["data"] != msgspec.json.decode(answer)["data"]:
        raise BenchFailed(f"{peer.name} does not answer what the gateway does: {other[:500]}")
    return other
