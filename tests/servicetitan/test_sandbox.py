"""The client against the sandbox: every question and every feed, compared with its raw rows."""

from collections.abc import AsyncIterator, Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.homes import QUIRKS, build
from adapters.sandbox.options import SandboxOptions
from adapters.servicetitan.appointments import APPOINTMENTS
from adapters.servicetitan.assignments import ASSIGNMENTS
from adapters.servicetitan.catalog import RESOURCES
from adapters.servicetitan.client import ServiceTitan, connect
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.feeds import (
    CUSTOMER_CONTACT_FEED,
    CUSTOMER_FEED,
    LOCATION_CONTACT_FEED,
    LOCATION_FEED,
)
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.job_types import JOB_TYPES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.locations import LOCATIONS
from adapters.servicetitan.payments import PAYMENTS
from adapters.servicetitan.resource import ALL, Feed, Resource

Row = dict[str, Any]

TODAY = date(2026, 11, 22)
HOMES = 5
QUESTIONS: list[tuple[Resource[Any], str, str, Callable[[Row], Iterable[int]]]] = [
    (CUSTOMERS, "id", "customers", lambda row: [row["id"]]),
    (LOCATIONS, "id", "locations", lambda row: [row["id"]]),
    (LOCATIONS, "customer_id", "locations", lambda row: [row["customerId"]]),
    (JOBS, "id", "jobs", lambda row: [row["id"]]),
    (JOBS, "customer_id", "jobs", lambda row: [row["customerId"]]),
    (JOBS, "location_id", "jobs", lambda row: [row["locationId"]]),
    (APPOINTMENTS, "id", "appointments", lambda row: [row["id"]]),
    (APPOINTMENTS, "customer_id", "appointments", lambda row: [row["customerId"]]),
    (
        ASSIGNMENTS,
        "appointment_id",
        "appointment-assignments",
        lambda row: [row["appointmentId"]],
    ),
    (INVOICES, "id", "invoices", lambda row: [row["id"]]),
    (INVOICES, "customer_id", "invoices", lambda row: [row["customer"]["id"]]),
    (
        PAYMENTS,
        "invoice_id",
        "payments",
        lambda row: [part["appliedTo"] for part in row["appliedTo"]],
    ),
    (JOB_TYPES, ALL, "job-types", lambda _row: [0]),
]


@pytest.fixture(scope="module")
def rows() -> dict[str, list[Row]]:
    return build(1, TODAY, HOMES)


@pytest.fixture
async def sandboxed() -> AsyncIterator[ServiceTitan]:
    """A client of a sandbox that does not mind haste."""
    options = SandboxOptions(today=TODAY, homes=HOMES, rate_per_second=100_000)
    told = options.credentials()
    connection = Connection(
        api_url=str(told["apiUrl"]),
        auth_url=str(told["authUrl"]),
        tenant_id=int(str(told["tenantId"])),
        client_id=str(told["clientId"]),
        client_secret=str(told["clientSecret"]),
        app_key=str(told["appKey"]),
    )
    client = connect(connection, transport=httpx.ASGITransport(create_sandbox(options)))
    yield client
    await client.aclose()


def test_every_resource_is_asked_by_every_key() -> None:
    asked = {(resource.name, by) for resource, by, _, _ in QUESTIONS}
    assert asked == {(resource.name, by) for resource in RESOURCES for by in resource.keys}


@pytest.mark.parametrize(
    ("resource", "by", "collection", "keys"),
    QUESTIONS,
    ids=[f"{resource.name} by {by}" for resource, by, _, _ in QUESTIONS],
)
async def test_every_question(
    sandboxed: ServiceTitan,
    rows: dict[str, list[Row]],
    resource: Resource[Any],
    by: str,
    collection: str,
    keys: Callable[[Row], Iterable[int]],
) -> None:
    any_of_them = resource.fixed.get("active") == "Any"
    expected: dict[int, set[int]] = {}
    for row in rows[collection]:
        for value in keys(row):
            ids = expected.setdefault(value, set())
            if any_of_them or row.get("active", True):
                ids.add(row["id"])
    nobodys = {} if by == ALL else {77: set[int]()}
    given = await sandboxed.ask(resource, by, [*expected, *nobodys])
    assert {value: _ids(found) for value, found in given.rows.items()} == expected | nobodys


async def test_jordans_2000_jobs_are_two_calls(sandboxed: ServiceTitan) -> None:
    given = await sandboxed.ask(JOBS, "customer_id", [1031])
    assert (len(_ids(given.rows[1031])), given.calls) == (2000, 2)


@pytest.mark.parametrize(
    ("feed", "collection"),
    [
        (CUSTOMER_FEED, "customers"),
        (CUSTOMER_CONTACT_FEED, "customer-contacts"),
        (LOCATION_FEED, "locations"),
        (LOCATION_CONTACT_FEED, "location-contacts"),
    ],
)
async def test_every_feed(
    sandboxed: ServiceTitan, rows: dict[str, list[Row]], feed: Feed[Any], collection: str
) -> None:
    page = await sandboxed.feed(feed, None)
    entries = {entry.id: entry for entry in page.rows}
    while page.has_more:
        page = await sandboxed.feed(feed, page.continue_from)
        entries |= {entry.id: entry for entry in page.rows}
    assert {key: entry.active for key, entry in entries.items()} == {
        row["id"]: row.get("active", True) for row in rows[collection]
    }
    assert (await sandboxed.feed(feed, page.continue_from)).rows == ()


@pytest.mark.parametrize(
    ("quirk", "resource", "by", "told"),
    [
        ("external-data-null", CUSTOMERS, "id", {}),
        ("tax-exempt-missing", CUSTOMERS, "id", {}),
        ("created-never", LOCATIONS, "id", {}),
        ("customer-po-null", JOBS, "id", {}),
        ("lead-source-of-nulls", JOBS, "id", {}),
        ("job-keys-missing", JOBS, "id", {"total": None, "invoice_id": None, "estimate_ids": ()}),
        ("job-total-zero", JOBS, "id", {"total": 0}),
        ("appointment-keys-missing", APPOINTMENTS, "id", {"active": True, "is_confirmed": False}),
        ("custom-fields-null", INVOICES, "id", {"active": True}),
        ("money-of-nineteen-decimals", INVOICES, "id", {"active": True}),
        ("invoice-keys-missing", INVOICES, "id", {"active": True, "paid_on": None}),
    ],
)
async def test_what_the_sandbox_is_careless_with_is_read(
    sandboxed: ServiceTitan, quirk: str, resource: Resource[Any], by: str, told: dict[str, object]
) -> None:
    _, key = QUIRKS[quirk]
    given = await sandboxed.ask(resource, by, [key])
    (row,) = _rows(given.rows[key])
    assert {name: getattr(row, name) for name in told} == told
    assert sandboxed.oddities == {}


async def test_nineteen_decimals_are_the_same_money(
    sandboxed: ServiceTitan, rows: dict[str, list[Row]]
) -> None:
    _, key = QUIRKS["money-of-nineteen-decimals"]
    (raw,) = (row for row in rows["invoices"] if row["id"] == key)
    (invoice,) = _rows((await sandboxed.ask(INVOICES, "id", [key])).rows[key])
    assert len(raw["total"].partition(".")[2]) == 19
    assert invoice.total == Decimal(raw["total"]) > 0


def _rows(found: Any) -> tuple[Any, ...]:  # noqa: ANN401  # rows of any model, or an error that fails here
    assert not isinstance(found, Exception), found
    return tuple(found)


def _ids(found: object) -> set[int]:
    return {row.id for row in _rows(found)}
