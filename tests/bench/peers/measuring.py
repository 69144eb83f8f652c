"""The gateway and its peers under the same loads in one run, in turns, question by question."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from enum import Enum

import msgspec

from tests.bench.budget import Budget
from tests.bench.failure import BenchFailed
from tests.bench.peers.asked import otherwise
from tests.bench.peers.servers import FLOOR
from tests.bench.peers.town import Theme, Town, town_open
from tests.bench.results import Warm
from tests.bench.sandbox import Sandbox
from tests.bench.servers import Server, server_running
from tests.bench.target import Target
from tests.bench.wishes import Asker, ServeFloor

_TOGETHER = 8


class Load(Enum):
    """Who asks what: people in turns, each question another, or one of them the same again."""

    MANY = "many"
    ONE = "one"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One question under one load: how many bytes an answer's data has, and how servers fared."""

    name: str
    load: Load
    data_bytes: int
    servers: list[Warm]


class _Answer(msgspec.Struct, frozen=True):
    data: msgspec.Raw


async def measure_peers(budget: Budget, step: Callable[[str], None]) -> list[Asked]:
    """Return the figures of each question and load.

    Raise BenchFailed where two do not answer the same data, byte for byte, or where one of them,
    with everything remembered, asks ServiceTitan.
    """
    async with town_open(budget, step) as town:
        found: list[Asked] = []
        for theme in town.themes:
            for load in Load:
                step(f"{theme.name}, {load.value}")
                found.append(await _measured(town, theme, load, budget))
        return found


async def _measured(town: Town, theme: Theme, load: Load, budget: Budget) -> Asked:
    """Load every server with one question, in turns."""
    async with AsyncExitStack() as stack:
        targets = [await _target(server, theme, load) for server in town.servers]
        if load is Load.ONE:
            targets.append(await _target(town.in_memory, theme, load))
            body = ServeFloor(body=targets[0].expected)
            floor = server_running(FLOOR, "floor", body, theme.tokens[0])
            targets.append(Target(await stack.enter_async_context(floor), targets[0].expected))
        compare(targets)
        for target in targets:
            await target.load(town.generator, theme.connections, budget.warm_up_seconds)
        for _ in range(budget.rounds):
            for target in targets:
                await town.sandbox.forget_calls()
                taken = await target.load(town.generator, theme.connections, budget.round_seconds)
                target.rounds.append(taken)
                await asks_nobody(town.sandbox, target)
    return Asked(
        name=theme.name,
        load=load,
        data_bytes=len(_data(targets[0].expected)),
        servers=[target.figures(0) for target in targets],
    )


async def _target(server: Server, theme: Theme, load: Load) -> Target:
    """Return the server with the answers that it gives to each who will ask it."""
    question, turns = theme.questions[server.name], asyncio.Semaphore(_TOGETHER)

    async def one(token: str) -> Asker:
        async with turns:
            theirs = server.asked_by(token)
            return Asker(headers=theirs.headers, expected=await theirs.ask(question))

    tokens = theme.tokens if load is Load.MANY else theme.tokens[:1]
    askers = await asyncio.gather(*(one(token) for token in tokens))
    bodies = otherwise(question) if load is Load.MANY else ()
    return Target(server, askers[0].expected, question=question, askers=askers, bodies=bodies)


def compare(targets: Sequence[Target]) -> None:
    """Raise BenchFailed where somebody's data are not the same bytes from everybody."""
    first = targets[0]
    for target in targets:
        for one, other in zip(first.askers, target.askers, strict=False):
            if _data(one.expected) != _data(other.expected):
                told = _data(other.expected)[:500].decode()
                raise BenchFailed(f"{target.server.name} answers otherwise than others: {told}")


async def asks_nobody(sandbox: Sandbox, target: Target) -> None:
    """Raise BenchFailed where ServiceTitan was asked since the calls were last forgotten."""
    if calls := await sandbox.calls(everything=True):
        raise BenchFailed(f"{target.server.name} made {calls} calls, though all is remembered.")


def _data(answer: str) -> bytes:
    return bytes(msgspec.json.decode(answer, type=_Answer).data)
