"""Everything that is measured beside each other: started, asked once, and remembering it all."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import httpx

from tests.bench.budget import Budget
from tests.bench.failure import BenchFailed
from tests.bench.peers.asked import OF_TWENTY, READ, SMALL, long_list, pages_of, rows_of
from tests.bench.peers.people import people_of
from tests.bench.peers.servers import IN_MEMORY, gateways, in_memory, peers
from tests.bench.peers.settling import settled
from tests.bench.processes import Child, child
from tests.bench.questions import Question
from tests.bench.sandbox import Sandbox, sandbox_running
from tests.bench.servers import Server, body

FOR_LONG_LISTS: Final = 2
"""How many connections ask for thousands of rows: a round ends when all have been answered."""


@dataclass(frozen=True, slots=True)
class Theme:
    """What is asked, by whom, and by how many at once.

    `questions` are by the names of the servers: each has cursors of its own.
    """

    name: str
    questions: Mapping[str, Question]
    tokens: Sequence[str]
    connections: int


@dataclass(frozen=True, slots=True)
class Town:
    """What is asked of whom; `in_memory` is asked by nobody in particular, for scale."""

    sandbox: Sandbox
    servers: Sequence[Server]
    in_memory: Server
    themes: Sequence[Theme]
    generator: Child


@asynccontextmanager
async def town_open(budget: Budget, step: Callable[[str], None]) -> AsyncIterator[Town]:
    """Start the sandbox, everybody's homes, and the servers; raise BenchFailed."""
    step("starting the sandbox")
    async with sandbox_running() as sandbox, AsyncExitStack() as stack:
        people = await people_of(sandbox, budget.viewers)
        token = people.of_twenty[0]
        step("starting the servers")
        ours = await gateways(stack, sandbox, token)
        servers = [*ours, *await peers(stack, sandbox, token)]
        for each in servers:
            await _verifies(each, token)
        step("having them remember")
        pages = {each.name: await pages_of(each.asked_by(people.of_thousands)) for each in servers}
        first = ours[0]
        pages[IN_MEMORY] = pages[first.name]
        long = {name: long_list(of) for name, of in pages.items()}
        reads = [(each.asked_by(of), READ) for each in servers for of in people.of_twenty]
        lists = [(each.asked_by(people.of_thousands), long[each.name]) for each in servers]
        await settled(sandbox, [*reads, *lists])
        rows = rows_of(await first.ask(SMALL), await first.ask(READ), pages[first.name])
        themes = [
            Theme(each.name, dict.fromkeys(pages, each), people.of_twenty, budget.connections)
            for each in OF_TWENTY
        ]
        named = long[first.name].name
        themes.append(Theme(named, long, [people.of_thousands], FOR_LONG_LISTS))
        ready = await stack.enter_async_context(in_memory(rows, token))
        generator = await stack.enter_async_context(child("tests.bench.load.generator"))
        yield Town(sandbox, servers, ready, themes, generator)


async def _verifies(server: Server, token: str) -> None:
    """Raise BenchFailed where this server answers whose token is signed by nobody."""
    signed, _, signature = token.rpartition(".")
    forged = server.asked_by(f"{signed}.{signature[::-1]}")
    answer = await server.client.post("/graphql", content=body(SMALL), headers=forged.headers)
    if answer.status_code != httpx.codes.UNAUTHORIZED:
        raise BenchFailed(f"{server.name} answers {answer.status_code} to a forged token.")
