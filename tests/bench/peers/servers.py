"""The gateway in three ways and its peers, each a process of its own over the same ServiceTitan."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from tests.bench.peers.asked import Rows
from tests.bench.processes import program
from tests.bench.sandbox import Sandbox
from tests.bench.servers import Server, gateway_running, server_of
from tests.bench.warm import together
from tests.bench.wishes import ServeGateway

FOLDER: Final = Path(__file__).parent
MEASURE: Final = "Mercurius with JIT"
GATEWAYS: Final = {
    "the gateway, graphql-core": ServeGateway(sandbox_url="", tells_cost=False, compiled=False),
    "… compiled": ServeGateway(sandbox_url="", tells_cost=False),
    "… compiled, answers kept": ServeGateway(sandbox_url="", tells_cost=False, keeps_answers=True),
}
PEERS: Final = {
    MEASURE: ("mercurius", False),
    "Yoga": ("yoga", False),
    "Yoga, answers kept": ("yoga", True),
    "Apollo Server": ("apollo", False),
}
"""The program of each, and whether it keeps answers by viewer, as its own plugin does."""

IN_MEMORY: Final = "Mercurius, rows in memory, no viewer"
FLOOR: Final = "the same bytes by uvicorn alone"


class ServePeer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Serve a portal over ServiceTitan with these credentials, for this issuer's people."""

    api_url: str
    auth_url: str
    tenant_id: int
    client_id: str
    client_secret: str
    app_key: str
    issuer: str
    audience: str
    keeps_answers: bool = False


def missing() -> str | None:
    """Why can the peers not be measured here? None where they can."""
    if shutil.which("node") is None or not (FOLDER / "node_modules" / "undici").is_dir():
        return "The peers are not installed: get them with npm and Node 20 or later, by make peers."
    return None


async def gateways(stack: AsyncExitStack, sandbox: Sandbox, token: str) -> list[Server]:
    """Start the gateway in each way."""
    wishes = {
        name: msgspec.structs.replace(wish, sandbox_url=sandbox.url)
        for name, wish in GATEWAYS.items()
    }
    starting = (gateway_running(name, wish, token) for name, wish in wishes.items())
    return await together(stack, starting)


async def peers(stack: AsyncExitStack, sandbox: Sandbox, token: str) -> list[Server]:
    """Start the peers, each with the directory of everybody's emails already read."""
    told = (await sandbox.control.get("/_sandbox/credentials")).raise_for_status()
    wish = msgspec.json.decode(told.content, type=ServePeer)
    starting = (
        _running(name, script, msgspec.structs.replace(wish, keeps_answers=keeps), token)
        for name, (script, keeps) in PEERS.items()
    )
    return await together(stack, starting)


def in_memory(rows: Rows, token: str) -> AbstractAsyncContextManager[Server]:
    """Run Mercurius over rows that it is told."""
    return _running(IN_MEMORY, "bare", rows, token)


@asynccontextmanager
async def _running(
    name: str, script: str, wish: msgspec.Struct, token: str
) -> AsyncIterator[Server]:
    node, environment = shutil.which("node") or "node", {**os.environ, "NODE_ENV": "production"}
    starting = program(name, node, str(FOLDER / f"{script}.mjs"), environment=environment)
    async with server_of(name, starting, wish, token) as server:
        yield server
