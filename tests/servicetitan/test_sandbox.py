"""The client against the sandbox: every question and every feed, compared with its raw rows."""

from collections.abc import AsyncIterator, Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.homes import OFFICE_ONLY, QUIRKS, build
from adapters.sandbox.options import SandboxOptions
from adapters.servicetitan.appointments import APPOINTMENTS
from adapters.servicetitan.assignments import ASSIGNMENTS
from adapters.servicetitan.business_units import BUSINESS_UNITS
from adapters.servicetitan.catalog import RESOURCES
from adapters.servicetitan.client import ServiceTitan, connect
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.estimates import ESTIMATES
from adapters.servicetitan.feeds import (
    CUSTOMER_CONTACT_FEED,
    CUSTOMER_FEED,
    LOCATION_CONTACT_FEED,
    LOCATION_FEED,
)
from adapters.servicetitan.installed_equipment import INSTALLED_EQUIPMENT, EquipmentStatus
from adapters.servicetitan.invoice_templates import INVOICE_TEMPLATES
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.job_types import JOB_TYPES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.locations import LOCATIONS
from adapters.servicetitan.membership_types import MEMBERSHIP_TYPES
from adapters.servicetitan.memberships import MEMBERSHIPS, MembershipStatus
from adapters.servicetitan.payments import PAYMENTS
from adapters.servicetitan.recurring_service_events import RECURRING_SERVICE_EVENTS
from adapters.servicetitan.recurring_services import RECURRING_SERVICES
from adapters.servicetitan.resource import ALL, Feed, Resource
from adapters.servicetitan.service_agreements import SERVICE_AGREEMENTS
from tests.unhurried import unhurried

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
    (ESTIMATES, "id", "estimates", lambda row: [row["id"]]),
    (ESTIMATES, "location_id", "estimates", lambda row: [row["locationId"]]),
    (ESTIMATES, "job_id", "estimates", lambda row: [row["jobId"]] if row["jobId"] else []),
    (INSTALLED_EQUIPMENT, "id", "installed-equipment", lambda row: [row["id"]]),
    (INSTALLED_EQUIPMENT, "location_id", "installed-equipment", lambda row: [row["locationId"]]),
    (MEMBERSHIPS, "id", "memberships", lambda row: [row["id"]]),
    (MEMBERSHIPS, "customer_id", "memberships", lambda row: [row["customerId"]]),
    (RECURRING_SERVICES, "id", "recurring-services", lambda row: [row["id"]]),
    (RECURRING_SERVICES, "membership_id", "recurring-services", lambda row: [row["membershipId"]]),
    (RECURRING_SERVICES, "location_id", "recurring-services", lambda row: [row["locationId"]]),
    (RECURRING_SERVICE_EVENTS, "id", "recurring-service-events", lambda row: [row["id"]]),
    (INVOICE_TEMPLATES, "id", "invoice-templates", lambda row: [row["id"]]),
    (SERVICE_AGREEMENTS, "id", "service-agreements", lambda row: [row["id"]]),
    (SERVICE_AGREEMENTS, "customer_id", "service-agreements", lambda row: [row["customerId"]]),
    (MEMBERSHIP_TYPES, ALL, "membership-types", lambda _row: [0]),
    (BUSINESS_UNITS, ALL, "business-units", lambda _row: [0]),
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
    transport = httpx.ASGITransport(create_sandbox(options))
    client = connect(connection, transport=transport, pace=unhurried())
    yield client
    await client.aclose()


def test_every_resource_is_asked_by_every_key() -> None:
    asked = {(resource.name, by) for resource, by, _, _ in QUESTIONS}
    proven = {(r.name, by) for r in RESOURCES for by, key in r.keys.items() if key.is_proven}
    every = {(resource.name, by) for resource in RESOURCES for by in resource.keys}
    assert proven - asked == {("estimates", "project_id")}  # no estimate of the seed has a project
    assert asked <= proven
    assert every - proven == {("recurring_service_events", "location_id")}


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
    assert not any(mark in repr(given.rows) for mark in OFFICE_ONLY)


async def test_visits_come_by_the_location_of_their_recurring_service(
    sandboxed: ServiceTitan, rows: dict[str, list[Row]]
) -> None:
    places = {service["id"]: service["locationId"] for service in rows["recurring-services"]}
    expected: dict[int, set[int]] = {77: set()}
    for row in rows["recurring-service-events"]:
        expected.setdefault(places[row["locationRecurringServiceId"]], set()).add(row["id"])
    given = await sandboxed.ask(RECURRING_SERVICE_EVENTS, "location_id", [*expected])
    assert {value: _ids(found) for value, found in given.rows.items()} == expected
    assert given.calls == len(expected) > 1


async def test_a_technician_who_is_assigned_can_be_followed(
    sandboxed: ServiceTitan, rows: dict[str, list[Row]]
) -> None:
    assigned = rows["appointment-assignments"][0]
    visit, technician = assigned["appointmentId"], assigned["technicianId"]
    others = {r["technicianId"] for r in rows["appointment-assignments"]} - {technician}
    given = await sandboxed.tracking(technician, visit)
    stranger = await sandboxed.tracking(others.pop(), visit)
    assert str(given.url).startswith("https://track.example.com/")
    assert (stranger.url, given.calls, stranger.calls) == (None, 1, 1)


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
        ("manufacturer-null", INSTALLED_EQUIPMENT, "id", {"manufacturer": None, "name": None}),
        (
            "status-missing",
            INSTALLED_EQUIPMENT,
            "id",
            {"status": EquipmentStatus.UNKNOWN, "active": True, "type": None},
        ),
        ("follow-up-never", MEMBERSHIPS, "id", {"status": MembershipStatus.ACTIVE}),
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


async def test_a_status_that_is_a_number_is_unknown_and_counted(sandboxed: ServiceTitan) -> None:
    _, key = QUIRKS["status-a-number"]
    (machine,) = _rows((await sandboxed.ask(INSTALLED_EQUIPMENT, "id", [key])).rows[key])
    assert machine.status is EquipmentStatus.UNKNOWN
    assert sandboxed.oddities == {"installed_equipment.status": 1}


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
