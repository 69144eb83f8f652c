"""The feeds are written into the ledger page by page, each with its mark, and nothing twice."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from adapters.directory.freshness import Freshness
from adapters.directory.marks import Mark, move_mark, read_mark
from adapters.directory.mirror import Mirror
from adapters.directory.people import People, Standing
from adapters.directory.shelves import SHELVES
from adapters.ledger.leases import LeaseLost
from adapters.ledger.ledger import Ledger
from adapters.servicetitan.errors import UpstreamUnavailable
from adapters.servicetitan.feeds import ContactType
from adapters.servicetitan.priority import Priority
from tests.directory.fake_feeds import (
    CUSTOMER_CONTACTS,
    CUSTOMERS,
    LOCATION_CONTACTS,
    LOCATIONS,
    FakeFeeds,
    contact,
    customer,
    location,
    tenant,
)
from tests.directory.reading import NOON, mirror_of, read_once

PAT = "pat@example.com"


@pytest.fixture
def feeds() -> FakeFeeds:
    """A town of two homes, each page one row long."""
    feeds = FakeFeeds(page=1)
    feeds.tell(customer(1, "Pat"), customer(2, "Lakeview"))
    feeds.tell(location(11, 1), location(12, 1), location(21, 2))
    feeds.tell(contact(101, 1, PAT), contact(102, 1, "555", kind=ContactType.PHONE))
    feeds.tell(tenant(201, 21, "sam@example.com"))
    return feeds


@pytest.fixture
async def people(ledger: Ledger, feeds: FakeFeeds) -> People:
    """The directory of that town, read once."""
    await read_once(feeds, ledger)
    feeds.calls.clear()
    return People(ledger)


async def test_all_feeds_are_read_to_their_end(feeds: FakeFeeds, ledger: Ledger) -> None:
    await read_once(feeds, ledger)
    assert feeds.asked() == Counter(
        {
            (CUSTOMERS, None): 1,
            (CUSTOMERS, "1:1"): 1,
            (LOCATIONS, None): 1,
            (LOCATIONS, "1:1"): 1,
            (LOCATIONS, "1:2"): 1,
            (CUSTOMER_CONTACTS, None): 1,
            (CUSTOMER_CONTACTS, "1:1"): 1,
            (LOCATION_CONTACTS, None): 1,
        }
    )
    people = People(ledger)
    assert await people.standing(PAT) == Standing(
        revision=8,  # one more for each of seven pages that changed something
        read_at=NOON,
        customers=(customer(1, "Pat"),),
        places={1: (location(11, 1), location(12, 1))},
    )
    assert await people.standing("sam@example.com") == Standing(
        revision=8, read_at=NOON, locations=(location(21, 2),), owners={2: customer(2, "Lakeview")}
    )
    assert await people.standing("nobody@example.com") == Standing(revision=8, read_at=NOON)


async def test_a_restart_starts_warm_and_reads_on_from_the_marks(
    feeds: FakeFeeds, ledger: Ledger, people: People
) -> None:
    feeds.tell(contact(103, 2, "lee@example.com"))
    later = NOON + timedelta(minutes=5)
    await read_once(feeds, ledger, later)
    assert feeds.asked() == Counter(
        {
            (CUSTOMERS, "1:2"): 1,
            (LOCATIONS, "1:3"): 1,
            (CUSTOMER_CONTACTS, "1:2"): 1,
            (LOCATION_CONTACTS, "1:1"): 1,
        }
    )
    assert (await people.standing("lee@example.com")).customers == (customer(2, "Lakeview"),)
    assert await people.revisions() == (9, later, 1)


async def test_what_did_not_change_raises_no_revision(
    feeds: FakeFeeds, ledger: Ledger, people: People
) -> None:
    feeds.tell(customer(1, "Pat"), location(11, 1), contact(101, 1, f" {PAT.upper()} "))
    feeds.tell(contact(102, 1, "556", kind=ContactType.PHONE), tenant(201, 21, "sam@example.com"))
    later = NOON + timedelta(minutes=5)
    await read_once(feeds, ledger, later)
    assert await people.revisions() == (8, later, 1)


@pytest.mark.parametrize(
    "told",
    [
        contact(101, 1, PAT, active=False),
        contact(101, 1, "pat@elsewhere.example"),
        contact(101, 1, None),
        contact(101, 1, "\x00" + PAT),
        contact(101, 1, PAT, kind=ContactType.UNKNOWN),
    ],
)
async def test_a_contact_that_ends_takes_its_row_with_it(
    feeds: FakeFeeds, ledger: Ledger, people: People, told: object
) -> None:
    assert (await people.standing(PAT)).customers
    feeds.tell(told)
    await read_once(feeds, ledger)
    assert await people.standing(PAT) == Standing(revision=9, read_at=NOON)


async def test_a_contact_that_moves_leaves_its_old_owner(
    feeds: FakeFeeds, ledger: Ledger, people: People
) -> None:
    feeds.tell(contact(101, 2, PAT))
    await read_once(feeds, ledger)
    standing = await people.standing(PAT)
    assert standing.customers == (customer(2, "Lakeview"),)
    assert standing.places == {2: (location(21, 2),)}


async def test_contacts_of_customers_and_of_locations_share_no_numbers(
    feeds: FakeFeeds, ledger: Ledger, people: People
) -> None:
    feeds.tell(tenant(101, 21, PAT))
    await read_once(feeds, ledger)
    feeds.tell(contact(101, 1, PAT, active=False))
    await read_once(feeds, ledger)
    standing = await people.standing(PAT)
    assert (standing.customers, standing.locations) == ((), (location(21, 2),))


async def test_a_location_that_moves_takes_its_tenant_along(
    feeds: FakeFeeds, ledger: Ledger, people: People
) -> None:
    feeds.tell(location(21, 1, "Moved"), location(12, 2))
    await read_once(feeds, ledger)
    sam = await people.standing("sam@example.com")
    assert (sam.locations, sam.owners) == ((location(21, 1, "Moved"),), {1: customer(1, "Pat")})
    assert (await people.standing(PAT)).places == {1: (location(11, 1), location(21, 1, "Moved"))}


async def test_r13_merged_and_inactive_records_are_told_as_such(
    feeds: FakeFeeds, ledger: Ledger, people: People
) -> None:
    merged, shut = customer(1, "Pat", merged_to_id=2), location(11, 1, active=False)
    feeds.tell(merged, customer(2, "Lakeview", active=False), shut)
    await read_once(feeds, ledger)
    standing = await people.standing(PAT)
    assert standing.customers == (merged,)
    assert standing.places == {1: (shut, location(12, 1))}
    sam = await people.standing("sam@example.com")
    assert sam.owners == {2: customer(2, "Lakeview", active=False)}


@pytest.mark.parametrize("feed", [CUSTOMERS, LOCATIONS, CUSTOMER_CONTACTS, LOCATION_CONTACTS])
async def test_a_row_that_cannot_be_read_closes_its_record_and_blocks_nothing(
    feeds: FakeFeeds, ledger: Ledger, people: People, feed: str
) -> None:
    of = {CUSTOMERS: 2, LOCATIONS: 21, CUSTOMER_CONTACTS: 101, LOCATION_CONTACTS: 201}[feed]
    feeds.tell_closed(feed, of)
    feeds.tell(contact(103, 1, "lee@example.com"))
    mirror = await read_once(feeds, ledger)
    assert mirror.unreadable == 1
    assert (await people.standing("lee@example.com")).customers == (customer(1, "Pat"),)
    whose = {CUSTOMER_CONTACTS: PAT}.get(feed, "sam@example.com")
    closed = await people.standing(whose)
    assert (closed.customers, closed.locations) == ((), ())


async def test_a_record_comes_before_or_after_what_belongs_to_it(ledger: Ledger) -> None:
    feeds = FakeFeeds()
    feeds.tell(contact(101, 1, PAT), tenant(201, 11, PAT), location(11, 1))
    await read_once(feeds, ledger)
    people = People(ledger)
    assert await people.standing(PAT) == Standing(revision=4, read_at=NOON)
    feeds.tell(customer(1))
    await read_once(feeds, ledger)
    standing = await people.standing(PAT)
    assert (standing.customers, standing.locations) == ((customer(1),), (location(11, 1),))


async def test_text_that_the_database_cannot_hold_blocks_nothing(ledger: Ledger) -> None:
    feeds = FakeFeeds()
    feeds.tell(customer(1, "Pa\x00t"), location(11, 1, "\x00"), contact(101, 1, PAT))
    feeds.tell(contact(102, 1, "x" * 400), contact(103, 1, "x" * 320), customer(2**63 - 1))
    await read_once(feeds, ledger)
    people = People(ledger)
    standing = await people.standing(PAT)
    assert standing.customers == (customer(1, "Pat"),)
    assert standing.places == {1: (location(11, 1, ""),)}
    assert not (await people.standing("x" * 400)).customers
    assert (await people.standing("x" * 320)).customers


@pytest.mark.parametrize("page", [1, 2, 3])
async def test_a_reading_that_ends_early_goes_on_where_it_was(
    feeds: FakeFeeds, ledger: Ledger, page: int
) -> None:
    feeds.page, feeds.broken[LOCATIONS] = 1, page
    with pytest.raises(UpstreamUnavailable):
        await read_once(feeds, ledger)
    assert (await People(ledger).revisions()).read_at is None
    assert feeds.asked()[LOCATIONS, f"1:{page - 1}" if page > 1 else None] == 1
    await read_once(feeds, ledger)
    told = {token for feed, token in feeds.asked() if feed == LOCATIONS}
    assert told == {f"1:{at}" if at else None for at in range(page - 1, 3)}
    assert (await People(ledger).standing(PAT)).places == {1: (location(11, 1), location(12, 1))}


async def test_read_at_is_when_the_reading_began(feeds: FakeFeeds, ledger: Ledger) -> None:
    moments = [NOON + timedelta(minutes=of) for of in range(100)]
    mirror = mirror_of(feeds, ledger, iter(moments).__next__)
    await mirror.read()
    assert (await People(ledger).revisions()).read_at == NOON


async def test_a_location_and_a_customer_of_one_number_are_two(ledger: Ledger) -> None:
    feeds = FakeFeeds()
    feeds.tell(
        customer(1, "Other"), customer(2), location(1, 2), location(5, 1), tenant(201, 1, PAT)
    )
    await read_once(feeds, ledger)
    standing = await People(ledger).standing(PAT)
    assert (standing.customers, standing.places) == ((), {})
    assert (standing.locations, standing.owners) == ((location(1, 2),), {2: customer(2)})


async def test_a_reading_in_the_future_is_no_reading(feeds: FakeFeeds, ledger: Ledger) -> None:
    await read_once(feeds, ledger, NOON + timedelta(days=365))
    mirror = mirror_of(feeds, ledger)
    await mirror.turn(300)
    assert (await People(ledger).revisions()).read_at == NOON


async def test_a_mark_that_somebody_else_moved_stays_where_it_is(
    feeds: FakeFeeds, ledger: Ledger, people: People
) -> None:
    del feeds, people
    shelf = SHELVES[0]
    with pytest.raises(LeaseLost):
        await ledger.write(lambda on: move_mark(on, shelf, "1:1", "1:9", NOON))
    await ledger.write(lambda on: move_mark(on, shelf, "1:2", "1:3", NOON))
    assert await ledger.read(lambda on: read_mark(on, shelf)) == Mark("1:3")


async def test_an_ageing_directory_is_read_before_other_refreshes(ledger: Ledger) -> None:
    feeds, now = FakeFeeds(), NOON.timestamp()
    freshness = Freshness(lambda: 60, lambda: now, lambda: now)
    mirror = Mirror(feeds, ledger, freshness, now=lambda: datetime.fromtimestamp(now, UTC))
    await mirror.read()
    await mirror.read()
    now += 1801
    await mirror.read()
    people, refresh = Priority.PEOPLE, Priority.REFRESH
    assert feeds.priorities == [people] * 4 + [refresh] * 4 + [people] * 4
    await mirror.let_go()
