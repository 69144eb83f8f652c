"""The parent of a fleet tells the metrics of all its workers, each under its number."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.fleet.running import Running, fleet_running
from tests.own_redis import HOW, redis_running


@pytest.fixture
async def fleet(postgresql: str) -> AsyncIterator[Running]:
    """Two workers that serve."""
    async with redis_running() as redis:
        if redis is None:
            pytest.skip(HOW)
        told = {"PORTAL_REDIS_URL": redis.url, "PORTAL_DATABASE_URL": postgresql}
        async with fleet_running(told) as running:
            await running.all_serve()
            yield running


async def metrics(fleet: Running) -> dict[str, Metric]:
    """Fetch the metrics, as Prometheus does."""
    await fleet.until(lambda: bool(fleet.told("metrics served")))
    (served,) = fleet.told("metrics served")
    url = f"http://{served['host']}:{served['port']}/metrics"
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        answer = await client.get(url)
    assert answer.status_code == 200
    return {of.name: of for of in text_string_to_metric_families(answer.text)}


def by_worker(metric: Metric, **labels: str) -> dict[str, float]:
    """Return the metric's samples with these labels, by worker."""
    return {
        of.labels["worker"]: of.value
        for of in metric.samples
        if labels.items() <= of.labels.items()
    }


async def test_each_worker_tells_what_it_has_seen(fleet: Running) -> None:
    answered = await fleet.answered_by()
    told = await metrics(fleet)
    operations = by_worker(told["portal_gateway_operations"], kind="query", outcome="whole")
    assert operations == {str(of): count for of, count in answered.items()}
    assert by_worker(told["portal_gateway_worker_up"]) == {"1": 1, "2": 1}
    assert by_worker(told["portal_gateway_worker_starts"]) == {"1": 1, "2": 1}
    assert set(by_worker(told["process_resident_memory_bytes"])) == {"1", "2"}


async def test_a_worker_that_stands_still_is_told_of_and_holds_no_fetch_up(fleet: Running) -> None:
    pid = fleet.pids()[2]
    os.kill(pid, signal.SIGSTOP)
    try:
        told = await metrics(fleet)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert by_worker(told["portal_gateway_worker_up"]) == {"1": 1, "2": 0}
    assert set(by_worker(told["portal_gateway_ledger_up"])) == {"1"}
    async with asyncio.timeout(20):
        while by_worker((await metrics(fleet))["portal_gateway_worker_up"])["2"] == 0:
            continue


async def test_a_worker_that_was_started_again_tells_anew(fleet: Running) -> None:
    fleet.kill(1)
    await fleet.all_serve(starts=3)
    told = await metrics(fleet)
    assert by_worker(told["portal_gateway_worker_starts"]) == {"1": 2, "2": 1}
    assert by_worker(told["portal_gateway_worker_up"]) == {"1": 1, "2": 1}


async def test_nobody_listens_there_once_the_fleet_has_ended(fleet: Running) -> None:
    await metrics(fleet)
    fleet.signal(signal.SIGTERM)
    async with asyncio.timeout(20):
        assert await fleet.process.wait() == 0
    with pytest.raises(httpx.TransportError):
        await metrics(fleet)
