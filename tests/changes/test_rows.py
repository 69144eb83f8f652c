"""A row of a feed names the same questions as the record itself, for all of the sandbox."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest

from adapters.cache.changes import questions_of
from adapters.changes.sources import SOURCES, Source
from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions
from adapters.servicetitan.catalog import RESOURCES
from adapters.servicetitan.change_feeds import ASSIGNMENT_CHANGES
from adapters.servicetitan.client import ServiceTitan, connect
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.resource import ALL, Feed

SANDBOX = "http://127.0.0.1:8010"
WITHOUT_FEED = {"job_types"}


OPTIONS = SandboxOptions(
    public_url=SANDBOX, today=date(2026, 7, 14), homes=4, rate_per_second=100_000
)


@pytest.fixture
def wire() -> httpx.ASGITransport:
    """The way to a sandbox with a few homes."""
    return httpx.ASGITransport(create_sandbox(OPTIONS))


@pytest.fixture
async def client(wire: httpx.ASGITransport) -> AsyncIterator[ServiceTitan]:
    """A client of it."""
    given: dict[str, Any] = OPTIONS.credentials()
    connection = Connection(
        api_url=SANDBOX,
        auth_url=SANDBOX,
        tenant_id=given["tenantId"],
        client_id=given["clientId"],
        client_secret=given["clientSecret"],
        app_key=given["appKey"],
    )
    client = connect(connection, transport=wire)
    yield client
    await client.aclose()


def test_every_resource_that_is_read_has_its_feed_followed() -> None:
    followed = [source.resource.name for source in SOURCES]
    assert sorted(followed) == sorted({of.name for of in RESOURCES} - WITHOUT_FEED)


async def test_who_was_taken_off_a_visit_is_told_of_too(
    client: ServiceTitan, wire: httpx.ASGITransport
) -> None:
    first = (await client.feed(ASSIGNMENT_CHANGES, None)).rows[0]
    async with httpx.AsyncClient(transport=wire, base_url=SANDBOX) as control:
        gone = await control.delete(f"/_sandbox/records/appointment-assignments/{first.id}")
        assert gone.json()["active"] is False
    assert (await told(client, ASSIGNMENT_CHANGES))[-1] == first


async def told(client: ServiceTitan, feed: Feed[Any]) -> list[Any]:
    rows: list[Any] = []
    token: str | None = None
    while True:
        page = await client.feed(feed, token)
        assert page.unreadable == 0
        rows += page.rows
        token = page.continue_from
        if not page.has_more:
            return rows


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
async def test_a_feeds_row_answers_what_the_record_answers(
    client: ServiceTitan, source: Source
) -> None:
    resource = source.resource
    rows = {row.id: row for row in await told(client, source.feed)}
    assert rows, "the sandbox has none of these"
    by = next(of for of, key in resource.keys.items() if key.is_proven)
    some = list(rows)[:1000] if by == "id" else _answered(source, rows.values(), by)
    answer = await client.ask(resource, by, [0] if by == ALL else some)
    records = [row for of in answer.rows.values() for row in _whole(of)]
    compared = 0
    for record in {record.id: record for record in records}.values():
        expected = set(questions_of(resource, [record]))
        assert set(questions_of(resource, [rows[record.id]])) == expected
        compared += 1
    assert compared > 0


def _answered(source: Source, rows: Any, by: str) -> list[int]:  # noqa: ANN401  # of any feed
    questions = questions_of(source.resource, rows)
    return list(dict.fromkeys(value for of, value in questions if of == by))[:1000]


def _whole(told: Any) -> Any:  # noqa: ANN401  # rows, or why there are none
    assert not isinstance(told, Exception), told
    return told
