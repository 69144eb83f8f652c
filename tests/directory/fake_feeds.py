"""ServiceTitan's four feeds, told by a test: a line of rows for each, given out page by page."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from adapters.servicetitan.client import FeedPage
from adapters.servicetitan.errors import QuestionRefused, UpstreamUnavailable
from adapters.servicetitan.feeds import (
    CUSTOMER_CONTACT_FEED,
    CUSTOMER_FEED,
    LOCATION_CONTACT_FEED,
    LOCATION_FEED,
    ContactType,
    CustomerContactEntry,
    CustomerEntry,
    LocationContactEntry,
    LocationEntry,
)
from adapters.servicetitan.model import ContactId, CustomerId, LocationId
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.resource import Feed

ALL_FEEDS = (CUSTOMER_FEED, LOCATION_FEED, CUSTOMER_CONTACT_FEED, LOCATION_CONTACT_FEED)
CUSTOMERS, LOCATIONS, CUSTOMER_CONTACTS, LOCATION_CONTACTS = (feed.name for feed in ALL_FEEDS)
CLOSED = "closed"
"""Stands in a line for a row that cannot be read: `(CLOSED, id)`."""


@dataclass
class FakeFeeds:
    """Feeds whose tokens are `age:place in the line`; `forget` makes those given out worthless."""

    page: int = 1000
    lines: dict[str, list[Any]] = field(default_factory=lambda: {of.name: [] for of in ALL_FEEDS})
    calls: list[tuple[str, str | None]] = field(default_factory=list)
    priorities: list[Priority] = field(default_factory=list)
    broken: Counter[str] = field(default_factory=Counter)
    age: int = 1

    def tell(self, *rows: Any) -> None:  # noqa: ANN401  # rows of any feed
        """Let each row be told by its feed."""
        for row in rows:
            self.lines[_FEED_OF[type(row)]].append(row)

    def tell_closed(self, feed: str, of: int) -> None:
        """Let the feed tell of a record in a row that cannot be read."""
        self.lines[feed].append((CLOSED, of))

    def forget(self) -> None:
        """Know no token any more that was given out until now."""
        self.age += 1

    def asked(self) -> Counter[tuple[str, str | None]]:
        """Return what was asked since the last time."""
        calls, self.calls = self.calls, []
        return Counter(calls)

    async def feed(
        self, feed: Feed[Any], continue_from: str | None, priority: Priority
    ) -> FeedPage[Any]:
        """Give a page, as the client does."""
        self.calls.append((feed.name, continue_from))
        self.priorities.append(priority)
        if self.broken[feed.name] > 0:
            self.broken[feed.name] -= 1
            if self.broken[feed.name] == 0:
                raise UpstreamUnavailable("ServiceTitan fails.")
        age, _, start = (continue_from or f"{self.age}:0").partition(":")
        if int(age) != self.age:
            raise QuestionRefused("ServiceTitan refused the question.")
        line, end = self.lines[feed.name], int(start) + self.page
        told = line[int(start) : end]
        last = {row[1] if isinstance(row, tuple) else row.id: row for row in told}
        closed = tuple(of for of, row in last.items() if isinstance(row, tuple))
        return FeedPage(
            rows=tuple(row for row in told if not isinstance(row, tuple)),
            continue_from=f"{age}:{min(end, len(line))}",
            has_more=end < len(line),
            closed=closed,
            unreadable=sum(isinstance(row, tuple) for row in told),
        )


def customer(of: int, name: str = "Household", **more: Any) -> CustomerEntry:  # noqa: ANN401  # its fields
    """Return a customer as its feed tells it."""
    return CustomerEntry(id=CustomerId(of), name=name, **more)


def location(of: int, customer: int, name: str = "House", **more: Any) -> LocationEntry:  # noqa: ANN401  # its fields
    """Return a location as its feed tells it."""
    return LocationEntry(id=LocationId(of), customer_id=CustomerId(customer), name=name, **more)


def contact(
    of: int,
    customer: int,
    value: str | None,
    *,
    active: bool = True,
    kind: ContactType = ContactType.EMAIL,
) -> CustomerContactEntry:
    """Return a customer's contact as its feed tells it."""
    return CustomerContactEntry(
        id=ContactId(of), customer_id=CustomerId(customer), type=kind, value=value, active=active
    )


def tenant(
    of: int, location: int, value: str | None, *, active: bool = True
) -> LocationContactEntry:
    """Return a location's contact as its feed tells it."""
    return LocationContactEntry(
        id=ContactId(of),
        location_id=LocationId(location),
        type=ContactType.EMAIL,
        value=value,
        active=active,
    )


_FEED_OF: dict[type, str] = {
    CustomerEntry: CUSTOMERS,
    LocationEntry: LOCATIONS,
    CustomerContactEntry: CUSTOMER_CONTACTS,
    LocationContactEntry: LOCATION_CONTACTS,
}
