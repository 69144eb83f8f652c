"""A gateway as a process: it says where it is, keeps to itself what it is, and ends in order."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

# Nothing listens at port 9 (discard): the gateway must start all the same, and say what it lacks.
ENVIRONMENT = {
    "PORTAL_SERVICETITAN_API_URL": "http://127.0.0.1:9",
    "PORTAL_SERVICETITAN_AUTH_URL": "http://127.0.0.1:9",
    "PORTAL_SERVICETITAN_TENANT_ID": "7",
    "PORTAL_SERVICETITAN_CLIENT_ID": "sandbox-client",
    "PORTAL_SERVICETITAN_CLIENT_SECRET": "sandbox-secret",
    "PORTAL_SERVICETITAN_APP_KEY": "sandbox-app-key",
    "PORTAL_OIDC_ISSUER": "http://127.0.0.1:9/idp",
    "PORTAL_OIDC_AUDIENCE": "portal",
    "PORTAL_DATABASE_URL": "sqlite+aiosqlite://",
    "PORTAL_SECRET_KEY": "sandbox-key-of-thirty-two-letters",
}
MEMORY = {
    "event": "ledger in memory",
    "level": "warning",
    "problem": "It ends with this process, and no crowd can use it.",
}
SLOW = """
import asyncio
from gateway.logs import configure_logging
from gateway.serving import listen, serve_until_told

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    await asyncio.sleep(0.6)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"whole"})

configure_logging("info")
serve_until_told(app, listen("127.0.0.1", 0))
"""


@asynccontextmanager
async def running(*command: str) -> AsyncIterator[tuple[Process, str]]:
    """Run Python with these arguments until the block ends; give the address it serves."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stderr=PIPE, env=os.environ | ENVIRONMENT
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(20):
            if "serve" in command:
                warned = json.loads(await process.stderr.readline())
                assert warned.items() >= MEMORY.items()
            line = json.loads(await process.stderr.readline())
        yield process, f"http://{line['host']}:{line['port']}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_without_its_upstreams_it_lives_and_says_what_is_not_ready() -> None:
    async with (
        running("-m", "gateway", "serve", "--port", "0") as (process, url),
        httpx.AsyncClient(base_url=url, trust_env=False) as client,
    ):
        live = await client.get("/health/live")
        ready = await client.get("/health/ready")
        nowhere = await client.get("/nowhere")
        headers = {"authorization": "Bearer a.b.c"}
        asked = await client.post("/graphql", json={"query": "{ __typename }"})
        refused = await client.post("/graphql", json={"query": "{a}"}, headers=headers)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await process.wait() == 0
    assert (live.status_code, live.json()) == (200, {"live": True})
    assert ready.status_code == 503
    assert ready.json()["waiting"].keys() == {"directory", "identity"}
    assert asked.json()["data"] == {"__typename": "Query"}
    assert refused.status_code == 401
    for answer in (live, ready, nowhere, asked, refused):
        assert "server" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert len(answer.headers["x-request-id"]) == 16


async def test_sh1_what_is_under_way_is_answered_before_the_end() -> None:
    async with (
        running("-c", SLOW) as (process, url),
        httpx.AsyncClient(trust_env=False) as client,
    ):
        asking = [asyncio.create_task(client.get(url)) for _ in range(20)]
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        answers = await asyncio.gather(*asking)
        async with asyncio.timeout(10):
            assert await process.wait() == 0
    assert [answer.text for answer in answers] == ["whole"] * 20
