"""The worker that follows the feeds goes on whatever happens, and says what did."""

import asyncio
from collections.abc import AsyncIterator, Callable, ItemsView, MutableSequence, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs
from structlog.types import EventDict

from adapters.directory.freshness import Freshness
from adapters.directory.mirror import LEASE, Mirror
from adapters.ledger.leases import LeaseLost, Leases
from adapters.ledger.ledger import Ledger
from gateway.workers import beside, follow
from tests.directory.fake_feeds import CUSTOMER_CONTACTS, CUSTOMERS, FakeFeeds, contact, customer

PAT = "pat@example.com"


@pytest.fixture(params=["memory"])
def url() -> str:
    """A ledger in memory does: what differs between databases is tested elsewhere."""
    return "sqlite+aiosqlite://"


@pytest.fixture
def feeds() -> FakeFeeds:
    """One person."""
    feeds = FakeFeeds(page=1)
    feeds.tell(customer(1), contact(101, 1, PAT))
    return feeds


@pytest.fixture
def mirror(feeds: FakeFeeds, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Mirror:
    """What is followed; a failure is tried again at once."""
    monkeypatch.setattr("gateway.workers.RETRY_SECONDS", (0.001,))
    return Mirror(feeds, ledger, Freshness(lambda: 60), now=lambda: datetime.now(UTC))


@asynccontextmanager
async def followed(mirror: Mirror, every: float) -> AsyncIterator[MutableSequence[EventDict]]:
    with capture_logs() as logs:
        async with beside(follow(mirror, lambda: every)):
            yield logs


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.001)


def _last(logs: MutableSequence[EventDict]) -> ItemsView[str, object]:
    return logs[-1].items() if logs else {}.items()


def told(logs: Sequence[EventDict]) -> list[str]:
    return [f"{line['log_level']}: {line['event']}" for line in logs]


async def test_it_reads_again_and_again(mirror: Mirror) -> None:
    async with followed(mirror, 0.001) as logs:
        await until(lambda: mirror.readings == 3)
    assert told(logs) == ["info: directory read"]
    assert logs[0]["rows"] == 2


async def test_a_failure_is_tried_again_and_told(mirror: Mirror, feeds: FakeFeeds) -> None:
    feeds.broken[CUSTOMERS] = 1
    async with followed(mirror, 60) as logs:
        await until(lambda: mirror.readings == 1)
    assert told(logs) == ["warning: feeds not read", "info: directory read"]
    assert logs[0] == {
        "log_level": "warning",
        "event": "feeds not read",
        "problem": "ServiceTitan fails.",
        "rows": 1,
        "again_in": 0.001,
    }


async def test_what_nobody_foresaw_ends_nothing_and_tells_no_secrets(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn, failures = mirror.turn, [RuntimeError("pat@example.com")]

    async def turned(_mirror: Mirror, every: float) -> float:
        if failures:
            raise failures.pop()
        return await turn(every)

    monkeypatch.setattr(Mirror, "turn", turned)
    async with followed(mirror, 60) as logs:
        await until(lambda: mirror.readings == 1)
    assert told(logs) == ["warning: feeds not read", "info: directory read"]
    assert logs[0]["problem"].startswith("RuntimeError in turned, line ")
    assert PAT not in str(logs)


async def test_rows_that_cannot_be_read_are_counted(mirror: Mirror, feeds: FakeFeeds) -> None:
    feeds.tell_closed(CUSTOMERS, 7)
    feeds.tell_closed(CUSTOMER_CONTACTS, 8)
    async with followed(mirror, 60) as logs:
        await until(lambda: mirror.readings == 1 and len(logs) == 2)
    assert told(logs) == ["info: directory read", "warning: feed rows not readable"]
    assert logs[1]["count"] == 2


async def test_the_end_gives_the_lease_up(mirror: Mirror, ledger: Ledger) -> None:
    other = Leases(ledger)
    async with followed(mirror, 60):
        await until(lambda: mirror.readings == 1)
        assert not await other.hold(LEASE, 60)
    assert await other.hold(LEASE, 60)


async def test_who_has_not_the_lease_waits_for_it(mirror: Mirror, ledger: Ledger) -> None:
    other = Leases(ledger)
    await other.hold(LEASE, 60)
    async with followed(mirror, 0.001):
        await asyncio.sleep(0.05)
        assert mirror.readings == 0
        await other.let_go(LEASE)
        await until(lambda: mirror.readings > 0)


async def test_a_lease_lost_in_the_middle_is_no_failure(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn, lost = mirror.turn, [LeaseLost("the directory")]

    async def turned(_mirror: Mirror, every: float) -> float:
        if lost:
            raise lost.pop()
        return await turn(every)

    monkeypatch.setattr(Mirror, "turn", turned)
    async with followed(mirror, 0.001) as logs:
        await until(lambda: mirror.readings > 0)
    assert told(logs) == ["info: directory left to another", "info: directory read"]
    assert logs[0]["problem"] == "Another process does the work of the directory now."


async def test_a_first_reading_tells_how_far_it_is(
    mirror: Mirror, feeds: FakeFeeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.workers.PROGRESS_SECONDS", 0.01)
    ask, go_on = feeds.feed, asyncio.Event()

    async def slow(*asked: object) -> object:
        if asked[0].name == CUSTOMER_CONTACTS:  # type: ignore[attr-defined]  # a feed
            await go_on.wait()
        return await ask(*asked)  # type: ignore[arg-type]  # as it came

    feeds.feed = slow  # type: ignore[method-assign, assignment]  # the fake's own
    async with followed(mirror, 60) as logs:
        await until(lambda: {"event": "directory being read", "rows": 1}.items() <= _last(logs))
        assert mirror.freshness.probe() == (
            "The directory of people is still being read: 1 of its rows so far."
        )
        go_on.set()
        await until(lambda: told(logs[-1:]) == ["info: directory read"])
        await asyncio.sleep(0.05)  # five times as long as it would take to tell more
    assert told(logs[-1:]) == ["info: directory read"]
