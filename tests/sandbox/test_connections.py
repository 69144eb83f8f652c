"""Connections that really break, through a real server on a port of its own."""

import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from datetime import date

import httpx
import pytest
import uvicorn

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions

CUSTOMERS = "/crm/v2/tenant/1234567/customers"


SERVERS = [("asyncio", "h11"), ("asyncio", "httptools"), ("uvloop", "httptools")]


@pytest.fixture(params=SERVERS, ids=["asyncio-h11", "asyncio-httptools", "uvloop"], scope="module")
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a sandbox is served by uvicorn, in a thread, on each loop and parser it may have."""
    loop, parser = request.param
    app = create_sandbox(SandboxOptions(today=date(2026, 3, 2), homes=0, latency_ms=5))
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, loop=loop, http=parser, log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture
async def served(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A signed-in client over the wire."""
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        form = {
            "grant_type": "client_credentials",
            "client_id": "sandbox-client",
            "client_secret": "sandbox-secret-not-for-production",
        }
        await client.post("/_sandbox/reset")
        token = (await client.post("/connect/token", data=form)).json()["access_token"]
        client.headers.update({"authorization": token, "st-app-key": "sandbox-app-key"})
        yield client


async def received(answer: httpx.Response) -> bytes:
    """Return what arrives of the body before the connection breaks."""
    got = b""
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        [got := got + part async for part in answer.aiter_raw()]
    return got


async def test_a_cut_answer_promises_more_than_it_gives(
    served: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    whole = await served.get(CUSTOMERS)
    fault = {"path": "customers", "truncateAt": 40}
    await served.post("/_sandbox/faults", json=fault)
    async with served.stream("GET", CUSTOMERS) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-length"] == whole.headers["content-length"]
        got = await received(answer)
    assert got == whole.content[:40]
    assert (await served.get(CUSTOMERS)).content == whole.content
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_reset_connection_answers_nothing_at_all(
    served: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    await served.post("/_sandbox/faults", json={"path": "customers", "reset": True})
    with pytest.raises(httpx.ReadError):
        await served.get(CUSTOMERS)
    assert (await served.get(CUSTOMERS)).status_code == 200
    calls = (await served.get("/_sandbox/calls")).json()["calls"]
    assert [call["status"] for call in calls] == [None, 200]
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_cut_error_is_cut_as_well(served: httpx.AsyncClient) -> None:
    fault = {"path": "customers", "status": 500, "truncateAt": 5}
    await served.post("/_sandbox/faults", json=fault)
    with pytest.raises(httpx.RemoteProtocolError):
        await served.get(CUSTOMERS)


async def test_the_latency_is_that_of_every_service_titan_call(
    served: httpx.AsyncClient,
) -> None:
    started = time.perf_counter()
    await served.get(CUSTOMERS)
    assert time.perf_counter() - started >= 0.005
