"""Whatever the feeds tell, cut into whatever pages, the directory is what they told last."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.directory.people import People
from adapters.ledger.ledger import Ledger
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.feeds import (
    CustomerContactEntry,
    CustomerEntry,
    LocationContactEntry,
    LocationEntry,
)
from tests.directory.fake_feeds import (
    ALL_FEEDS,
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
from tests.directory.reading import read_once

FEW = st.integers(1, 4)
EMAILS = ["a@example.com", "b@example.com", "c@example.com"]
VALUES = st.sampled_from([*EMAILS, " A@Example.com", "", None])
NAMES = st.sampled_from(["x", "y"])
ROWS = st.one_of(
    st.builds(
        customer, FEW, NAMES, active=st.booleans(), merged_to_id=st.none() | st.integers(1, 4)
    ),
    st.builds(location, FEW, FEW, NAMES, active=st.booleans()),
    st.builds(contact, FEW, FEW, VALUES, active=st.booleans()),
    st.builds(tenant, FEW, FEW, VALUES, active=st.booleans()),
    st.tuples(st.sampled_from([feed.name for feed in ALL_FEEDS]), FEW),
)
ACTS = st.one_of(
    st.lists(ROWS, max_size=12),
    st.just("forget"),
    st.tuples(st.sampled_from([feed.name for feed in ALL_FEEDS]), st.integers(1, 4)),
)


@dataclass
class Model:
    """What the feeds told last, by feed and id; a row that cannot be read leaves nothing."""

    rows: dict[str, dict[int, Any]] = field(
        default_factory=lambda: {feed.name: {} for feed in ALL_FEEDS}
    )

    def told(self, feeds: FakeFeeds) -> None:
        """Take in all that the feeds tell from their beginning to their end."""
        for feed, line in feeds.lines.items():
            last = {row[1] if isinstance(row, tuple) else row.id: row for row in line}
            self.rows[feed] = {of: row for of, row in last.items() if not isinstance(row, tuple)}

    def customers(self, email: str) -> list[CustomerEntry]:
        """Whose contact is it?"""
        known = self.rows[CUSTOMERS]
        owners = {of.customer_id for of in self._live(CUSTOMER_CONTACTS, email)}
        return [known[of] for of in sorted(owners) if of in known]

    def places(self, email: str) -> dict[int, tuple[LocationEntry, ...]]:
        """Which locations have those?"""
        rows = sorted(self.rows[LOCATIONS].values(), key=lambda row: row.id)
        found = {
            of.id: tuple(row for row in rows if row.customer_id == of.id)
            for of in self.customers(email)
        }
        return {of: rows for of, rows in found.items() if rows}

    def locations(self, email: str) -> list[LocationEntry]:
        """Which locations, of known customers, is it a contact of?"""
        known = self.rows[LOCATIONS]
        owners = {of.location_id for of in self._live(LOCATION_CONTACTS, email)}
        found = [known[of] for of in sorted(owners) if of in known]
        return [row for row in found if row.customer_id in self.rows[CUSTOMERS]]

    def _live(self, feed: str, email: str) -> list[Any]:
        rows: list[CustomerContactEntry | LocationContactEntry] = [*self.rows[feed].values()]
        return [row for row in rows if row.active and (row.value or "").strip().lower() == email]


async def matches(people: People, model: Model) -> None:
    for email in EMAILS:
        standing = await people.standing(email)
        assert list(standing.customers) == model.customers(email)
        assert dict(standing.places) == model.places(email)
        assert list(standing.locations) == model.locations(email)
        assert set(standing.owners) == {row.customer_id for row in standing.locations}


async def run(page: int, acts: list[Any]) -> None:
    ledger = Ledger("sqlite+aiosqlite://")
    await ledger.open()
    try:
        await tell(ledger, page, acts)
    finally:
        await ledger.aclose()


async def tell(ledger: Ledger, page: int, acts: list[Any]) -> None:
    """Let the feeds tell, forget and fail as they like, and read them after each act."""
    feeds, model, people = FakeFeeds(page), Model(), People(ledger)
    for act in acts:
        if act == "forget":
            feeds.forget()
            for feed, line in feeds.lines.items():
                feeds.lines[feed] = line[len(line) // 2 :]
        elif isinstance(act, tuple):
            feeds.broken[act[0]] = act[1]
        else:
            for row in act:
                if isinstance(row, tuple):
                    feeds.tell_closed(*row)
                else:
                    feeds.tell(row)
        try:
            await read_once(feeds, ledger)
        except UpstreamError:
            continue
        model.told(feeds)
        await matches(people, model)
    feeds.broken.clear()
    await read_once(feeds, ledger)
    model.told(feeds)
    await matches(people, model)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5), st.lists(ACTS, max_size=6))
def test_the_directory_is_what_the_feeds_told_last(page: int, acts: list[Any]) -> None:
    asyncio.run(run(page, acts))
