"""A gateway as a process: it says where it is, keeps to itself what it is, and ends in order."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from gateway.newcomers import hold_newcomers_off
from gateway.serving import listen

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
    "PORTAL_DRAIN_SECONDS": "0",
    # The default port may be taken, which the log says.
    "PORTAL_METRICS_ADDRESS": "off",
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
async def running(*command: str, **told: str) -> AsyncIterator[tuple[Process, str]]:
    """Run Python with these arguments until the block ends; give the address it serves.

    `told` are further variables.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stderr=PIPE, env=os.environ | ENVIRONMENT | told
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


async def test_sh1_it_says_that_it_goes_while_it_still_answers_and_loses_nobody() -> None:
    told = {"PORTAL_DRAIN_SECONDS": "4"}
    asked, statuses, refused = {"query": "{ __typename }"}, Counter[int](), 0
    async with running("-m", "gateway", "serve", "--port", "0", **told) as (process, url):

        async def keep_asking() -> None:
            """Ask over a connection of one's own each time, until nobody is there."""
            nonlocal refused
            while True:
                try:
                    async with httpx.AsyncClient(trust_env=False, timeout=10) as one:
                        answer = await one.get(f"{url}/health/live")
                except httpx.ConnectError:  # nothing was sent: another may be asked
                    refused += 1
                    return
                statuses[answer.status_code] += 1
                await asyncio.sleep(0.02)

        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            before = await client.post("/graphql", json=asked)
            asking = [asyncio.create_task(keep_asking()) for _ in range(4)]
            process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.5)
            kept = await client.post("/graphql", json=asked)
            ready, live = await client.get("/health/ready"), await client.get("/health/live")
        await asyncio.gather(*asking)
        async with asyncio.timeout(10):
            assert await process.wait() == 0
    assert "connection" not in before.headers
    assert [of.headers["connection"] for of in (kept, ready, live)] == ["close"] * 3
    assert (kept.status_code, live.status_code, ready.status_code) == (200, 200, 503)
    assert ready.json()["waiting"]["ending"] == "This gateway is being stopped: ask another."
    assert refused == 4
    assert set(statuses) == {200}
    assert statuses[200] > 8


async def test_ctrl_c_waits_for_no_balancer() -> None:
    told = {"PORTAL_DRAIN_SECONDS": "10"}
    async with running("-m", "gateway", "serve", "--port", "0", **told) as (process, url):
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            assert (await client.get("/health/live")).status_code == 200
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(8):
            assert await process.wait() == 0


async def test_ctrl_c_ends_the_wait_for_balancers() -> None:
    told = {"PORTAL_DRAIN_SECONDS": "10"}
    async with running("-m", "gateway", "serve", "--port", "0", **told) as (process, url):
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            assert (await client.get("/health/live")).status_code == 200
            process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.5)
            assert (await client.get("/health/ready")).status_code == 503
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(8):
            assert await process.wait() == 0


async def test_a_port_that_holds_newcomers_off_keeps_who_is_in() -> None:
    loop = asyncio.get_running_loop()
    with listen("127.0.0.1", 0) as port:
        port.setblocking(False)  # noqa: FBT003  # the library asks for it so
        first = await tried(port)
        await loop.sock_sendall(first, b"before")
        hold_newcomers_off(port)
        accepted, _ = await loop.sock_accept(port)
        assert await loop.sock_recv(accepted, 100) == b"before"
        await loop.sock_sendall(first, b"after")
        assert await loop.sock_recv(accepted, 100) == b"after"
        second = asyncio.create_task(tried(port))
        await asyncio.sleep(0.3)
        assert not second.done()
        port.close()
        with pytest.raises(ConnectionRefusedError):
            await second
        first.close()
        accepted.close()


async def tried(port: socket.socket) -> socket.socket:
    """Connect to it."""
    ours = socket.socket()
    ours.setblocking(False)  # noqa: FBT003  # as above
    try:
        await asyncio.get_running_loop().sock_connect(ours, port.getsockname())
    except OSError:
        ours.close()
        raise
    return ours
