"""The feeds of changes are read on from where they were left, and what they tell is forgotten."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.cache.errors import CacheUnavailable
from adapters.changes import follower as following
from adapters.changes.applying import Applier
from adapters.changes.bus import Change, Changes
from adapters.changes.follower import Follower
from adapters.changes.marks import Mark
from adapters.changes.sources import SOURCES, Source
from adapters.ledger.leases import LeaseLost, Leases
from adapters.ledger.ledger import Ledger
from adapters.servicetitan import change_feeds as feeds
from adapters.servicetitan.appointments import APPOINTMENTS
from adapters.servicetitan.assignments import ASSIGNMENTS
from adapters.servicetitan.change_feeds import (
    AppliedPart,
    BilledTo,
    OfAppointment,
    OfBillTo,
    OfCustomerAtLocation,
    OfEstimate,
    OfInvoices,
    OfLocationByMembership,
)
from adapters.servicetitan.errors import UpstreamUnavailable
from tests.changes.telling import NOON, Clock, FakeCache, FakeFeeds

BY_NAME = {source.name: source for source in SOURCES}
JOBS, INVOICES, PAYMENTS = (
    BY_NAME[of.name] for of in (feeds.JOB_CHANGES, feeds.INVOICE_CHANGES, feeds.PAYMENT_CHANGES)
)
YESTERDAY = "2026-07-13"

Make = Callable[[], Follower]


def a_job(of: int, customer: int = 1, location: int = 2) -> OfCustomerAtLocation:
    return OfCustomerAtLocation(id=of, customer_id=customer, location_id=location)  # type: ignore[arg-type]  # plain ids


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache() -> FakeCache:
    return FakeCache()


@pytest.fixture
def told() -> FakeFeeds:
    return FakeFeeds()


@pytest.fixture
def bus() -> Changes:
    return Changes()


@pytest.fixture
def make(ledger: Ledger, cache: FakeCache, told: FakeFeeds, bus: Changes, clock: Clock) -> Make:
    """A follower of a process that has just begun, over the same ledger."""

    def made() -> Follower:
        return Follower(told, ledger, Applier(cache, bus, clock), clock, retry_seconds=(0.01,))

    return made


@pytest.fixture
async def leading(make: Make) -> Follower:
    """A follower whose turn it is."""
    follower = make()
    assert await follower._leases.hold(following.LEASE, 60)  # noqa: SLF001  # as its loop does
    return follower


@asynccontextmanager
async def running(*followers: Follower, every: float = 0.01) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(follower.run(lambda: every)) for follower in followers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  # what is waited for tells nobody
            await asyncio.sleep(0.005)


async def test_the_first_reading_begins_yesterday_and_the_next_where_it_ended(
    leading: Follower, make: Make, told: FakeFeeds, cache: FakeCache, clock: Clock
) -> None:
    told.lines[JOBS.name].append(a_job(7, customer=1, location=2))
    await leading.read(JOBS)
    assert told.asked(JOBS.name) == [YESTERDAY]
    questions = {("customer_id", 1), ("location_id", 2)}
    assert cache.forgotten == [("jobs", [7], questions, False)]
    clock.move(days=3)
    await leading.read(JOBS)
    told.lines[JOBS.name].append(a_job(7, customer=3, location=2))
    again = make()  # and a process that begins now reads on from there too
    await leading._leases.let_go(following.LEASE)  # noqa: SLF001  # as its loop does
    assert await again._leases.hold(following.LEASE, 60)  # noqa: SLF001  # as its loop does
    await again.read(JOBS)
    assert told.asked(JOBS.name) == ["1:1", "1:1"]
    assert cache.forgotten[1:] == [("jobs", [7], {("customer_id", 3), ("location_id", 2)}, False)]
    assert cache.read_again == []


@pytest.mark.parametrize(
    ("of", "row", "forgotten", "changes"),
    [
        (
            feeds.INVOICE_CHANGES,
            OfBillTo(id=5, customer=BilledTo(id=1)),
            [("invoices", [5], {("customer_id", 1)}, False)],
            [(INVOICES.resource, 5)],
        ),
        (
            feeds.INVOICE_CHANGES,
            OfBillTo(id=5),
            [("invoices", [5], set(), False)],
            [(INVOICES.resource, 5)],
        ),
        (
            feeds.PAYMENT_CHANGES,
            OfInvoices(id=9, applied_to=tuple(AppliedPart(applied_to=of) for of in (5, 6, 5))),  # type: ignore[arg-type]  # plain ids
            [
                ("payments", [9], {("invoice_id", 5), ("invoice_id", 6)}, False),
                ("invoices", [5, 6], set(), False),
            ],
            [(PAYMENTS.resource, 9), (INVOICES.resource, 5), (INVOICES.resource, 6)],
        ),
        (
            feeds.ASSIGNMENT_CHANGES,
            OfAppointment(id=8, appointment_id=11),  # type: ignore[arg-type]  # a plain id
            [
                ("assignments", [8], {("appointment_id", 11)}, False),
                ("appointments", [11], set(), False),
            ],
            [(ASSIGNMENTS, 8), (APPOINTMENTS, 11)],
        ),
        (
            feeds.ESTIMATE_CHANGES,
            OfEstimate(id=4, job_id=7),  # type: ignore[arg-type]  # a plain id
            [("estimates", [4], {("job_id", 7)}, False)],
            [(BY_NAME[feeds.ESTIMATE_CHANGES.name].resource, 4)],
        ),
        (
            feeds.BUSINESS_UNIT_CHANGES,
            feeds.Change(id=3),
            [("business_units", [3], {("all", 0)}, False)],
            [(BY_NAME[feeds.BUSINESS_UNIT_CHANGES.name].resource, 3)],
        ),
        (
            feeds.RECURRING_SERVICE_EVENT_CHANGES,
            feeds.Change(id=3),
            [("recurring_service_events", [3], set(), False)],
            [(BY_NAME[feeds.RECURRING_SERVICE_EVENT_CHANGES.name].resource, 3)],
        ),
    ],
)
async def test_what_a_row_concerns_is_forgotten_and_told(
    of: Any,  # noqa: ANN401  # a feed
    row: Any,  # noqa: ANN401  # of any feed
    forgotten: list[Any],
    changes: list[Any],
    leading: Follower,
    told: FakeFeeds,
    cache: FakeCache,
    bus: Changes,
) -> None:
    told.lines[of.name].append(row)
    with bus.subscribe() as listener:
        await leading.read(BY_NAME[of.name])
        heard = [await listener.next() for _ in changes]
    assert cache.forgotten == forgotten
    assert heard == [Change(resource, number, NOON) for resource, number in changes]


async def test_with_what_says_where_others_are_every_question_of_theirs_is_asked_again(
    leading: Follower, told: FakeFeeds, cache: FakeCache
) -> None:
    services = BY_NAME[feeds.RECURRING_SERVICE_CHANGES.name]
    service = OfLocationByMembership(id=3, location_id=2)  # type: ignore[arg-type]  # plain ids
    told.lines[services.name] += [service, 8]  # and one that cannot be read
    await leading.read(services)
    read = [
        ("recurring_services", [3], {("location_id", 2)}, False),
        ("recurring_services", [8], set(), True),
    ]
    placed: Any = ("recurring_service_events", [], set(), True)
    assert cache.forgotten == [read[0], placed, read[1], placed]
    cache.forgotten.clear()
    told.age += 1  # what was told meanwhile is lost
    await leading.read(services)
    assert cache.forgotten[:2] == [("recurring_services", [], set(), True), placed]


async def test_a_storm_is_forgotten_without_a_call(
    leading: Follower, told: FakeFeeds, cache: FakeCache
) -> None:
    told.lines[JOBS.name] += [a_job(of, customer=of) for of in range(1, 2502)]
    await leading.read(JOBS)
    assert told.asked(JOBS.name) == [YESTERDAY, "1:1000", "1:2000"]
    assert cache.read_again == []
    assert [len(ids) for _, ids, _, _ in cache.forgotten] == [200] * 5 + [200] * 5 + [200, 200, 101]
    assert [of for _, ids, _, _ in cache.forgotten for of in ids] == list(range(1, 2502))
    counts = leading.counts[JOBS.name]
    assert (counts.pages, counts.changes, counts.unreadable) == (3, 2501, 0)


async def test_a_row_that_cannot_be_read_has_every_question_of_its_kind_asked_again(
    leading: Follower, told: FakeFeeds, cache: FakeCache
) -> None:
    told.lines[JOBS.name] += [a_job(7), 8, 2**63, 0]  # a readable row, three others; one has no id
    await leading.read(JOBS)
    questions = {("customer_id", 1), ("location_id", 2)}
    assert cache.forgotten == [("jobs", [7], questions, False), ("jobs", [8], set(), True)]
    assert leading.counts[JOBS.name].unreadable == 3


async def test_a_token_that_is_refused_begins_a_day_before_it_was_given(
    leading: Follower, told: FakeFeeds, cache: FakeCache, clock: Clock
) -> None:
    told.lines[JOBS.name].append(a_job(7))
    await leading.read(JOBS)
    clock.move(days=10)
    told.age += 1
    told.lines[JOBS.name].append(a_job(8))
    cache.forgotten.clear()
    await leading.read(JOBS)
    assert told.asked(JOBS.name) == [YESTERDAY, "1:1", YESTERDAY]
    questions = {("customer_id", 1), ("location_id", 2)}
    assert cache.forgotten == [("jobs", [], set(), True), ("jobs", [7, 8], questions, False)]
    await leading.read(JOBS)
    assert told.asked(JOBS.name) == ["2:2"]
    assert leading.counts[JOBS.name].refused == 1


async def test_a_page_is_applied_before_its_mark_moves(
    leading: Follower, told: FakeFeeds, cache: FakeCache
) -> None:
    told.lines[JOBS.name].append(a_job(7))
    cache.broken = 1
    with pytest.raises(CacheUnavailable):
        await leading.read(JOBS)
    await leading.read(JOBS)
    assert told.asked(JOBS.name) == [YESTERDAY, YESTERDAY]
    assert len(cache.forgotten) == 1


async def test_a_feed_that_breaks_off_is_read_on_from_its_last_page(
    leading: Follower,
    told: FakeFeeds,
    cache: FakeCache,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told.page = 1
    told.lines[JOBS.name] += [a_job(7), a_job(8)]
    first = told.feed

    async def broken(feed: Any, token: str | None) -> Any:  # noqa: ANN401  # as FakeFeeds.feed
        if token == "1:1":
            raise UpstreamUnavailable("ServiceTitan fails.")
        return await first(feed, token)

    with monkeypatch.context() as patched:
        patched.setattr(told, "feed", broken)
        with pytest.raises(UpstreamUnavailable):
            await leading.read(JOBS)
    assert leading.counts[JOBS.name].read_at is None
    await leading.read(JOBS)
    assert told.asked(JOBS.name) == [YESTERDAY, "1:1"]
    assert [ids for _, ids, _, _ in cache.forgotten] == [[7], [8]]


async def test_who_lost_the_lease_moves_no_mark(
    leading: Follower, make: Make, told: FakeFeeds, ledger: Ledger
) -> None:
    told.lines[JOBS.name].append(a_job(7))
    term = leading._leases.term(following.LEASE)  # noqa: SLF001  # what the other takes away
    other = make()
    held = Leases(ledger)
    held._terms = leading._leases._terms.copy()  # noqa: SLF001  # to let go of it behind its back
    await held.let_go(following.LEASE)
    assert await other._leases.hold(following.LEASE, 60)  # noqa: SLF001  # as its loop does
    assert leading._leases.term(following.LEASE) == term  # noqa: SLF001  # it does not know yet
    with pytest.raises(LeaseLost):
        await leading.read(JOBS)
    told.asked(JOBS.name)
    await other.read(JOBS)
    assert told.asked(JOBS.name) == [YESTERDAY]


async def test_one_of_two_processes_follows_and_the_other_takes_over(
    make: Make, told: FakeFeeds, cache: FakeCache
) -> None:
    one, other = make(), make()
    task = asyncio.create_task(one.run(lambda: 0.01))
    await until(lambda: one.is_leading)
    async with running(other):
        told.lines[JOBS.name].append(a_job(7))
        await until(lambda: len(cache.forgotten) == 1)
        assert not other.is_leading
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not one.is_leading
        await until(lambda: other.is_leading)
        told.lines[JOBS.name].append(a_job(8))
        await until(lambda: any(8 in ids for _, ids, _, _ in cache.forgotten))
    assert {of for _, ids, _, _ in cache.forgotten for of in ids} == {7, 8}


async def test_a_feed_in_trouble_is_tried_again_and_delays_no_other(
    make: Make, told: FakeFeeds, cache: FakeCache
) -> None:
    told.broken[JOBS.name] = 3
    told.cursed = {PAYMENTS.name}
    told.lines[JOBS.name].append(a_job(7))
    told.lines[INVOICES.name].append(OfBillTo(id=5))
    follower = make()
    with capture_logs() as logs:
        async with running(follower, every=0.02):
            await until(lambda: len(cache.forgotten) == 2)
            await until(lambda: follower.counts[PAYMENTS.name].failures > 2)
            told.cursed.clear()
            told.lines[PAYMENTS.name].append(OfInvoices(id=9))
            await until(lambda: len(cache.forgotten) == 3)
    assert [name for name, _, _, _ in cache.forgotten] == ["invoices", "jobs", "payments"]
    assert follower.counts[JOBS.name].failures == 3
    assert follower.counts[INVOICES.name].failures == 0
    problems = {(row["feed"], row["problem"]) for row in logs if row["event"] == "feed not read"}
    assert problems == {
        (JOBS.name, "ServiceTitan fails."),
        (PAYMENTS.name, "an error of ours"),
    }


async def test_every_feed_is_followed(
    make: Make, told: FakeFeeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "FIRST_SECONDS", 0.0)
    follower = make()
    async with running(follower, every=1000):
        await until(lambda: all(of.read_at is not None for of in follower.counts.values()))
    assert sorted(told.calls) == sorted((source.name, YESTERDAY) for source in SOURCES)
    assert len(SOURCES) == 16


async def test_the_lag_is_the_age_of_the_last_reading(leading: Follower, clock: Clock) -> None:
    counts = leading.counts[JOBS.name]
    assert counts.lag(clock()) is None
    await leading.read(JOBS)
    clock.move(seconds=42)
    assert counts.lag(clock()) == 42.0
    clock.move(hours=-1)
    assert counts.lag(clock()) == 0.0


@pytest.mark.parametrize(
    ("moved", "beginning"),
    [
        (None, YESTERDAY),
        (NOON - timedelta(days=30), "2026-06-13"),
        (NOON + timedelta(days=30), YESTERDAY),  # a clock was wrong
    ],
)
def test_from_which_day_a_feed_is_begun(moved: Any, beginning: str) -> None:  # noqa: ANN401  # a moment
    assert Mark("a", moved).beginning(NOON) == beginning


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_mark_has_a_name_of_its_own_that_fits(source: Source) -> None:
    assert source.name.startswith("changes of ")
    assert len(source.name) <= 64
    assert len(BY_NAME) == len(SOURCES)
