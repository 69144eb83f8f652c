"""Of several processes over one database one follows the feeds, and another when it ends."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters.directory.mirror import LEASE, LOOK_SECONDS
from adapters.directory.people import People
from adapters.ledger.leases import LeaseLost
from adapters.ledger.ledger import Ledger
from adapters.ledger.tables import LEASES
from tests.directory.fake_feeds import CUSTOMER_CONTACTS, FakeFeeds, contact, customer
from tests.directory.reading import NOON, mirror_of

PAT = "pat@example.com"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that several processes may open."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture
async def fleet(shared: str) -> AsyncIterator[list[Ledger]]:
    """The ledgers of two processes, over one database."""
    ledgers = [Ledger(shared), Ledger(shared)]
    for ledger in ledgers:
        await ledger.open()
    yield ledgers
    for ledger in ledgers:
        await ledger.aclose()


@pytest.fixture
def feeds() -> FakeFeeds:
    """One person."""
    feeds = FakeFeeds()
    feeds.tell(customer(1), contact(101, 1, PAT))
    return feeds


async def expire(ledger: Ledger) -> None:
    """Let the time of every lease be over, as when its holder was killed."""
    await ledger.write(lambda on: on.execute(update(LEASES).values(until=LONG_AGO)))


async def test_one_reads_and_the_others_see_it(fleet: list[Ledger], feeds: FakeFeeds) -> None:
    first, second = (mirror_of(feeds, ledger) for ledger in fleet)
    assert await first.turn(300) == LOOK_SECONDS
    assert await second.turn(300) == LOOK_SECONDS
    assert feeds.asked().total() == 4
    assert (first.readings, second.readings) == (1, 0)
    assert second.freshness.read_at == NOON
    assert (await People(fleet[1]).standing(PAT)).customers == (customer(1),)


async def test_who_waits_tells_how_far_the_first_reading_is(
    fleet: list[Ledger], feeds: FakeFeeds
) -> None:
    first, second = (mirror_of(feeds, ledger) for ledger in fleet)
    feeds.page, feeds.broken[CUSTOMER_CONTACTS] = 1, 2
    feeds.tell(contact(102, 1, PAT))
    with pytest.raises(Exception, match="fails"):
        await first.turn(300)
    assert await second.turn(300) == LOOK_SECONDS
    assert second.freshness.probe() == (
        "The directory of people is still being read: 2 of its rows so far."
    )


async def test_a_killed_leader_is_followed_by_another(
    fleet: list[Ledger], feeds: FakeFeeds
) -> None:
    later = NOON + timedelta(minutes=5)
    first, second = mirror_of(feeds, fleet[0]), mirror_of(feeds, fleet[1], lambda: later)
    await first.turn(300)
    feeds.calls.clear()
    await second.turn(300)
    assert feeds.asked().total() == 0
    await expire(fleet[1])
    await second.turn(300)
    assert {token for _, token in feeds.asked()} == {"1:1", "1:0"}  # on from the first one's marks
    assert await People(fleet[0]).revisions() == (3, later, 1)


async def test_a_leader_that_ends_leaves_no_wait(fleet: list[Ledger], feeds: FakeFeeds) -> None:
    first, second = (mirror_of(feeds, ledger) for ledger in fleet)
    await first.turn(300)
    await first.let_go()
    await second.turn(0)
    assert second.readings == 1


async def test_the_next_leader_reads_when_that_is_due(
    fleet: list[Ledger], feeds: FakeFeeds
) -> None:
    await mirror_of(feeds, fleet[0]).turn(300)
    await expire(fleet[0])
    soon = mirror_of(feeds, fleet[1], lambda: NOON + timedelta(seconds=290))
    assert await soon.turn(300) == 10
    assert soon.readings == 0


async def test_a_leader_that_slept_writes_nothing_of_what_it_read(
    fleet: list[Ledger], feeds: FakeFeeds
) -> None:
    """The old leader has a page in its hands in which the contact stands; it is gone since."""
    first, second = (mirror_of(feeds, ledger) for ledger in fleet)
    read, go_on = asyncio.Event(), asyncio.Event()
    ask = feeds.feed

    async def slow(*asked: object) -> object:
        page = await ask(*asked)  # type: ignore[arg-type]  # as it came
        if asked[0].name == CUSTOMER_CONTACTS and not read.is_set():  # type: ignore[attr-defined]  # a feed
            read.set()
            await go_on.wait()
        return page

    feeds.feed = slow  # type: ignore[method-assign, assignment]  # the fake's own
    sleeper = asyncio.create_task(first.turn(300))
    await read.wait()
    await expire(fleet[1])
    feeds.tell(contact(101, 1, PAT, active=False))
    await second.turn(300)
    go_on.set()
    with pytest.raises(LeaseLost):
        await sleeper
    assert not (await People(fleet[0]).standing(PAT)).customers
    assert first.leases.term(LEASE) != second.leases.term(LEASE)


async def test_a_page_is_not_written_in_another_term_than_it_was_read_in(
    fleet: list[Ledger], feeds: FakeFeeds
) -> None:
    """The lease was lost and won again while the page was under way, with the mark where it was."""
    first, second = (mirror_of(feeds, ledger) for ledger in fleet)
    ask = feeds.feed

    async def slow(*asked: object) -> object:
        page = await ask(*asked)  # type: ignore[arg-type]  # as it came
        if asked[0].name == CUSTOMER_CONTACTS:  # type: ignore[attr-defined]  # a feed
            for loser, winner in ((fleet[0], second), (fleet[1], first)):
                await expire(loser)
                winner.leases._terms.clear()  # noqa: SLF001  # it is asked of the database
                assert await winner.leases.hold(LEASE, 60)
        return page

    feeds.feed = slow  # type: ignore[method-assign, assignment]  # the fake's own
    with pytest.raises(LeaseLost):
        await first.turn(300)
    assert not (await People(fleet[0]).standing(PAT)).customers
