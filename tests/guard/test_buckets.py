"""Buckets that refill: in one process by a clock that is moved, in Redis by its own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis
from structlog.testing import capture_logs

from gateway.guard.buckets import MOST_REMEMBERED, Allowance, ProcessBuckets, Taken
from gateway.guard.buckets_shared import SharedBuckets
from tests.own_redis import HOW, free_port, redis_running
from tests.redis_server import URL, a_name

SIX = Allowance(operations=6, cost=60)
"""One operation every ten seconds, and one point every second."""


@dataclass
class Clock:
    """Seconds, until they are moved."""

    now: float = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def process(clock: Clock) -> ProcessBuckets:
    return ProcessBuckets(clock)


async def test_operations_run_out_and_come_back_one_by_one() -> None:
    clock = Clock()
    buckets = process(clock)
    assert [await buckets.take("a", SIX, 0) for _ in range(6)] == [Taken(0, 60)] * 6
    assert await buckets.take("a", SIX, 0) == Taken(10_000, 60)
    clock.now += 9.999
    assert await buckets.take("a", SIX, 0) == Taken(1, 60)
    clock.now += 0.001
    assert await buckets.take("a", SIX, 0) == Taken(0, 60)
    assert await buckets.take("a", SIX, 0) == Taken(10_000, 60)


async def test_points_run_out_and_come_back_steadily() -> None:
    clock = Clock()
    buckets = process(clock)
    assert await buckets.take("a", SIX, 40) == Taken(0, 20)
    assert await buckets.take("a", SIX, 21) == Taken(1_000, 20)
    assert await buckets.take("a", SIX, 20) == Taken(0, 0)
    clock.now += 30
    assert await buckets.take("a", SIX, 31) == Taken(1_000, 30)
    assert await buckets.take("a", SIX, 30) == Taken(0, 0)
    clock.now += 1_000_000
    assert await buckets.take("a", SIX, 0) == Taken(0, 60)


async def test_what_was_refused_was_not_taken_from_either() -> None:
    clock = Clock()
    buckets = process(clock)
    assert await buckets.take("a", SIX, 60) == Taken(0, 0)
    assert [await buckets.take("a", SIX, 60) for _ in range(9)] == [Taken(60_000, 0)] * 9
    assert [await buckets.take("a", SIX, 0) for _ in range(5)] == [Taken(0, 0)] * 5


async def test_less_than_a_millisecond_is_waited_for_as_a_whole_one() -> None:
    clock = Clock()
    buckets = process(clock)
    assert await buckets.take("a", SIX, 60) == Taken(0, 0)
    clock.now += 0.9997
    assert await buckets.take("a", SIX, 1) == Taken(1, 0)


async def test_a_clock_that_goes_back_keeps_nobody_out_for_longer_than_a_minute() -> None:
    clock = Clock()
    buckets = process(clock)
    assert await buckets.take("a", SIX, 60) == Taken(0, 0)
    clock.now -= 500
    assert await buckets.take("a", SIX, 60) == Taken(60_000, 0)
    clock.now += 1
    assert await buckets.take("a", SIX, 1) == Taken(10_000, 0)  # for an operation


async def test_everybody_has_buckets_of_their_own() -> None:
    buckets = process(Clock())
    assert await buckets.take("a", SIX, 60) == Taken(0, 0)
    assert await buckets.take("b", SIX, 60) == Taken(0, 0)


async def test_a_smaller_allowance_counts_at_once_and_keeps_nobody_out_for_longer() -> None:
    clock = Clock()
    buckets = process(clock)
    assert await buckets.take("a", SIX, 60) == Taken(0, 0)
    few = Allowance(operations=6, cost=6)
    assert await buckets.take("a", few, 6) == Taken(60_000, 0)
    clock.now += 10
    assert await buckets.take("a", few, 1) == Taken(0, 0)


async def test_one_process_keeps_so_many_and_forgets_who_asked_longest_ago() -> None:
    buckets = process(Clock())
    for number in range(MOST_REMEMBERED + 1):
        await buckets.take(str(number), SIX, 60)
    assert await buckets.take("1", SIX, 1) == Taken(1_000, 0)
    assert await buckets.take("0", SIX, 60) == Taken(0, 0)


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 60)), max_size=40))
async def test_in_no_minute_more_is_taken_than_two_minutes_have(
    asked: list[tuple[float, int]],
) -> None:
    clock = Clock()
    buckets = process(clock)
    taken: list[tuple[float, int]] = []
    for wait, points in asked:
        clock.now += wait
        if (await buckets.take("a", SIX, points)).wait_ms == 0:
            taken.append((clock.now, points))
    for since, _ in taken:
        within = [points for moment, points in taken if since <= moment < since + 60]
        assert sum(within) <= 2 * SIX.cost
        assert len(within) <= 2 * SIX.operations


@given(st.lists(st.integers(0, 60), min_size=1, max_size=30))
async def test_who_waits_as_long_as_was_told_is_let_in(asked: list[int]) -> None:
    clock = Clock()
    buckets = process(clock)
    for points in asked:
        told = await buckets.take("a", SIX, points)
        if told.wait_ms:
            clock.now += told.wait_ms / 1000
            assert (await buckets.take("a", SIX, points)).wait_ms == 0


@pytest.fixture
async def name() -> AsyncIterator[str]:
    """A name of the test's own in the Redis that tests use."""
    async with a_name("budget:") as own:
        yield own
        async with Redis.from_url(URL) as redis:
            async for key in redis.scan_iter(f"budget:{own}:*"):
                await redis.delete(key)


async def test_two_processes_share_one_budget(name: str) -> None:
    one, other = SharedBuckets(URL, name, patience=5), SharedBuckets(URL, name, patience=5)
    day = Allowance(operations=3, cost=7)
    assert await one.take("a", day, 4) == Taken(0, 3)
    assert await other.take("a", day, 3) == Taken(0, 0)
    refused = await one.take("a", day, 3)
    assert refused.remaining == 0
    assert 24_000 < refused.wait_ms <= 25_715  # three sevenths of a minute
    assert (await other.take("a", day, 0)).wait_ms == 0
    assert 19_000 < (await other.take("a", day, 0)).wait_ms <= 20_000  # no operation is left
    assert await one.take("b", day, 7) == Taken(0, 0)
    await one.aclose()
    await other.aclose()


async def test_it_comes_back_by_the_clock_of_redis_and_leaves_nothing_behind(name: str) -> None:
    buckets = SharedBuckets(URL, name, patience=5)
    quick = Allowance(operations=60_000, cost=60_000)  # a point a millisecond
    assert await buckets.take("a", quick, 60_000) == Taken(0, 0)
    told = await buckets.take("a", quick, 100)
    assert 0 < told.wait_ms <= 100
    await asyncio.sleep(told.wait_ms / 1000)
    assert (await buckets.take("a", quick, 100)).wait_ms == 0
    async with Redis.from_url(URL) as redis:
        assert 0 < await redis.pttl(f"budget:{name}:a") <= 60_001
    await buckets.aclose()


async def test_a_charge_is_one_round_trip(name: str) -> None:
    buckets = SharedBuckets(URL, name, patience=5)
    await buckets.take("a", SIX, 1)  # it connects, and tells Redis the script
    async with Redis.from_url(URL) as redis:
        asked: list[str] = []
        async with redis.monitor() as monitor:
            await buckets.take("a", SIX, 1)
            await redis.ping()
            async for told in monitor.listen():
                if told["client_type"] != "lua" and (name in told["command"]):
                    asked.append(told["command"].split()[0])
                if told["command"] == "PING":
                    break
    assert asked == ["EVALSHA"]
    await buckets.aclose()


async def test_without_redis_each_process_counts_alone_and_goes_back_to_it() -> None:
    port = free_port()
    buckets = SharedBuckets(f"redis://127.0.0.1:{port}/0", "1", patience=1)
    with capture_logs() as logs:
        assert await buckets.take("a", SIX, 60) == Taken(0, 0)
        assert (await buckets.take("a", SIX, 1)).wait_ms > 0
        assert await buckets.take("b", SIX, 60) == Taken(0, 0)
    assert [line["event"] for line in logs] == ["budgets not shared: Redis does not answer"]
    await buckets.aclose()


async def test_a_redis_that_stands_still_holds_nobody_up() -> None:
    async with redis_running() as own:
        if own is None:
            pytest.skip(HOW)
        buckets = SharedBuckets(own.url, "1", patience=0.05)
        assert await buckets.take("a", SIX, 0) == Taken(0, 60)
        pause = asyncio.create_task(own.stop_for(0.5))
        await asyncio.sleep(0)
        with capture_logs() as logs:
            assert [await buckets.take("b", SIX, 30) for _ in range(2)] == [
                Taken(0, 30),
                Taken(0, 0),
            ]
        assert len(logs) == 1
        await pause
        await buckets.aclose()
