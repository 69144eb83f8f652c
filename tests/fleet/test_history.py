"""Two real workers over a real Redis and PostgreSQL, under everything that goes wrong (5.6)."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.bench.questions import TWENTY
from tests.bench.sandbox import sandbox_running
from tests.fleet.clients import Clients
from tests.fleet.history import Write, faults
from tests.fleet.running import Running, credentials_of, fleet_running
from tests.limitless import UNBOUNDED_TEXT
from tests.own_redis import HOW, OwnRedis, redis_running

LATENCY_MS = 20
FEED_SECONDS = 3.0

AFTER_A_KILL = 21.0
"""Seconds: who takes events in has them for 15 seconds, and others look every five."""

AFTER_A_STOP = 6.0
"""Seconds after which what could not be applied while Redis stood still must be."""

AFTER_A_LOSS = 3 * FEED_SECONDS
"""Seconds within which the feed must have brought what no event told."""

# Nothing grows old meanwhile, so that only what the workers are told can make a read new.
POLICY = f"""
[tenant]
time_zone = "America/Chicago"
business_name = "History"
[cache]
fresh_seconds = 3600
refreshing_seconds = 3600
failing_seconds = 3600
[feeds]
every_seconds = {FEED_SECONDS}
"""


@asynccontextmanager
async def clients_of_a_fleet(
    database: str, folder: Path
) -> AsyncIterator[tuple[Clients, OwnRedis]]:
    """Run everything, and open the clients' day."""
    async with redis_running() as redis, sandbox_running(LATENCY_MS) as sandbox:
        if redis is None:
            pytest.skip(HOW)
        path = folder / "policy.toml"
        path.write_text(POLICY + UNBOUNDED_TEXT)
        environment = await credentials_of(sandbox) | {
            "PORTAL_REDIS_URL": redis.url,
            "PORTAL_DATABASE_URL": database,
            "PORTAL_POLICY_FILE": str(path),
        }
        async with fleet_running(environment) as fleet:
            await fleet.all_serve()
            await is_ready(fleet)
            key = environment["PORTAL_WEBHOOK_KEYS"].encode()
            clients = Clients(fleet, sandbox, await sandbox.token(TWENTY), key)
            await clients.name()
            yield clients, redis


async def is_ready(fleet: Running) -> None:
    """Wait until every worker lets people in: until many connections in a row are told so."""
    in_a_row = 0
    async with asyncio.timeout(30):
        while in_a_row < 16:
            async with httpx.AsyncClient(base_url=fleet.url, trust_env=False) as client:
                is_ready = (await client.get("/health/ready")).is_success
            in_a_row = in_a_row + 1 if is_ready else 0
            await asyncio.sleep(0.02)


@pytest.mark.timeout(180)
async def test_what_clients_saw_is_one_story_whatever_went_wrong(
    postgresql: str, tmp_path: Path
) -> None:
    async with clients_of_a_fleet(postgresql, tmp_path) as (clients, redis):
        day = asyncio.create_task(clients.run())
        await asyncio.sleep(4)
        kills = []
        for worker in (1, 2):
            kills.append(time.monotonic())
            clients.fleet.kill(worker)
            await clients.fleet.all_serve(starts=2 + worker)
            await asyncio.sleep(2)
        stopped = time.monotonic()
        await redis.stop_for(2.0)
        went_on = time.monotonic()
        await asyncio.sleep(4)
        await redis.flush()
        await asyncio.sleep(3)
        clients.events_are_lost = True
        await asyncio.sleep(2)
        clients.events_are_lost = False
        await asyncio.sleep(AFTER_A_LOSS + 2)
        day.cancel()
        await asyncio.wait([day])
        clients.fleet.signal(signal.SIGTERM)
        await clients.fleet.is_gone()

    def due(write: Write) -> Write:
        if write.accepted is None:
            return replace(write, obeyed=write.obeyed + AFTER_A_LOSS)
        within = clients.stall * 2
        if any(kill - 1 < write.accepted < kill + 1 for kill in kills):
            within += AFTER_A_KILL
        if stopped - 1 < write.accepted < went_on + 1:
            within += AFTER_A_STOP
        return replace(write, obeyed=write.obeyed + within)

    writes, reads = [due(write) for write in clients.writes], clients.reads()
    assert faults(writes, reads) == []
    assert len({read.by for read in reads}) == 4  # two workers and two more
    assert sum(write.accepted is None for write in writes) > 3
    unexplained = [
        failure
        for failure in clients.failures
        if not any(failure.began - 1 < kill < failure.ended for kill in kills)
    ]
    assert unexplained == []


async def test_sh1_what_is_under_way_in_any_worker_is_answered_before_the_end(
    postgresql: str, tmp_path: Path
) -> None:
    async with clients_of_a_fleet(postgresql, tmp_path) as (clients, _):
        slow = {"path": "/invoices$", "latencyMs": 800, "times": 100}
        (await clients.sandbox.control.post("/_sandbox/faults", json=slow)).raise_for_status()
        asking = [asyncio.create_task(clients.read()) for _ in range(12)]
        await asyncio.sleep(0.4)
        clients.fleet.signal(signal.SIGTERM)
        await asyncio.gather(*asking)
        assert await clients.fleet.process.wait() == 0
        await clients.fleet.is_gone()
        await clients.read()
    assert [failure.told for failure in clients.failures] == ["ConnectError"]
    assert len(clients.reads()) == 12
