"""Events that were received are applied once, whatever comes between."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from adapters.changes import worker as working
from adapters.changes.applying import Applier
from adapters.changes.bus import Change, Changes
from adapters.changes.events import Event
from adapters.changes.names import Name
from adapters.changes.worker import EventWorker
from adapters.ledger.ledger import Ledger
from adapters.ledger.seen_events import Receipt, SeenEvents
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.resource import Resource
from tests.changes.telling import NOON, Clock, FakeCache


def event(of: int, *names: Name, digest: str = "d" * 64) -> Event:
    occurrence = sha256(str(of).encode()).hexdigest()
    return Event(occurrence, digest, is_documented=True, names=names, odd=0)


def job(of: int) -> Name:
    return Name("jobs", "id", of)


def invoice(of: int) -> Name:
    return Name("invoices", "id", of)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache() -> FakeCache:
    return FakeCache()


@pytest.fixture
def bus() -> Changes:
    return Changes()


Make = Callable[[], EventWorker]


@pytest.fixture
def make(ledger: Ledger, cache: FakeCache, bus: Changes, clock: Clock) -> Make:
    """A worker of a process that has just begun, over the same ledger."""

    def made() -> EventWorker:
        return EventWorker(SeenEvents(ledger, clock), Applier(cache, bus, clock))

    return made


@asynccontextmanager
async def running(worker: EventWorker) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def settled(worker: EventWorker) -> None:
    async with asyncio.timeout(10):
        while await worker.seen.waiting():  # noqa: ASYNC110  # another process may be done with it
            await asyncio.sleep(0.005)


async def time_passes(worker: EventWorker, clock: Clock) -> None:
    """Let time pass until all is done, slowly enough for whoever has taken an event."""
    async with asyncio.timeout(30):
        while await worker.seen.waiting():
            clock.move(seconds=0.5)
            await asyncio.sleep(0.02)


async def test_an_event_is_applied_and_its_changes_are_told(
    make: Make, cache: FakeCache, bus: Changes
) -> None:
    worker = make()
    names = (job(7), Name("assignments", "appointment_id", 11), invoice(5))
    with bus.subscribe() as listener:
        async with running(worker):
            assert await worker.receive(event(1, *names)) is Receipt.NEW
            await settled(worker)
        assert {await listener.next(), await listener.next()} == {
            Change(JOBS, 7, NOON),
            Change(INVOICES, 5, NOON),
        }
    assert sorted(cache.read_again) == [("invoices", [5]), ("jobs", [7])]
    assert cache.forgotten == [("assignments", [], {("appointment_id", 11)}, False)]
    assert (worker.counts.received, worker.counts.applied) == (1, 1)


async def test_wh5_an_event_that_comes_again_has_one_effect(make: Make, cache: FakeCache) -> None:
    worker = make()
    async with running(worker):
        for _ in range(3):
            await worker.receive(event(1, job(7)))
            await settled(worker)
        assert await worker.receive(event(1, job(8), digest="e" * 64)) is Receipt.ALTERED
        await settled(worker)
    assert cache.read_again == [("jobs", [7])]
    counts = worker.counts
    assert (counts.received, counts.known, counts.altered, counts.applied) == (4, 2, 1, 1)


async def test_wh17_what_was_received_before_a_crash_is_applied_after_it(
    make: Make, cache: FakeCache
) -> None:
    await make().receive(event(1, job(7)))  # and the process ends before it is applied
    worker = make()
    async with running(worker):
        await settled(worker)
    assert cache.read_again == [("jobs", [7])]


async def test_wh17_what_was_taken_before_a_crash_is_applied_after_it(
    make: Make, cache: FakeCache, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "LOOK_SECONDS", 0.01)
    ended = make()
    await ended.receive(event(1, job(7)))
    assert len(await ended.seen.take(10)) == 1  # and the process ends here
    worker = make()
    async with running(worker):
        await asyncio.sleep(0.05)
        assert cache.read_again == []
        clock.move(seconds=15)
        await settled(worker)
    assert cache.read_again == [("jobs", [7])]


async def test_events_that_wait_are_applied_together(make: Make, cache: FakeCache) -> None:
    ended = make()
    for of in range(60):
        await ended.receive(event(of, job(of % 3 + 1), invoice(of + 1)))
    worker = make()
    async with running(worker):
        await settled(worker)
    assert sorted(ids for of, ids in cache.read_again if of == "jobs") == [[1, 2, 3], [1, 2, 3]]
    read = sorted(ids for of, ids in cache.read_again if of == "invoices")
    assert read == [list(range(1, 51)), list(range(51, 61))]
    assert worker.counts.applied == 60


async def test_wh16_while_the_cache_cannot_be_told_events_wait(
    make: Make, cache: FakeCache, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(working, "PUT_OFF_SECONDS", (1.0, 2.0))
    cache.broken = 12
    worker = make()
    async with running(worker):
        await worker.receive(event(1, job(7)))
        await time_passes(worker, clock)
    assert cache.read_again == [("jobs", [7])]
    assert (worker.counts.failures, worker.counts.applied, worker.counts.given_up) == (12, 1, 0)
    assert clock.now - NOON < timedelta(seconds=60)  # each time sooner than it is left to others


async def test_wh13_an_event_that_cannot_be_applied_holds_up_no_other_and_is_given_up(
    make: Make, cache: FakeCache, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(working, "PUT_OFF_SECONDS", (1.0, 2.0))
    cache.cursed = {13}
    ended = make()
    for of in (12, 13, 14):
        await ended.receive(event(of, job(of)))
    worker = make()
    async with running(worker):
        await time_passes(worker, clock)
    assert cache.read_again == [("jobs", [12]), ("jobs", [14])]
    assert (worker.counts.applied, worker.counts.given_up) == (2, 1)
    assert worker.counts.failures == 9  # once together, eight times alone


async def test_two_processes_apply_each_event_once(make: Make, cache: FakeCache) -> None:
    one, other = make(), make()
    async with running(one), running(other):
        for of in range(1, 41):
            await (one if of % 2 else other).receive(event(of, job(of)))
        await settled(one)
    applied = [of for _, ids in cache.read_again for of in ids]
    assert sorted(applied) == list(range(1, 41))
    assert one.counts.applied + other.counts.applied == 40


async def test_one_batch_that_waits_holds_up_no_other(
    make: Make, cache: FakeCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = asyncio.Event()
    changed = cache.changed

    async def slow(resource: Resource[Any], ids: Sequence[int]) -> Sequence[Any]:
        if 1 in ids:
            await held.wait()
        return await changed(resource, ids)

    monkeypatch.setattr(cache, "changed", slow)
    worker = make()
    async with running(worker):
        await worker.receive(event(1, job(1)))
        await asyncio.sleep(0.05)
        await worker.receive(event(2, job(2)))
        async with asyncio.timeout(10):
            while not cache.read_again:  # noqa: ASYNC110  # the fake tells nobody
                await asyncio.sleep(0.005)
        held.set()
        await settled(worker)
    assert cache.read_again == [("jobs", [2]), ("jobs", [1])]


async def test_a_process_that_ends_leaves_what_it_was_at_to_another_at_once(
    make: Make, cache: FakeCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, changed = asyncio.Event(), cache.changed

    async def slow(resource: Resource[Any], ids: Sequence[int]) -> None:
        held.set()
        await asyncio.sleep(3600)
        await changed(resource, ids)

    ending, other = make(), make()
    with monkeypatch.context() as patched:
        patched.setattr(cache, "changed", slow)
        async with running(ending):
            await ending.receive(event(1, job(7)))
            await held.wait()
    async with running(other):
        await settled(other)
    assert cache.read_again == [("jobs", [7])]
    assert (ending.counts.applied, other.counts.applied) == (0, 1)
