"""From event to fresh read: how soon an event is answered, and how soon people read what changed.

What is remembered stays fresh for longer than the run, and no feed is followed meanwhile: only the
event can make it new.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from tests.bench.budget import Budget
from tests.bench.events import answered
from tests.bench.failure import BenchFailed
from tests.bench.questions import LATENCY_MS, TWENTY, Question
from tests.bench.results import Answered, Fresh
from tests.bench.sandbox import HOST, TWENTY_INVOICE, Sandbox, sandbox_running
from tests.bench.servers import Server, gateway_running
from tests.bench.stores import postgresql
from tests.bench.wishes import ServeGateway
from tests.own_redis import free_port, redis_running

BALANCES = Question("balances", "{ viewer { invoices(first: 20) { nodes { balance } } } }")
ALONE, TOLD, OTHER = "one worker, in memory", "the worker that was told", "another worker"
IN_FILE, IN_DATABASE = "one worker, SQLite", "two workers, PostgreSQL"
PATIENCE = 30.0
BETWEEN_READS = 0.005


async def measure_freshness(
    budget: Budget, step: Callable[[str], None]
) -> tuple[list[Fresh], list[Answered]]:
    """Return the figures of one worker, and where there is what two share, of each of two.

    Then how soon each kind of worker answered events: they come after what is read is measured.
    """
    port = free_port()
    events = ("--webhook-url", f"http://{HOST}:{port}/webhooks/servicetitan")
    async with sandbox_running(LATENCY_MS, *events) as sandbox:
        step("events, one worker")
        wish = ServeGateway(sandbox_url=sandbox.url, port=port)
        token = await sandbox.token(TWENTY)
        async with gateway_running(ALONE, wish, token) as alone:
            found = await _measured(sandbox, [alone], budget)
            told = [await answered(IN_FILE, sandbox, alone, budget.deliveries)]
        step("events, two workers")
        async with _two(sandbox, port, token) as both:
            found += await _measured(sandbox, both, budget)
            told += [await answered(IN_DATABASE, sandbox, of, budget.deliveries) for of in both[:1]]
        return found, told


@asynccontextmanager
async def _two(sandbox: Sandbox, port: int, token: str) -> AsyncIterator[list[Server]]:
    """Run two workers over Redis and PostgreSQL, the first at the port that is told of events."""
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(redis_running())
        database = await stack.enter_async_context(postgresql())
        if redis is None or database is None:
            yield []
            return
        servers = []
        for name, at in ((TOLD, port), (OTHER, 0)):
            wish = ServeGateway(
                sandbox_url=sandbox.url, port=at, redis_url=redis.url, database_url=database
            )
            server = gateway_running(name, wish, token)
            servers.append(await stack.enter_async_context(server))
        yield servers


async def _measured(sandbox: Sandbox, servers: list[Server], budget: Budget) -> list[Fresh]:
    """Change one balance after the other; all servers are read at the same time until it is new."""
    took: dict[str, list[float]] = {server.name: [] for server in servers}
    for server in servers:
        await server.ask(BALANCES)
    for number in range(budget.events if servers else 0):
        balance = f"{1000 + number}.25"
        began = time.perf_counter()
        await sandbox.change("invoices", TWENTY_INVOICE, balance=balance)
        ended = await asyncio.gather(*(_read_until(server, balance) for server in servers))
        for server, at in zip(servers, ended, strict=True):
            took[server.name].append((at - began) * 1000)
    return [Fresh(name=name, ms=sorted(each)) for name, each in took.items()]


async def _read_until(server: Server, balance: str) -> float:
    """Read until this balance is told; return when that was."""
    until = time.perf_counter() + PATIENCE
    while f'"{balance}"' not in await server.ask(BALANCES):
        if time.perf_counter() > until:
            raise BenchFailed(
                f"{server.name} does not tell what an event said {PATIENCE:.0f} s ago"
            )
        await asyncio.sleep(BETWEEN_READS)
    return time.perf_counter()
