"""A token that ServiceTitan knows no more has its feed read again, and never shows half of it."""

from collections import Counter

import pytest

from adapters.directory.mirror import Mirror
from adapters.directory.people import People
from adapters.ledger.ledger import Ledger
from adapters.servicetitan.errors import QuestionRefused, UpstreamUnavailable
from tests.directory.fake_feeds import (
    CUSTOMER_CONTACTS,
    CUSTOMERS,
    FakeFeeds,
    contact,
    customer,
    location,
    tenant,
)
from tests.directory.reading import NOON, mirror_of, read_once

EMAILS = [f"person-{of}@example.com" for of in range(1, 7)]


def told(feeds: FakeFeeds, *numbers: int) -> None:
    """Let the feeds tell of these people anew, and of nobody else."""
    feeds.forget()
    for line in feeds.lines.values():
        line.clear()
    for of in numbers:
        feeds.tell(customer(of), location(of, of))
        feeds.tell(contact(of, of, EMAILS[of - 1]), tenant(of, of, EMAILS[of - 1]))


async def known(ledger: Ledger) -> list[int]:
    """Return who is known, by contact of their customer and of their location."""
    people = People(ledger)
    standings = [await people.standing(email) for email in EMAILS]
    by_customer = [entry.id for standing in standings for entry in standing.customers]
    by_location = [entry.id for standing in standings for entry in standing.locations]
    assert [int(of) for of in by_customer] == [int(of) for of in by_location]
    return [int(of) for of in by_customer]


@pytest.fixture
async def feeds(ledger: Ledger) -> FakeFeeds:
    """Five people, who have been read."""
    feeds = FakeFeeds(page=2)
    told(feeds, 1, 2, 3, 4, 5)
    await read_once(feeds, ledger)
    feeds.calls.clear()
    return feeds


async def test_what_the_new_reading_does_not_tell_of_is_gone_at_its_end(
    feeds: FakeFeeds, ledger: Ledger
) -> None:
    told(feeds, 2, 4, 6)
    await read_once(feeds, ledger)
    assert await known(ledger) == [2, 4, 6]
    asked = feeds.asked()
    assert [asked[CUSTOMERS, token] for token in ("2:5", None, "3:2")] == [1, 1, 1]
    await read_once(feeds, ledger)
    assert feeds.asked()[CUSTOMERS, "3:3"] == 1
    assert await known(ledger) == [2, 4, 6]


async def test_a_feed_that_tells_the_same_again_changes_nothing(
    feeds: FakeFeeds, ledger: Ledger
) -> None:
    before = await People(ledger).revisions()
    told(feeds, 5, 4, 3, 2, 1)
    await read_once(feeds, ledger)
    assert await People(ledger).revisions() == before


async def test_until_its_end_nobody_is_missing(feeds: FakeFeeds, ledger: Ledger) -> None:
    told(feeds, 2, 4, 6)
    seen = []
    ask = feeds.feed

    async def looked(*asked: object) -> object:
        if asked[1] is not None:
            seen.append(await known_customers(ledger))
        return await ask(*asked)  # type: ignore[arg-type]  # as it came

    feeds.feed = looked  # type: ignore[method-assign, assignment]  # the fake's own
    await read_once(feeds, ledger)
    assert len(seen) == 4 + 4  # each feed's refused token, and its second page
    assert all({2, 4} <= of <= {1, 2, 3, 4, 5, 6} for of in seen)
    assert seen[0] == {1, 2, 3, 4, 5}


async def known_customers(ledger: Ledger) -> set[int]:
    """Return the customers that any of these people reach now."""
    people = People(ledger)
    return {entry.id for email in EMAILS for entry in (await people.standing(email)).customers}


async def test_a_crash_in_between_goes_on_and_still_sweeps(
    feeds: FakeFeeds, ledger: Ledger
) -> None:
    told(feeds, 2, 4, 6)
    feeds.broken[CUSTOMER_CONTACTS] = 3  # the refused token, the first page, the second
    with pytest.raises(UpstreamUnavailable):
        await read_once(feeds, ledger)
    assert feeds.asked()[CUSTOMER_CONTACTS, f"{feeds.age}:2"] == 1
    await read_once(feeds, ledger)
    assert feeds.asked()[CUSTOMER_CONTACTS, None] == 0
    assert await known(ledger) == [2, 4, 6]


async def test_refused_again_in_between_it_begins_again(feeds: FakeFeeds, ledger: Ledger) -> None:
    told(feeds, 2, 4, 6)
    feeds.broken[CUSTOMER_CONTACTS] = 3
    with pytest.raises(UpstreamUnavailable):
        await read_once(feeds, ledger)
    told(feeds, 1)
    await read_once(feeds, ledger)
    assert await known(ledger) == [1]


async def test_an_empty_feed_takes_everybody_away(feeds: FakeFeeds, ledger: Ledger) -> None:
    told(feeds)
    await read_once(feeds, ledger)
    assert await known(ledger) == []


async def test_a_feed_that_is_refused_from_its_beginning_keeps_what_is_known(
    feeds: FakeFeeds, ledger: Ledger
) -> None:
    async def refused(*_asked: object) -> object:
        raise QuestionRefused("ServiceTitan refused the question.")

    ask, feeds.feed = feeds.feed, refused  # type: ignore[method-assign, assignment]  # the fake's own
    mirror: Mirror = mirror_of(feeds, ledger)
    with pytest.raises(QuestionRefused):
        await mirror.read()
    assert await known(ledger) == [1, 2, 3, 4, 5]
    feeds.feed = ask  # type: ignore[method-assign]  # as it was
    await mirror.read()
    assert feeds.asked() == Counter({(name, f"{feeds.age}:5"): 1 for name in feeds.lines})
    assert (await People(ledger).revisions()).read_at == NOON


async def test_what_is_swept_away_is_gone_for_who_was_remembered(
    feeds: FakeFeeds, ledger: Ledger
) -> None:
    people = People(ledger)
    assert (await people.standing(EMAILS[0])).customers
    told(feeds, 2, 3, 4, 5)  # nothing else is told differently
    await read_once(feeds, ledger)
    assert (await people.standing(EMAILS[0])).customers == ()
