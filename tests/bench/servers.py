"""The servers of a run, each a process of its own, seen from outside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace

import httpx
import msgspec

from tests.bench.failure import BenchFailed
from tests.bench.processes import Child, child
from tests.bench.questions import Question
from tests.bench.sandbox import HOST
from tests.bench.stores import ledger_file
from tests.bench.wishes import Listening, ServeGateway

START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and the headers with which it is asked."""

    name: str
    child: Child
    port: int
    client: httpx.AsyncClient
    headers: dict[str, str]

    def asked_by(self, token: str) -> "Server":
        """Return the same server, asked by somebody else."""
        return replace(self, headers=self.headers | {"authorization": f"Bearer {token}"})

    async def ask(self, question: Question) -> str:
        """Return the answer's body; raise BenchFailed for one with errors."""
        answer = await self.client.post("/graphql", content=body(question), headers=self.headers)
        if answer.status_code != httpx.codes.OK or b'"errors"' in answer.content:
            raise BenchFailed(f"{self.name} answered {answer.status_code}: {answer.text[:500]}")
        return answer.text


def body(question: Question) -> str:
    """Return the body that asks this."""
    variables = {"variables": question.variables} if question.variables else {}
    return msgspec.json.encode({"query": question.query} | variables).decode()


@asynccontextmanager
async def server_running(
    name: str, module: str, wish: msgspec.Struct, token: str
) -> AsyncIterator[Server]:
    """Run a server for as long as the block lasts, ready when the block begins."""
    async with server_of(name, child(f"tests.bench.served.{module}"), wish, token) as server:
        yield server


@asynccontextmanager
async def server_of(
    name: str, starting: AbstractAsyncContextManager[Child], wish: msgspec.Struct, token: str
) -> AsyncIterator[Server]:
    """Run the server that this child is, as `server_running` does."""
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    async with starting as started:
        port = (await started.ask(wish, Listening)).port
        url = f"http://{HOST}:{port}"
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30.0) as client:
            server = Server(name, started, port, client, headers)
            async with asyncio.timeout(START_SECONDS):
                await _ready(server)
            yield server


@asynccontextmanager
async def gateway_running(name: str, wish: ServeGateway, token: str) -> AsyncIterator[Server]:
    """Run a gateway, with a ledger in a file of its own where no database is told."""
    with ledger_file() as url:
        told = msgspec.structs.replace(wish, database_url=wish.database_url or url)
        async with server_running(name, "gateway", told, token) as gateway:
            yield gateway


async def _ready(server: Server) -> None:
    """Wait until it answers, and where it tells so, until it is ready."""
    while server.child.process.returncode is None:
        with suppress(httpx.TransportError):
            answer = await server.client.get("/health/ready")
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return
        await asyncio.sleep(0.02)
    raise BenchFailed(f"{server.name} ended before it was ready.")
