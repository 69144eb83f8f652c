"""The gateway and its peers under the same load in the same run, in turns, question by question."""

import os
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from tests.bench.budget import Budget
from tests.bench.failure import BenchFailed
from tests.bench.peers.asked import OF_TWENTY, READ, SMALL, Rows, long_list, pages_of, rows_of
from tests.bench.processes import Child, child, program
from tests.bench.questions import ASKER, TWENTY, Question
from tests.bench.results import Warm
from tests.bench.sandbox import Sandbox, sandbox_running
from tests.bench.servers import Server, gateway_running, server_of
from tests.bench.target import Target
from tests.bench.warm import settled, together
from tests.bench.wishes import ServeGateway

PLAIN, COMPILED = "the gateway", "… compiled"
MEASURE: Final = "Mercurius with JIT"
PEERS: Final = {MEASURE: "mercurius", "Yoga": "yoga", "Apollo Server": "apollo"}

FOR_LONG_LISTS: Final = 2
"""How many connections ask for thousands of rows: a round ends when all have been answered."""

_FOLDER: Final = Path(__file__).parent


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One question, how many bytes the gateway's answer has, and how each server fared."""

    name: str
    answer_bytes: int
    servers: list[Warm]


def missing() -> str | None:
    """Why can the peers not be measured here? None where they can."""
    if shutil.which("node") is None or not (_FOLDER / "node_modules" / "mercurius").is_dir():
        return "The peers are not installed: get them with npm and Node 20 or later, by make peers."
    return None


async def measure_peers(budget: Budget, step: Callable[[str], None]) -> list[Asked]:
    """Return the figures of each question; raise BenchFailed where answers differ."""
    step("starting the sandbox")
    async with sandbox_running() as sandbox, AsyncExitStack() as stack:
        step("starting the servers")
        servers, questions = await _started(stack, sandbox)
        generator = await stack.enter_async_context(child("tests.bench.load.generator"))
        return [await _asked(question, servers, generator, budget, step) for question in questions]


async def _started(
    stack: AsyncExitStack, sandbox: Sandbox
) -> tuple[list[Server], list[tuple[Question, dict[str, str]]]]:
    """Return all servers, warm, and what they are asked by whom."""
    token, large = await sandbox.token(TWENTY), await sandbox.token(ASKER)
    wish = ServeGateway(sandbox_url=sandbox.url)
    compiled = msgspec.structs.replace(wish, compiled=True)
    starting = (gateway_running(PLAIN, wish, token), gateway_running(COMPILED, compiled, token))
    gateways = await together(stack, starting)
    of_large = {**gateways[0].headers, "authorization": f"Bearer {large}"}
    pages = await pages_of(_as(gateways[0], of_large))
    questions = [(each, gateways[0].headers) for each in OF_TWENTY]
    questions.append((long_list(pages), of_large))
    for gateway in gateways:
        for question, headers in questions:
            await settled(_as(gateway, headers), question)
    rows = rows_of(await gateways[0].ask(SMALL), await gateways[0].ask(READ), pages)
    peers = await together(stack, (_peer(name, rows, token) for name in PEERS))
    return [*gateways, *peers], questions


@asynccontextmanager
async def _peer(name: str, rows: Rows, token: str) -> AsyncIterator[Server]:
    node, environment = shutil.which("node") or "node", {**os.environ, "NODE_ENV": "production"}
    command = (node, str(_FOLDER / f"{PEERS[name]}.mjs"))
    starting = program(name, *command, environment=environment)
    async with server_of(name, starting, rows, token) as server:
        yield server


def _as(server: Server, headers: dict[str, str]) -> Server:
    """Return the same server, asked by somebody else."""
    return Server(server.name, server.child, server.port, server.client, headers)


async def _asked(
    asked: tuple[Question, dict[str, str]],
    servers: Sequence[Server],
    generator: Child,
    budget: Budget,
    step: Callable[[str], None],
) -> Asked:
    """Load every server with one question, in turns."""
    question, headers = asked
    step(question.name)
    targets = await _targets(question, [_as(server, headers) for server in servers])
    connections = budget.connections if question in OF_TWENTY else FOR_LONG_LISTS
    for target in targets:
        await target.load(generator, connections, budget.warm_up_seconds)
    for _ in range(budget.rounds):
        for target in targets:
            taken = await target.load(generator, connections, budget.round_seconds)
            target.rounds.append(taken)
    figures = [target.figures(None) for target in targets]
    return Asked(
        name=question.name, answer_bytes=len(targets[0].expected.encode()), servers=figures
    )


async def _targets(question: Question, servers: Sequence[Server]) -> list[Target]:
    """Return the servers with their answers; raise BenchFailed where their data differ."""
    answers = [await server.ask(question) for server in servers]
    data = [msgspec.json.decode(answer)["data"] for answer in answers]
    for server, told in zip(servers, data, strict=True):
        if told != data[0]:
            raise BenchFailed(f"{server.name} does not answer what the gateway does.")
    return [
        Target(server, answer, question=question)
        for server, answer in zip(servers, answers, strict=True)
    ]
