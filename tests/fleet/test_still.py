"""A worker whose event loop stands still is noticed, killed and replaced."""

import asyncio
import signal
import time
from collections.abc import Callable

import pytest

from gateway import fleet_pulse
from gateway.fleet_pulse import FIRST_BEATS, STILL_BEATS, stands_still
from tests.fleet.running import alive, fleet_running
from tests.fleet.test_metrics import by_worker, metrics
from tests.own_redis import HOW, redis_running


@pytest.mark.timeout(180)
async def test_a_worker_that_stands_still_is_killed_and_replaced(postgresql: str) -> None:
    async with redis_running() as redis:
        if redis is None:
            pytest.skip(HOW)
        told = {"PORTAL_REDIS_URL": redis.url, "PORTAL_DATABASE_URL": postgresql}
        async with fleet_running(told) as fleet:
            await fleet.all_serve()
            await asyncio.sleep(2)  # it has said that it lives
            still = fleet.signal_worker(2, signal.SIGSTOP)
            await fleet.until(lambda: bool(fleet.told("worker stands still")), 60)
            await fleet.until(lambda: len(fleet.told("worker started", worker=2)) == 2, 60)
            await fleet.until(lambda: len(fleet.told("serving")) == 4, 60)  # the parent's is one
            assert [line["worker"] for line in fleet.told("worker stands still")] == [2]
            assert [line["code"] for line in fleet.told("worker ended")] == [-signal.SIGKILL]
            assert not alive(still)
            assert len(fleet.told("worker started", worker=1)) == 1
            assert set(await fleet.answered_by()) == {1, 2}
            hangs = (await metrics(fleet))["portal_gateway_worker_hangs"]
            assert by_worker(hangs) == {"1": 0, "2": 1}


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the rounds of the parent take no time."""
    monkeypatch.setattr(fleet_pulse, "BEAT_SECONDS", 0)


async def counted(beats: Callable[[int], int]) -> int:
    """Return after how many rounds a worker that has said so much by each of them stands still."""
    rounds = 0

    def told() -> int:
        nonlocal rounds
        rounds += 1
        return beats(rounds)

    async with asyncio.timeout(10):
        await stands_still(told)
    return rounds - 1


@pytest.mark.usefixtures("rounds")
async def test_so_many_beats_may_not_come() -> None:
    assert await counted(lambda _: 0) == FIRST_BEATS
    assert await counted(lambda _: 7) == STILL_BEATS
    assert await counted(lambda of: min(of, 30)) == 29 + STILL_BEATS
    # One beat in nine rounds is enough to live by.
    assert await counted(lambda of: 1 + min(of, 900) // 9) == 899 + STILL_BEATS


@pytest.mark.usefixtures("rounds")
async def test_the_first_beat_may_take_long_and_the_next_may_not() -> None:
    assert await counted(lambda of: int(of >= 50)) == 49 + STILL_BEATS


async def test_the_machine_may_stand_still_with_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted is the parent's own rounds: however long one of them took."""
    monkeypatch.setattr(fleet_pulse, "BEAT_SECONDS", 0.05)
    beats = 1
    watching = asyncio.create_task(stands_still(lambda: beats))
    await asyncio.sleep(0.02)
    time.sleep(1.0)  # noqa: ASYNC251  # everybody stands still: twenty beats, in one round
    await asyncio.sleep(0.01)
    beats += 1
    await asyncio.sleep(0.1)
    assert not watching.done()
    watching.cancel()
    await asyncio.wait([watching])
