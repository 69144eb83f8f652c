"""SIGTERM while much is under way: it is awaited or ended, with no word beside the log.

And a process that may open few files: it refuses, and goes on.
"""

import asyncio
import signal
import socket
from collections import Counter
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import httpx
import pytest

from tests.fleet.running import Running
from tests.overload.stopping import Stage, ends, stage

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]

INVOICES = "{ viewer { invoices(first: 20) { nodes { number } } } }"
JOBS = "{ viewer { jobs(tab: COMPLETED, first: 5) { nodes { number } } } }"
GROWS_OLD = "[cache.kinds]\ninvoices = { fresh_seconds = 1 }\n"
IMPATIENT = """
import gateway.serving
gateway.serving.configuration.__kwdefaults__["graceful_seconds"] = 1
"""
FEW_FILES = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
"""
CONNECTIONS, ASKING, LET_IN = 400, 60, 20


async def called(on: Stage, path: str) -> None:
    """Wait until ServiceTitan was asked there."""
    async with asyncio.timeout(20):
        while not await on.called(path):  # noqa: ASYNC110  # a sandbox tells nobody
            await asyncio.sleep(0.02)


async def test_sh4_leaders_are_awaited_and_a_refresh_that_nobody_waits_for_is_ended(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, GROWS_OLD) as on, on.gateway() as gateway:
        first = await on.ask(gateway, INVOICES)
        await asyncio.sleep(1.2)
        await on.sandbox.forget_calls()
        await on.slow("/invoices$", "GET", 60_000)
        stale = await on.ask(gateway, INVOICES)
        await called(on, "/invoices")
        await on.slow("/jobs$", "GET", 1500)
        asking = [asyncio.create_task(on.ask(gateway, JOBS)) for _ in range(5)]
        await called(on, "/jobs")
        assert not any(task.done() for task in asking)
        await ends(gateway)
        answers = await asyncio.gather(*asking)
        assert await on.called("/jobs") == 1
        assert await on.called("/invoices") == 1
    assert first.json()["data"] == stale.json()["data"]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert all("errors" not in answer.json() for answer in answers)


async def test_sh5_who_is_stuck_is_cancelled_when_the_time_is_over(tmp_path: Path) -> None:
    async with stage(tmp_path) as on, on.gateway(IMPATIENT) as gateway:
        await on.slow("/invoices$", "GET", 60_000)
        asking = asyncio.create_task(on.ask(gateway, INVOICES))
        await called(on, "/invoices")
        await ends(gateway, 7)  # sooner than ServiceTitan is given up
        answer = await asking
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json() == {
            "errors": [
                {
                    "message": "The gateway is being restarted. Ask again.",
                    "extensions": {"code": "UPSTREAM_UNAVAILABLE"},
                }
            ]
        }
        (told,) = [line for line in gateway.lines if "graceful shutdown" in str(line["event"])]
        assert "Cancel 1 running task(s)" in told["event"]
        assert [line["event"] for line in gateway.troubles()] == [told["event"]]


async def test_sh11_with_few_files_it_refuses_and_recovers(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        on.told["PORTAL_PEOPLE_AT_ONCE"] = str(LET_IN)
        async with on.gateway(FEW_FILES) as gateway, AsyncExitStack() as doors:
            inside = [await doors.enter_async_context(door(on, gateway)) for _ in range(ASKING)]
            assert {(await each.get("/health/live")).status_code for each in inside} == {200}
            port = int(gateway.url.rpartition(":")[2])
            with ExitStack() as stack:
                sockets = [stack.enter_context(socket.socket()) for _ in range(CONNECTIONS)]
                for each in sockets:
                    each.setblocking(False)  # noqa: FBT003  # the library asks for it so
                    await asyncio.get_running_loop().sock_connect(each, ("127.0.0.1", port))
                with pytest.raises(httpx.TransportError):  # there is no file for one more
                    async with door(on, gateway) as late:
                        await late.get("/health/live")
                assert gateway.process.returncode is None
                await on.slow("/invoices$", "GET", 1500)
                asked = {"query": INVOICES}
                answers = await asyncio.gather(*(of.post("/graphql", json=asked) for of in inside))
                away = [answer for answer in answers if answer.status_code == 503]
                assert Counter(answer.status_code for answer in answers) == {
                    200: LET_IN,
                    503: ASKING - LET_IN,
                }
                assert {answer.headers["retry-after"] for answer in away} <= {"1", "2", "3"}
            async with asyncio.timeout(20):
                while True:
                    try:
                        answer = await on.ask(gateway, INVOICES)
                    except httpx.TransportError:
                        await asyncio.sleep(0.1)
                        continue
                    break
            assert answer.status_code == 200
            assert "errors" not in answer.json()
            again = [await on.ask(gateway, INVOICES) for _ in range(5)]
            assert [of.status_code for of in again] == [200] * 5
            assert gateway.process.returncode is None
            gateway.signal(signal.SIGTERM)
            async with asyncio.timeout(30):
                assert await gateway.process.wait() == 0
            assert len(gateway.lines) < CONNECTIONS


def door(on: Stage, gateway: Running) -> httpx.AsyncClient:
    """Return somebody who asks over one connection, as Pat."""
    headers = {"authorization": f"Bearer {on.token}"}
    return httpx.AsyncClient(base_url=gateway.url, headers=headers, trust_env=False, timeout=60)
