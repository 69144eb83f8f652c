"""One of two gateways behind nginx is stopped, killed and started again, while people ask and pay.

Clients keep their connections to nginx, and nginx keeps its own to the gateways.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.bench.sandbox import Sandbox, sandbox_running
from tests.fleet.front import HOW, NGINX, gateway_running, nginx_running, ready, settings_over
from tests.fleet.running import Running, fleet_running
from tests.fleet.test_history import is_ready
from tests.fleet.test_killed import INVOICE, PAT, PAY, POLICY
from tests.limitless import UNBOUNDED_TEXT
from tests.own_redis import HOST, free_port, redis_running
from tests.own_redis import HOW as HOW_REDIS

READERS = 4
READ = "query Owed($id: ID!) { invoice(id: $id) { balance } }"
LOADED = 2.0
"""Seconds of load before something happens, and after it."""


_BY_ONE = 5
"""How many questions a reader asks by one connection."""


@dataclass(slots=True)
class Load:
    """People who ask and, where `pays`, somebody who pays a dollar, over and over."""

    url: str
    token: str
    statuses: list[int] = field(default_factory=list)
    failed: list[tuple[float, float, str]] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)

    async def run(self, *, pays: bool) -> None:
        """Ask until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(READERS):
                group.create_task(self._read())
            if pays:
                group.create_task(self._pay())

    @asynccontextmanager
    async def lasting(self, *, pays: bool = False) -> AsyncIterator[None]:
        """Ask for as long as the block lasts, and a little before and after."""
        running = asyncio.create_task(self.run(pays=pays))
        try:
            await asyncio.sleep(LOADED)
            yield
            await asyncio.sleep(LOADED)
            assert not running.done()
        finally:
            running.cancel()
            await asyncio.wait([running])

    def _client(self) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False, timeout=30)

    async def _ask(self, client: httpx.AsyncClient, query: str, **variables: object) -> Any:  # noqa: ANN401  # JSON
        """Ask, and take down how it went; None where nobody answered as they should."""
        began = time.monotonic()
        try:
            answer = await client.post("/graphql", json={"query": query, "variables": variables})
        except httpx.TransportError as error:
            self.failed.append((began, time.monotonic(), type(error).__name__))
            return None
        self.statuses.append(answer.status_code)
        if not answer.is_success or "errors" in answer.json():
            self.failed.append((began, time.monotonic(), answer.text))
            return None
        return answer.json()["data"]

    async def _read(self) -> None:
        """Ask by one connection after the other: whichever worker is awake first takes one."""
        while True:
            async with self._client() as client:
                for _ in range(_BY_ONE):
                    await self._ask(client, READ, id=INVOICE)
                    await asyncio.sleep(0.05)

    async def _pay(self) -> None:
        async with self._client() as client:
            for number in count():
                await asyncio.sleep(0.5)
                owed = await self._ask(client, READ, id=INVOICE)
                if owed is None:
                    continue
                wish = {
                    "idempotencyKey": f"key {number}",
                    "invoiceIds": [INVOICE],
                    "expectedTotal": owed["invoice"]["balance"],
                    "amount": "1.00",
                    "source": {"processorToken": "sandbox_card_visa"},
                }
                told = await self._ask(client, PAY, input=wish)
                if told is not None and told["payInvoices"]["payment"] is not None:
                    self.paid.append(told["payInvoices"]["payment"]["state"])


@dataclass(slots=True)
class House:
    """nginx and two gateways, each of which can be started again where it was."""

    url: str
    ports: tuple[int, int]
    told: dict[str, str]
    sandbox: Sandbox
    stack: AsyncExitStack

    async def start(self, at: int) -> Running:
        """Start one of them, and wait until it lets people in."""
        running = gateway_running(self.told, self.ports[at])
        gateway = await self.stack.enter_async_context(running)
        await ready(gateway)
        return gateway

    async def charged(self) -> int:
        """How often was money taken?"""
        told = (await self.sandbox.control.get("/_sandbox/processor/movements")).json()
        assert {each["kind"] for each in told["movements"]} == {"CHARGE"}
        return len(told["movements"])


@pytest.fixture
async def house(postgresql: str, tmp_path: Path) -> AsyncIterator[House]:
    """Run everything but the gateways."""
    if NGINX is None:
        pytest.skip(HOW)
    port, ports = free_port(), (free_port(), free_port())
    async with (
        redis_running() as redis,
        sandbox_running(20) as sandbox,
        nginx_running(tmp_path, port, ports),
        AsyncExitStack() as stack,
    ):
        if redis is None:
            pytest.skip(HOW_REDIS)
        policy = tmp_path / "policy.toml"
        policy.write_text(POLICY + UNBOUNDED_TEXT)
        url = f"http://{HOST}:{port}"
        told = await settings_over(sandbox, url) | {
            "PORTAL_REDIS_URL": redis.url,
            "PORTAL_DATABASE_URL": postgresql,
            "PORTAL_POLICY_FILE": str(policy),
            "PORTAL_DRAIN_SECONDS": "5",
        }
        yield House(url, ports, told, sandbox, stack)


@pytest.mark.timeout(180)
async def test_one_of_two_is_stopped_and_started_and_no_request_is_lost(house: House) -> None:
    first, second = await house.start(0), await house.start(1)
    load = Load(house.url, await house.sandbox.token(PAT))
    async with load.lasting(pays=True):
        first.signal(signal.SIGTERM)
        async with asyncio.timeout(25):
            assert await first.process.wait() == 0
        again = await house.start(0)
    assert second.troubles() == []
    assert load.failed == []
    assert set(load.statuses) == {200}
    assert set(load.paid) <= {"SUCCEEDED", "PROCESSING"}
    assert len(load.paid) > 3
    assert len(load.paid) <= await house.charged() <= len(load.paid) + 1
    await again.until(lambda: bool(again.told("request", path="/graphql")))
    assert len(first.told("request", path="/graphql")) > 10
    assert len(second.told("request", path="/graphql")) > 10


@pytest.mark.timeout(180)
async def test_one_of_two_is_killed_and_only_what_it_was_answering_is_lost(house: House) -> None:
    first, second = await house.start(0), await house.start(1)
    load = Load(house.url, await house.sandbox.token(PAT))
    async with load.lasting():
        killed = time.monotonic()
        first.signal(signal.SIGKILL)
        await first.process.wait()
        await house.start(0)
    assert second.troubles() == []
    assert len(load.failed) <= READERS
    assert [told for told in load.failed if not told[0] < killed + 0.5 < told[1] + 1] == []
    assert load.statuses.count(200) + len(load.failed) == len(load.statuses)
    assert load.statuses.count(200) > 100


@pytest.mark.timeout(180)
async def test_one_of_two_workers_is_stopped_and_no_request_is_lost(house: House) -> None:
    async with fleet_running(house.told | {"PORTAL_DRAIN_SECONDS": "2"}) as fleet:
        await fleet.all_serve()
        await is_ready(fleet)
        load = Load(fleet.url, await house.sandbox.token(PAT))
        async with load.lasting(pays=True):
            fleet.signal_worker(1, signal.SIGTERM)
            await fleet.until(lambda: len(fleet.told("worker started", worker=1)) == 2)
            await fleet.all_serve(starts=3)
        (ended,) = fleet.told("worker ended")
        assert (ended["worker"], ended["code"]) == (1, 0)
        assert load.failed == []
        assert set(load.statuses) == {200}
        assert len(load.paid) <= await house.charged() <= len(load.paid) + 1
        by = {line["worker"] for line in fleet.told("request", path="/graphql")}
        assert by == {1, 2}
