"""CA-11: a Redis that dies takes along what it was told last; nothing older is answered for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from adapters.cache.ages import Ages
from adapters.cache.glance import Glance
from adapters.cache.usage import Usage
from adapters.servicetitan.jobs import JOBS, Job
from adapters.servicetitan.priority import Priority
from tests.cache.link import Link, link
from tests.cache.world import STEP, World, job, world
from tests.own_redis import HOW, OwnRedis, ended, redis_running


@dataclass
class Pair:
    """A primary and its replica, and the way on which the workers reach one of them."""

    primary: OwnRedis
    replica: OwnRedis
    way: Link

    async def is_replicated(self) -> None:
        """Wait until the replica has all that the primary has."""
        async with (
            Redis.from_url(self.primary.url) as primary,
            Redis.from_url(self.replica.url) as replica,
            asyncio.timeout(10),
        ):
            while True:
                there, here = await primary.info("replication"), await replica.info("replication")
                is_linked = here["master_link_status"] == "up"
                if is_linked and here["slave_repl_offset"] >= there["master_repl_offset"]:
                    return
                await asyncio.sleep(0.02)

    async def part(self) -> None:
        """Have the replica hear nothing more, and be ready to be promoted."""
        async with Redis.from_url(self.replica.url) as replica:
            await replica.replicaof("NO", "ONE")

    async def fail_over(self) -> None:
        """Kill the primary; whoever connects from now on meets the replica."""
        await ended(self.primary.process)
        self.way.cut()
        self.way.onward = _address(self.replica.url)
        self.way.mend()


def _address(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("redis://").removesuffix("/0").partition(":")
    return host, int(port)


@asynccontextmanager
async def pair_running() -> AsyncIterator[Pair]:
    """Run both, the replica in step with the primary."""
    async with AsyncExitStack() as stack:
        primary = await stack.enter_async_context(redis_running())
        replica = await stack.enter_async_context(redis_running())
        if primary is None or replica is None:
            pytest.skip(HOW)
        way = await stack.enter_async_context(link())
        way.onward = _address(primary.url)
        async with Redis.from_url(replica.url) as at:
            await at.replicaof(*map(str, _address(primary.url)))
        pair = Pair(primary, replica, way)
        await pair.is_replicated()
        yield pair


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with pair_running() as made:
        yield made


@pytest.fixture
async def two(pair: Pair) -> AsyncIterator[World]:
    """Two workers over the pair, whose rows are believed for longer than any test lasts."""
    async with world("redis", 2, Ages(600, 600, 600), pair.way.url) as made:
        made.upstream.put(job(11, 1), job(12, 2))
        yield made


async def answers(two: World, worker: int, version: int) -> None:
    """Wait until Redis is found again, and see that this is what is answered until then."""
    async with asyncio.timeout(10):
        while not two.workers[worker]._store.subscription.is_trusted():  # type: ignore[attr-defined]  # noqa: SLF001  # seen from the side
            assert await two.read(1, worker=worker) == [(11, version)]
            await asyncio.sleep(0.02)
    assert await two.read(1, worker=worker) == [(11, version)]


async def test_a_forgetting_that_the_replica_never_heard_is_not_undone(
    pair: Pair, two: World
) -> None:
    for worker in (0, 1):
        assert await two.read(1, worker=worker) == [(11, 1)]
    await pair.is_replicated()
    await pair.part()
    two.upstream.put(job(11, 1, version=2))
    await two.one.changed(JOBS, [11])
    await pair.fail_over()
    async with Redis.from_url(pair.replica.url) as replica:
        assert await replica.get(f"v:1:{two.tenant}:jobs:11") is not None  # the old one, believed
    for worker in (0, 1):
        await answers(two, worker, version=2)


async def test_what_had_not_changed_is_read_once_more_and_shared_again(
    pair: Pair, two: World
) -> None:
    await two.read(2)
    await pair.is_replicated()
    await pair.part()
    await pair.fail_over()
    two.upstream.asked()
    async with asyncio.timeout(10):
        while not all(of._store.subscription.is_trusted() for of in two.workers):  # type: ignore[attr-defined]  # noqa: SLF001  # seen from the side
            await two.workers[0].remembered(JOBS, [0])
            await two.workers[1].remembered(JOBS, [0])
            await asyncio.sleep(0.02)
    two.upstream.asked()
    for worker in (0, 1, 0, 1):
        assert await two.read(2, worker=worker) == [(12, 1)]
    assert two.upstream.asked() == [("customer_id", (2,))]


async def test_a_fill_that_began_before_is_not_kept_by_the_promoted_one(
    pair: Pair, two: World
) -> None:
    await pair.is_replicated()
    two.upstream.hold()
    reading = asyncio.ensure_future(two.read(1, worker=1))
    await two.upstream.told.wait()  # the old row is on its way
    await pair.part()
    await two.one.forget(JOBS, [11], [("customer_id", 1)])
    two.upstream.put(job(11, 1, version=2))
    await pair.fail_over()
    two.upstream.let.set()
    assert await reading == [(11, 1)]
    for worker in (0, 1):
        await answers(two, worker, version=2)


async def test_money_reads_through(pair: Pair, two: World) -> None:
    await two.read(1)
    await pair.is_replicated()
    await pair.part()
    two.upstream.put(job(11, 1, version=2))
    await two.one.changed(JOBS, [11])
    await pair.fail_over()
    two.upstream.calls.clear()
    told = await two.workers[1].fresh(JOBS, [11], Usage())
    assert told == [job(11, 1, version=2)]
    assert [call.priority for call in two.upstream.calls] == [Priority.MONEY]


async def test_where_no_server_says_which_it_is_the_ages_are_the_bound(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by an access list that allows no INFO: then a promoted one is taken for the old."""
    for redis in (pair.primary, pair.replica):
        async with Redis.from_url(redis.url) as at:
            await at.acl_setuser("default", enabled=True, nopass=True, commands=["-info"])
    monkeypatch.setattr(Pair, "is_replicated", _a_while)
    ages = Ages(4 * STEP, 8 * STEP, 12 * STEP)
    async with world("redis", 2, ages, pair.way.url) as two:
        two.upstream.put(job(11, 1))
        await two.read(1)
        began = asyncio.get_running_loop().time()
        await pair.is_replicated()
        await pair.part()
        two.upstream.put(job(11, 1, version=2))
        await two.one.changed(JOBS, [11])
        await pair.fail_over()
        seen: dict[int, float] = {}
        while (age := asyncio.get_running_loop().time() - began) < 14 * STEP:
            told = await two.read(1, worker=1)
            assert isinstance(told, list)
            seen[told[0][1]] = age
            await asyncio.sleep(0.05)
    assert seen[1] < 9 * STEP
    assert max(seen) == 2


async def _a_while(_pair: Pair) -> None:
    await asyncio.sleep(0.3)


async def test_without_the_epoch_of_values_the_old_one_comes_back(
    pair: Pair, two: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test of the test: what is refused is what would be answered."""
    whole = Glance._read  # noqa: SLF001  # taken out

    def any_epoch(of: Glance[Job], kind: Any, key: str, place: str, raw: bytes | None) -> Any:  # noqa: ANN401  # as it has them
        now = of._looked.epoch.decode()  # noqa: SLF001  # as above
        return whole(of, kind, key, place, None if raw is None else _in_epoch(raw, now))

    await two.read(1)
    await pair.is_replicated()
    await pair.part()
    two.upstream.put(job(11, 1, version=2))
    await two.one.changed(JOBS, [11])
    monkeypatch.setattr(Glance, "_read", any_epoch)
    await pair.fail_over()
    with pytest.raises(AssertionError):
        await asyncio.gather(*(answers(two, worker, version=2) for worker in (0, 1)))


def _in_epoch(raw: bytes, epoch: str) -> bytes:
    told = msgspec.json.decode(raw[1:])
    told[-2] = epoch
    return raw[:1] + msgspec.json.encode(told)
