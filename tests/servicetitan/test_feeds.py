"""Feeds are read on from where they were left."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

from adapters.servicetitan.client import FeedPage, ServiceTitan
from adapters.servicetitan.errors import UpstreamBusy, UpstreamRejected, UpstreamUnavailable
from adapters.servicetitan.feeds import (
    CUSTOMER_CONTACT_FEED,
    CUSTOMER_FEED,
    LOCATION_CONTACT_FEED,
    LOCATION_FEED,
    ContactType,
    CustomerContactEntry,
)
from adapters.servicetitan.model import ContactId, CustomerId
from adapters.servicetitan.resource import Feed
from tests.virtual_time import VIRTUALLY

Asked = Callable[[], list[dict[str, str]]]

CONTACT = {
    "customerId": 240000012,
    "active": True,
    "modifiedOn": "2019-11-14T10:24:07.4726935Z",
    "phoneSettings": None,
    "id": 240400002,
    "type": "Email",
    "value": " Pat@Example.com ",
    "memo": "Office only",
}


async def test_a_page_of_contacts_as_it_was_seen(
    client: ServiceTitan, upstream: respx.MockRouter, asked: Asked
) -> None:
    told = {"hasMore": True, "continueFrom": "ARfeFsjsaNdIpNpY", "data": [CONTACT]}
    upstream.get(path="/crm/v2/tenant/1234567/export/customers/contacts").respond(json=told)
    entry = CustomerContactEntry(
        id=ContactId(240400002),
        customer_id=CustomerId(240000012),
        type=ContactType.EMAIL,
        value="Pat@Example.com",
        active=True,
    )
    assert await client.feed(CUSTOMER_CONTACT_FEED, "token&1") == FeedPage(
        rows=(entry,), continue_from="ARfeFsjsaNdIpNpY", has_more=True
    )
    assert asked() == [{"from": "token&1", "includeRecentChanges": "true"}]


@pytest.mark.parametrize(
    ("feed", "path"),
    [
        (CUSTOMER_FEED, "export/customers"),
        (CUSTOMER_CONTACT_FEED, "export/customers/contacts"),
        (LOCATION_FEED, "export/locations"),
        (LOCATION_CONTACT_FEED, "export/locations/contacts"),
    ],
)
async def test_the_first_reading_names_no_start(
    client: ServiceTitan, upstream: respx.MockRouter, asked: Asked, feed: Feed[Any], path: str
) -> None:
    told = {"hasMore": False, "continueFrom": "a", "data": []}
    upstream.get(path=f"/crm/v2/tenant/1234567/{path}").respond(json=told)
    page = await client.feed(feed, None)
    assert page == FeedPage(rows=(), continue_from="a", has_more=False)
    assert asked() == [{"includeRecentChanges": "true"}]


async def test_caught_up_may_stay_where_it_is(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    told = {"hasMore": False, "continueFrom": "a", "data": []}
    upstream.get(path__regex=".*/export/customers$").respond(json=told)
    assert (await client.feed(CUSTOMER_FEED, "a")).continue_from == "a"


@pytest.mark.parametrize(
    "told",
    [
        {"hasMore": False, "data": []},
        {"hasMore": False, "continueFrom": None, "data": []},
        {"hasMore": True, "continueFrom": "a", "data": [{"id": 1}]},
        {"hasMore": False, "continueFrom": "b", "data": None},
        {"continueFrom": "b", "data": []},
        {"hasMore": False, "continueFrom": "b"},
    ],
)
async def test_a_feed_that_cannot_be_followed_is_refused(
    client: ServiceTitan, upstream: respx.MockRouter, told: dict[str, object]
) -> None:
    upstream.get(path__regex=".*/export/customers$").respond(json=told)
    with pytest.raises(UpstreamRejected):
        await client.feed(CUSTOMER_FEED, "a")


@VIRTUALLY
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(503), UpstreamUnavailable),
        (httpx.Response(429), UpstreamBusy),
        (httpx.Response(403), UpstreamRejected),
    ],
)
async def test_troubles_are_raised(
    client: ServiceTitan, upstream: respx.MockRouter, answer: httpx.Response, error: type[Exception]
) -> None:
    upstream.get(path__regex=".*/export/locations$").mock(return_value=answer)
    with pytest.raises(error, match="location feed"):
        await client.feed(LOCATION_FEED, None)


async def test_odd_rows_are_counted_by_feed_and_field(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    rows = [{"id": 1, "active": "?"}, {"id": 2, "active": None}, {"id": 3, "type": 4}]
    told = {"hasMore": False, "continueFrom": "a", "data": rows}
    upstream.get(path__regex=".*/export/customers$").respond(json=told)
    await client.feed(CUSTOMER_FEED, None)
    assert client.oddities == {"customer feed.active": 2, "customer feed.type": 1}


EMAIL = {"type": "Email", "value": "a@example.com", "active": True}


@pytest.mark.parametrize(
    ("feed", "rows", "read", "closed", "unreadable"),
    [
        # A record whose owner cannot be read belongs to nobody.
        (CUSTOMER_CONTACT_FEED, [{"id": 1, **EMAIL}], [], (1,), 1),
        (CUSTOMER_CONTACT_FEED, [{"id": 1, "customerId": "?", **EMAIL}], [], (1,), 1),
        (LOCATION_FEED, [{"id": 1, "active": True}, {"id": 2, "customerId": 3}], [2], (1,), 1),
        (LOCATION_CONTACT_FEED, [{"id": 1, "locationId": None, **EMAIL}], [], (1,), 1),
        # Whether it is live cannot be read: it is not.
        (CUSTOMER_FEED, [{"id": 1, "active": "?"}, {"id": 2}], [2], (1,), 1),
        (CUSTOMER_FEED, [{"id": 1, "active": None}, {"id": 2}], [2], (1,), 1),
        (CUSTOMER_FEED, [{"id": 1, "mergedToId": "?"}], [], (1,), 1),
        (LOCATION_FEED, [{"id": 1, "customerId": 2, "active": 1}], [], (1,), 1),
        # What it is called, and of which kind it is, opens nothing.
        (CUSTOMER_FEED, [{"id": 1, "name": None, "type": 4}], [1], (), 0),
        # A row that names nothing closes nothing.
        (CUSTOMER_FEED, [{"id": 1}, {"name": "No id"}, 7, None, []], [1], (), 4),
        (CUSTOMER_FEED, [{"id": 2**63}, {"id": 0}, {"id": 2**63 - 1}], [2**63 - 1], (), 2),
        # The last word on a record counts.
        (CUSTOMER_FEED, [{"id": 1}, {"id": 1, "active": "?"}], [1], (1,), 1),
        (CUSTOMER_FEED, [{"id": 1, "active": "?"}, {"id": 1}], [1], (), 1),
    ],
)
async def test_a_row_that_cannot_be_read_is_closed_and_blocks_nothing(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    feed: Feed[Any],
    rows: list[object],
    read: list[int],
    closed: tuple[int, ...],
    unreadable: int,
) -> None:
    told = {"hasMore": False, "continueFrom": "b", "data": rows}
    upstream.get(path=f"/{feed.path.format(tenant=1234567)}").respond(json=told)
    page = await client.feed(feed, "a")
    assert [row.id for row in page.rows] == read
    assert (page.closed, page.unreadable, page.continue_from) == (closed, unreadable, "b")
    assert client.oddities.total() >= unreadable
