"""What is true of several workers over one Redis, and of one over a Redis that fails."""

import asyncio
import pickle
import secrets
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from adapters.cache import seeking, shared
from adapters.cache.ages import Ages
from adapters.cache.errors import CacheUnavailable
from adapters.cache.opening import redis_records
from adapters.cache.usage import Usage
from adapters.servicetitan.jobs import JOBS, Job
from tests.cache.link import Link, link
from tests.cache.world import REDIS, Upstream, World, job, needs_redis, versions, world

LONG = Ages(60, 300, 900)
PATIENCE = shared.PATIENCE_SECONDS


@pytest.fixture
async def two() -> AsyncIterator[World]:
    """Two workers, and a customer with two jobs."""
    async with world("redis", workers=2, ages=LONG) as opened:
        opened.upstream.put(job(11, 1), job(12, 1))
        yield opened


BOTH = [(11, 1), (12, 1)]


async def test_ca2_two_hundred_readers_in_two_workers_make_one_call(two: World) -> None:
    two.upstream.hold()
    readers = [asyncio.ensure_future(two.read(1, worker=of % 2)) for of in range(200)]
    await two.upstream.told.wait()
    await asyncio.sleep(0.1)
    two.upstream.let.set()
    assert [await reader for reader in readers] == [BOTH] * 200
    assert two.upstream.asked() == [("customer_id", (1,))]


async def test_ca2_where_the_asker_dies_another_asks(
    two: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeking, "PATIENCE_SECONDS", 0.3)
    assert two.redis is not None
    await two.redis.set(f"l:{two.tenant}:jobs:customer_id:1", "of the dead", px=60_000)
    told = await asyncio.gather(*(two.read(1, worker=of % 2) for of in range(20)))
    assert told == [BOTH] * 20
    assert 1 <= len(two.upstream.asked()) <= 2


async def test_a_failure_is_given_up_at_once_for_others_to_ask(two: World) -> None:
    two.upstream.is_away = True
    await two.read(1)
    two.upstream.is_away = False
    assert await two.read(1, worker=1) == BOTH
    assert two.redis is not None
    assert [key async for key in two.redis.scan_iter(f"l:{two.tenant}*")] == []


async def test_what_one_worker_reads_another_has(two: World) -> None:
    await two.read(1)
    usage = Usage()
    assert await two.read(1, usage, worker=1) == BOTH
    assert await two.workers[1].remembered(JOBS, [11]) == {11: job(11, 1)}
    assert usage.calls == 0
    assert two.upstream.asked() == [("customer_id", (1,))]


async def test_a_row_comes_back_as_it_went(two: World) -> None:
    told = msgspec.json.decode(
        b'{"id": 11, "customerId": 1, "locationId": 2, "total": "1234567890123.07",'
        b' "completedOn": "2026-03-01T00:00:00.123456+02:00", "jobStatus": "Hold"}',
        type=Job,
    )
    two.upstream.put(told)
    (before,) = await two.one.rows(JOBS, "id", [11], Usage())
    (after,) = await two.workers[1].rows(JOBS, "id", [11], Usage())
    assert before == after == (told,)
    assert isinstance(after, tuple)
    assert after[0].completed_on is not None
    assert after[0].completed_on.isoformat() == "2026-03-01T00:00:00.123456+02:00"
    assert two.upstream.asked() == [("id", (11,))]


async def test_a_change_accepted_by_one_worker_is_obeyed_by_the_other(two: World) -> None:
    await two.read(1)
    await two.read(1, worker=1)
    two.upstream.put(job(11, 1, 2))
    await two.one.changed(JOBS, [11])
    await asyncio.sleep(0.05)
    assert await two.read(1, worker=1) == [(11, 2), (12, 1)]


async def test_a_fill_of_another_worker_is_refused_as_ones_own_is(two: World) -> None:
    two.upstream.hold()
    reading = asyncio.ensure_future(two.read(1, worker=1))
    await two.upstream.told.wait()
    two.upstream.put(job(11, 1, 2))
    await two.one.forget(JOBS, [11])
    two.upstream.let.set()
    assert await reading == BOTH
    assert two.workers[1].counts.refused == 1
    assert two.redis is not None
    assert await two.redis.get(f"v:1:{two.tenant}:jobs:11") is None
    assert await two.read(1, worker=1) == [(11, 2), (12, 1)]


async def test_az25_two_tenants_of_one_redis_share_nothing(two: World) -> None:
    await two.read(1)
    other = Upstream({11: job(11, 1, 9)})
    stranger = redis_records(other, two.tenant + "2", lambda _kind: LONG, REDIS)
    try:
        (told,) = await stranger.rows(JOBS, "id", [11], Usage())
        assert isinstance(told, tuple)
        assert versions(told) == [(11, 9)]
        await stranger.forget(JOBS, [11])
    finally:
        await stranger.aclose()
    assert await two.one.remembered(JOBS, [11]) == {11: job(11, 1)}


async def test_ca11_a_flush_between_the_asking_and_the_telling_refuses_the_fill(
    two: World,
) -> None:
    assert two.redis is not None
    await two.one.forget(JOBS, [99])
    two.upstream.hold()
    reading = asyncio.ensure_future(two.read(1))
    await two.upstream.told.wait()
    two.upstream.put(job(11, 1, 2))
    await two.one.forget(JOBS, [11])
    await two.redis.delete(*await two.keys())
    await two.workers[1].forget(JOBS, [98])  # the first to write makes a new epoch
    two.upstream.let.set()
    assert await reading == BOTH
    for worker in (0, 1):
        assert await two.read(1, worker=worker) == [(11, 2), (12, 1)]


def _spoiled(raw: bytes, tenant: str) -> dict[str, bytes]:
    """Return what somebody else, or another release, could have put there."""
    told = msgspec.json.decode(raw[1:])

    def but(**more: Any) -> bytes:  # noqa: ANN401  # any part of the value
        names = ("form", "tenant", "resource", "key")
        return b"k" + msgspec.json.encode(
            [more.get(name, of) for name, of in zip(names, told, strict=False)] + told[4:]
        )

    return {
        "another tenant": but(tenant=tenant + "x"),
        "another resource": but(resource="invoices"),
        "another id": but(key="12"),
        "another release": but(form="000000000000"),
        "another row": b"k" + msgspec.json.encode([*told[:-1], {**told[-1], "id": 12}]),
        "cut off": raw[:-3],
        "empty": b"",
        "no flag": raw[1:],
        "pickled": pickle.dumps({"id": 11}),
        "too big": raw[:-1] + b" " * 300_000 + b"]",
        "not UTF-8": b"k\xff\xfe",
        "too deep": b"k" + b"[" * 100_000,
    }


SPOILED = list(_spoiled(b'k["f","t","jobs","11",0,0,0,0,0,0,{}]', "t"))


@pytest.mark.parametrize("kind", SPOILED)
async def test_ca16_what_cannot_be_believed_is_a_miss_and_deleted(two: World, kind: str) -> None:
    assert two.redis is not None
    await two.read(1)
    place = f"v:1:{two.tenant}:jobs:11"
    raw = await two.redis.get(place)
    assert isinstance(raw, bytes)
    await two.redis.set(place, _spoiled(raw, two.tenant)[kind], ex=60)
    two.upstream.asked()
    with capture_logs() as logs:
        assert await two.read(1, worker=1) == BOTH
    assert two.upstream.asked() == [("customer_id", (1,))]
    assert two.workers[1].counts.spoiled >= 1
    assert logs[0] == {
        "event": "redis holds what cannot be believed",
        "resource": "jobs",
        "values": 1,
        "log_level": "error",
    }
    mended = await two.redis.get(place)
    assert mended is not None
    assert msgspec.json.decode(mended[1:])[-1] == msgspec.json.decode(raw[1:])[-1]


async def test_ca16_what_is_too_big_stays_in_memory_alone(two: World) -> None:
    big = msgspec.structs.replace(job(11, 3), job_number="1" * 300_000)
    two.upstream.put(big)
    for _ in range(2):
        assert await two.one.rows(JOBS, "id", [11], Usage()) == [(big,)]
    assert two.upstream.asked() == [("id", (11,))]
    assert two.one.counts.oversize == 1
    assert two.redis is not None
    assert await two.redis.get(f"v:1:{two.tenant}:jobs:11") is None


async def test_ca20_every_key_ends_and_names_a_class_and_nobody(two: World) -> None:
    await two.read(1)
    await two.one.rows(JOBS, "id", [404], Usage())
    await two.one.changed(JOBS, [11])
    assert two.redis is not None
    keys = await two.keys()
    assert all([await two.redis.pttl(key) > 0 for key in keys])
    name = two.tenant
    assert {key.decode().split(":")[0] for key in keys} == {"g", "v", "q", "m"}
    assert {key.decode() for key in keys if key.startswith(b"v")} == {
        f"v:1:{name}:jobs:11",
        f"v:1:{name}:jobs:12",
    }
    assert {key.decode() for key in keys if key.startswith(b"q")} == {
        f"q:{name}:jobs:id:404",
    }


@pytest.fixture
async def wire() -> AsyncIterator[Link]:
    """A wire to Redis."""
    needs_redis()
    async with link() as opened:
        yield opened


@pytest.fixture
async def wired(wire: Link) -> AsyncIterator[World]:
    """A worker at the end of that wire, whose first read is done."""
    async with world("redis", ages=LONG, url=wire.url) as opened:
        opened.upstream.put(job(11, 1), job(12, 1))
        await opened.read(1)
        opened.upstream.asked()
        yield opened


async def test_ca17_without_redis_reads_go_upstream(wired: World, wire: Link) -> None:
    wire.cut()
    await asyncio.sleep(0.05)
    wired.upstream.put(job(11, 1, 2))
    for _ in range(2):
        assert await wired.read(1) == [(11, 2), (12, 1)]
    assert wired.upstream.asked() == [("customer_id", (1,))] * 2
    assert wired.one.counts.failures == 1  # the fuse kept the others from asking
    wire.mend()


async def test_ca17_a_silent_redis_costs_fifty_milliseconds_once_a_second(
    wired: World, wire: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "PATIENCE_SECONDS", PATIENCE)
    assert PATIENCE == 0.05
    wire.open.clear()
    begun = asyncio.get_running_loop().time()
    for of in range(2, 40):
        await wired.read(of)
    took = asyncio.get_running_loop().time() - begun
    assert wired.one.counts.failures == 1
    assert len(wired.upstream.calls) == 38
    assert 0.05 <= took < 1
    wire.mend()


async def test_ca17_no_change_is_acknowledged_that_others_were_not_told(
    wired: World, wire: Link
) -> None:
    wire.cut()
    for change in (wired.one.forget, wired.one.changed):
        with pytest.raises(CacheUnavailable):
            await change(JOBS, [11])
    assert await wired.one.remembered(JOBS, [11]) == {}
    wire.mend()


async def test_a_worker_that_hears_nothing_believes_nothing_after_a_second(
    wired: World, wire: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "PATIENCE_SECONDS", PATIENCE)
    assert await wired.read(1) == [(11, 1), (12, 1)]
    assert wired.upstream.asked() == []
    wire.open.clear()
    other = redis_records(wired.upstream, wired.tenant, lambda _kind: LONG, REDIS)
    try:
        wired.upstream.put(job(11, 1, 2))
        await other.forget(JOBS, [11])
        await asyncio.sleep(1.05)
        assert await wired.read(1) == [(11, 2), (12, 1)]
    finally:
        await other.aclose()
    wire.mend()


async def test_a_worker_that_lost_its_subscription_drops_its_memory(
    wired: World, wire: Link
) -> None:
    wire.cut()
    await asyncio.sleep(0.05)
    other = redis_records(wired.upstream, wired.tenant, lambda _kind: LONG, REDIS)
    try:
        wired.upstream.put(job(11, 1, 2))
        await other.forget(JOBS, [11])
    finally:
        await other.aclose()
    wire.mend()
    await asyncio.sleep(1.2)
    assert await wired.read(1) == [(11, 2), (12, 1)]
    assert await wired.read(1) == [(11, 2), (12, 1)]
    assert wired.upstream.asked() == [("customer_id", (1,))]  # and it remembers again


async def test_what_is_believed_for_three_seconds_is_not_taken_into_memory(two: World) -> None:
    await two.one.changed(JOBS, [11])
    assert await two.workers[1].remembered(JOBS, [11]) == {11: job(11, 1)}
    memory = two.workers[1]._store.memory  # type: ignore[attr-defined]  # noqa: SLF001  # looked at from the side
    assert list(memory.store.held) == []


async def test_a_fill_that_began_before_memory_was_dropped_is_not_kept_there(two: World) -> None:
    memory = two.one._store.memory  # type: ignore[attr-defined]  # noqa: SLF001  # as a lost subscription drops it
    two.upstream.hold()
    reading = asyncio.ensure_future(two.read(1))
    await two.upstream.told.wait()
    memory.drop()
    two.upstream.let.set()
    assert await reading == BOTH
    assert list(memory.store.held) == []


async def test_a_connection_made_anew_at_once_drops_the_memory(wired: World, wire: Link) -> None:
    assert await wired.read(1) == BOTH
    store = wired.one._store  # noqa: SLF001  # looked at from the side
    memory, session = store.memory, store.memory.session  # type: ignore[attr-defined]  # as above
    wire.cut()
    wire.mend()
    for _ in range(200):
        await asyncio.sleep(0.01)
        if memory.session != session:
            break
    assert list(memory.store.held) == []
    assert await wired.read(1) == BOTH
    assert wired.upstream.asked() == []  # Redis still has it


async def test_nothing_is_asked_of_redis_before_the_first_question() -> None:
    gone = redis_records(
        Upstream(), secrets.token_hex(4), lambda _kind: LONG, "redis://127.0.0.1:1"
    )
    assert await gone.rows(JOBS, "customer_id", [1], Usage()) == [()]
    await gone.aclose()
