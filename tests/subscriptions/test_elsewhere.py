"""Several workers over one Redis: what one applies all tell; what may be lost is said."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from adapters.changes import elsewhere
from adapters.changes.bus import Change, Changes, Gap, Listener
from adapters.changes.elsewhere import Elsewhere
from adapters.servicetitan.invoices import INVOICES
from tests.cache.link import Link, link
from tests.changes.hearing import INVOICE, PAT
from tests.house import HOME, NOON, gid, settings
from tests.redis_server import URL, a_name
from tests.subscriptions.talking import street

SOON = 5.0


def changes(*ids: int) -> list[Change]:
    return [Change(INVOICES, of, NOON, (of * 10,), (of * 100,)) for of in ids]


@asynccontextmanager
async def worker(url: str, name: str) -> AsyncIterator[tuple[Changes, Elsewhere]]:
    """Run a worker until the block ends; wait until it hears the others."""
    bus = Changes()
    part = Elsewhere(bus, url, name)
    running = asyncio.create_task(part.run())
    try:
        await heard(part)
        yield bus, part
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def heard(part: Elsewhere, *, expected: bool = True) -> None:
    async with asyncio.timeout(SOON):
        while part.is_heard() is not expected:  # noqa: ASYNC110  # it tells nobody
            await asyncio.sleep(0.01)


async def following(listener: Listener, number: int) -> list[Change | Gap]:
    async with asyncio.timeout(SOON):
        return [await listener.next() for _ in range(number)]


async def nothing(listener: Listener) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await listener.next()


@pytest.fixture
async def name() -> AsyncIterator[str]:
    """A tenant of the test's own."""
    async with a_name("changes:") as made:
        yield made


@pytest.fixture
async def wire() -> AsyncIterator[Link]:
    """A wire to Redis that can be cut."""
    async with link() as opened:
        yield opened


async def test_each_worker_tells_what_any_applied_once_and_whole(name: str) -> None:
    async with worker(URL, name) as (one, _), worker(URL, name) as (other, _):
        with one.subscribe() as here, other.subscribe() as there:
            one.publish(changes(1, 2))
            for listener in (here, there):
                told = await following(listener, 2)
                assert told == changes(1, 2)
                owners = [(of.customers, of.locations) for of in told if isinstance(of, Change)]
                assert owners == [((10,), (100,)), ((20,), (200,))]
            await asyncio.gather(nothing(here), nothing(there))


async def test_who_begins_once_it_is_certain_that_all_is_heard_is_told_of_no_loss(
    name: str,
) -> None:
    bus = Changes()
    part = Elsewhere(bus, URL, name)
    running = asyncio.create_task(part.run())
    with bus.subscribe() as early:
        async with asyncio.timeout(SOON):
            assert await early.next() == Gap(0)
        assert part.is_heard()
        with bus.subscribe() as later:
            await asyncio.gather(nothing(early), nothing(later))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_another_tenants_changes_are_not_heard(name: str) -> None:
    async with worker(URL, name) as (one, _), worker(URL, f"{name}1") as (other, _):
        with other.subscribe() as there:
            one.publish(changes(1))
            await nothing(there)


async def test_who_was_cut_off_goes_on_alone_and_says_afterwards_what_it_may_have_missed(
    name: str, wire: Link
) -> None:
    async with worker(URL, name) as (one, _), worker(wire.url, name) as (cut, part):
        with one.subscribe() as here, cut.subscribe() as there:
            wire.cut()
            await heard(part, expected=False)
            one.publish(changes(1))
            cut.publish(changes(2))
            assert await following(there, 1) == changes(2)
            assert await following(here, 1) == changes(1)
            await asyncio.gather(nothing(here), nothing(there))
            wire.mend()
            # Each may have missed what the other told: both say so, and hear again what comes.
            assert await following(there, 1) == [Gap(0)]
            assert await following(here, 1) == [Gap(0)]
            await heard(part)
            one.publish(changes(3))
            cut.publish(changes(4))
            assert {of.id for of in await following(there, 2) if isinstance(of, Change)} == {3, 4}
            assert {of.id for of in await following(here, 2) if isinstance(of, Change)} == {3, 4}


async def test_a_connection_that_is_silent_is_no_connection(name: str, wire: Link) -> None:
    async with worker(URL, name) as (one, _), worker(wire.url, name) as (silent, part):
        with silent.subscribe() as there:
            wire.open.clear()
            await heard(part, expected=False)
            await asyncio.sleep(0.5)  # by now it is given up
            one.publish(changes(1))
            wire.mend()
            told = await following(there, 1)
            while Gap(0) not in told:  # the change itself may come out of the wire before
                told += await following(there, 1)


async def test_more_than_can_wait_is_said_to_be_lost(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "MOST_WAITING", 500)
    async with worker(URL, name) as (one, _), worker(URL, name) as (other, _):
        with other.subscribe() as there:
            one.publish(changes(*range(1, 502)))
            assert await following(there, 1) == [Gap(0)]
            await nothing(there)
            one.publish(changes(*range(1, 251)))
            assert await following(there, 250) == changes(*range(1, 251))


async def test_what_redis_tells_is_not_believed_blindly(name: str) -> None:
    redis: Redis = Redis.from_url(URL)
    async with worker(URL, name) as (bus, _):
        with bus.subscribe() as here:
            await redis.publish(f"changes:{name}", b"\xff")
            assert await following(here, 1) == [Gap(0)]
            strange = ["no such kind", 1, NOON, [], []]
            known = ["invoices", 7, NOON, [], []]
            told = {"worker": "x", "changes": [strange, known]}
            await redis.publish(f"changes:{name}", msgspec.json.encode(told))
            assert await following(here, 1) == changes(7)
    await redis.aclose()


@pytest.fixture
async def database() -> AsyncIterator[str]:
    """A database of Redis of the test's own."""
    url = f"{URL.rpartition('/')[0]}/13"
    async with a_name("changes:"):
        yield url
    redis: Redis = Redis.from_url(url)
    await redis.flushdb()
    await redis.aclose()


async def test_what_another_worker_applied_is_told_to_those_who_listen_here(database: str) -> None:
    tenant = str(settings().servicetitan_tenant_id)
    async with street(told={"redis_url": SecretStr(database)}) as of:
        async with worker(database, tenant):
            async with asyncio.timeout(SOON):
                while not await _listens(database, tenant, 2):  # noqa: ASYNC110  # Redis tells nobody
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.6)  # it is certain by now that everything is heard
        async with worker(database, tenant) as (bus, _), of.listen(PAT) as talk:
            bus.publish([Change(INVOICES, INVOICE, NOON, (HOME,))])
            assert await talk.change() == ("Invoice", gid("open-invoice"))


async def _listens(url: str, tenant: str, number: int) -> bool:
    redis: Redis = Redis.from_url(url)
    [(_, told)] = await redis.pubsub_numsub(f"changes:{tenant}")
    await redis.aclose()
    return int(told) == number
