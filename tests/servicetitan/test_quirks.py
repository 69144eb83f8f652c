"""ServiceTitan's carelessness, row by row: what it sends, and what is made of it."""

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from adapters.servicetitan.addresses import Address
from adapters.servicetitan.appointments import Appointment, AppointmentStatus
from adapters.servicetitan.assignments import Assignment, AssignmentStatus
from adapters.servicetitan.business_units import BusinessUnit
from adapters.servicetitan.catalog import FEEDS, RESOURCES
from adapters.servicetitan.customers import Customer, CustomerType
from adapters.servicetitan.decoding import decode
from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.estimates import Estimate, ReviewStatus
from adapters.servicetitan.feeds import (
    ContactType,
    CustomerContactEntry,
    CustomerEntry,
    LocationContactEntry,
    LocationEntry,
)
from adapters.servicetitan.installed_equipment import Equipment, EquipmentStatus
from adapters.servicetitan.invoice_templates import InvoiceTemplate
from adapters.servicetitan.invoices import Invoice
from adapters.servicetitan.job_types import JobType
from adapters.servicetitan.jobs import Job, JobStatus
from adapters.servicetitan.locations import Location
from adapters.servicetitan.membership_types import MembershipType
from adapters.servicetitan.memberships import BillingFrequency, Membership, MembershipStatus
from adapters.servicetitan.model import Model
from adapters.servicetitan.payments import Payment
from adapters.servicetitan.recurring_service_events import FollowUpStatus, RecurringServiceEvent
from adapters.servicetitan.recurring_services import RecurringService
from adapters.servicetitan.service_agreements import (
    AgreementStatus,
    BillingSchedule,
    ServiceAgreement,
)

MODELS: tuple[type[Model], ...] = tuple(
    source.model for group in (RESOURCES, FEEDS) for source in group
)
REQUIRED: dict[type[Model], dict[str, object]] = {
    Customer: {"id": 1},
    Location: {"id": 1, "customerId": 2},
    Job: {"id": 1, "customerId": 2, "locationId": 3},
    Appointment: {"id": 1, "customerId": 2, "jobId": 3},
    Assignment: {"id": 1, "appointmentId": 2},
    Invoice: {"id": 1},
    Payment: {"id": 1},
    JobType: {"id": 1},
    Estimate: {"id": 1},
    Equipment: {"id": 1, "customerId": 2, "locationId": 3},
    Membership: {"id": 1, "customerId": 2},
    MembershipType: {"id": 1},
    RecurringService: {"id": 1, "locationId": 2},
    RecurringServiceEvent: {"id": 1, "locationRecurringServiceId": 2},
    InvoiceTemplate: {"id": 1},
    ServiceAgreement: {"id": 1, "customerId": 2},
    BusinessUnit: {"id": 1},
    CustomerEntry: {"id": 1},
    CustomerContactEntry: {"id": 1, "customerId": 2},
    LocationEntry: {"id": 1, "customerId": 2},
    LocationContactEntry: {"id": 1, "locationId": 2},
}


def _read(model: type[Model], /, **row: object) -> tuple[Any, Counter[str]]:
    """Decode one row of that model, its required members filled in."""
    oddities: Counter[str] = Counter()
    body = msgspec.json.encode({"hasMore": False, "data": [REQUIRED[model] | row]})
    return decode(model, body, "rows", oddities).data[0], oddities


def _value(model: type[Model], member: str, told: object) -> tuple[object, Counter[str]]:
    row, oddities = _read(model, **{member: told})
    fields = {field.encode_name: field.name for field in msgspec.structs.fields(model)}
    return getattr(row, fields[member]), oddities


@pytest.mark.parametrize("model", MODELS)
def test_g8_only_ids_and_owners_are_required(model: type[Model]) -> None:
    row, oddities = _read(model)
    required = {f.encode_name for f in msgspec.structs.fields(model) if f.required}
    assert required == set(REQUIRED[model])
    assert oddities == Counter()
    assert {value for value in msgspec.structs.astuple(row) if isinstance(value, str)} <= {""}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("bad", [None, "7", 7.5, True, [], {}, "missing"])
def test_without_an_id_or_an_owner_nothing_of_the_answer_is_used(
    model: type[Model], bad: object
) -> None:
    whole = dict(REQUIRED[model])
    for member in whole:
        row = {name: value for name, value in whole.items() if name != member}
        row |= {} if bad == "missing" else {member: bad}
        body = msgspec.json.encode({"hasMore": False, "data": [whole, row]})
        with pytest.raises(UpstreamRejected, match="not one we can read"):
            decode(model, body, "rows", Counter())


@pytest.mark.parametrize("model", MODELS)
def test_g4_null_against_the_specification_is_the_default(model: type[Model]) -> None:
    nulls = {f.encode_name: None for f in msgspec.structs.fields(model) if not f.required}
    row, _ = _read(model, **nulls)
    assert row == _read(model)[0]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("odd", ["?", -1.5, True, {"?": 1}, [None], [[]], {"id": "?"}, [{}]])
def test_what_cannot_be_read_is_the_default_and_is_counted(model: type[Model], odd: object) -> None:
    for field in msgspec.structs.fields(model):
        if not field.required:
            row, oddities = _read(model, **{field.encode_name: odd})
            if oddities:
                assert getattr(row, field.name) == field.default
                assert oddities[f"rows.{field.name}"] == 1


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ("79.00", "79.00"),
        ("0.00", "0.00"),
        ("-79.00", "-79.00"),
        ("1.0000000000000000000", "1.0000000000000000000"),
        ("0.0000000000", "0E-10"),
        ("1234567890123.45", "1234567890123.45"),
        (79, "79"),
        (0.1, "0.1"),
        (-5.25, "-5.25"),
    ],
)
def test_g2_money_comes_as_strings_or_numbers(told: object, value: str) -> None:
    assert _value(Invoice, "balance", told) == (Decimal(value), Counter())


@pytest.mark.parametrize(
    "told",
    [
        *("NaN", "sNaN", "Infinity", "-Infinity", "1e9", "1E+1000000", "-0.00", "1,234.50", ""),
        *("12345678901234", "9" * 30, "79.00 USD", "$79", "null", True, [], {}, 1e22),
    ],
)
def test_up13_money_nobody_could_mean_is_none(told: object) -> None:
    assert _value(Invoice, "balance", told) == (None, Counter({"rows.balance": 1}))


def test_up13_an_exponent_in_a_number_is_refused_too() -> None:
    body = b'{"hasMore":false,"data":[{"id":1,"balance":1e9,"total":NaN}]}'
    with pytest.raises(UpstreamRejected):
        decode(Invoice, body, "rows", Counter())
    oddities: Counter[str] = Counter()
    row = decode(Invoice, body.replace(b"NaN", b"5"), "rows", oddities).data[0]
    assert (row.balance, row.total, oddities) == (None, Decimal(5), Counter({"rows.balance": 1}))


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ("2024-03-13T18:06:06Z", datetime(2024, 3, 13, 18, 6, 6, tzinfo=UTC)),
        ("2024-03-13T18:06:06.3Z", datetime(2024, 3, 13, 18, 6, 6, 300000, tzinfo=UTC)),
        ("2024-03-13T18:06:06.322071Z", datetime(2024, 3, 13, 18, 6, 6, 322071, tzinfo=UTC)),
        ("2024-03-13T18:06:06.3220711Z", datetime(2024, 3, 13, 18, 6, 6, 322071, tzinfo=UTC)),
        (
            "2024-03-13T18:06:06-06:00",
            datetime(2024, 3, 13, 18, 6, 6, tzinfo=timezone(timedelta(hours=-6))),
        ),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59Z", None),
        (None, None),
    ],
)
def test_g3_moments(told: object, value: datetime | None) -> None:
    assert _value(Job, "completedOn", told) == (value, Counter())


@pytest.mark.parametrize(
    "told",
    ["2024-03-13T18:06:06", "2024-03-13", "2024-02-30T00:00:00Z", "yesterday", "", 1710353166],
)
def test_up14_moments_without_zone_or_sense_are_none(told: object) -> None:
    assert _value(Job, "completedOn", told) == (None, Counter({"rows.completed_on": 1}))


@pytest.mark.parametrize(
    ("model", "member", "told", "value"),
    [
        (Job, "jobStatus", "InProgress", JobStatus.IN_PROGRESS),
        (Appointment, "status", "Done", AppointmentStatus.DONE),
        (Assignment, "status", "Dispatched", AssignmentStatus.DISPATCHED),
        (Customer, "type", "Commercial", CustomerType.COMMERCIAL),
        (CustomerContactEntry, "type", "MobilePhone", ContactType.MOBILE_PHONE),
        (Estimate, "reviewStatus", "None", ReviewStatus.NONE),
        (Estimate, "reviewStatus", "NotApproved", ReviewStatus.NOT_APPROVED),
        (Equipment, "status", "Replaced", EquipmentStatus.REPLACED),
        (Membership, "status", "Suspended", MembershipStatus.SUSPENDED),
        (Membership, "billingFrequency", "BiAnnual", BillingFrequency.BI_ANNUAL),
        (RecurringServiceEvent, "status", "Won", FollowUpStatus.WON),
        (ServiceAgreement, "status", "AutoRenew", AgreementStatus.AUTO_RENEW),
        (ServiceAgreement, "billingSchedule", "Biannual", BillingSchedule.BIANNUAL),
    ],
)
def test_known_words(model: type[Model], member: str, told: object, value: object) -> None:
    assert _value(model, member, told) == (value, Counter())


@pytest.mark.parametrize("told", [0, 1, "Paused", "done", "", None, False, ["Done"]])
@pytest.mark.parametrize(
    ("model", "member", "unknown"),
    [
        (Job, "jobStatus", JobStatus.UNKNOWN),
        (Appointment, "status", AppointmentStatus.UNKNOWN),
        (Assignment, "status", AssignmentStatus.UNKNOWN),
        (Customer, "type", CustomerType.UNKNOWN),
        (LocationContactEntry, "type", ContactType.UNKNOWN),
        (Estimate, "reviewStatus", ReviewStatus.UNKNOWN),
        (Equipment, "status", EquipmentStatus.UNKNOWN),
        (Membership, "status", MembershipStatus.UNKNOWN),
        (Membership, "billingFrequency", BillingFrequency.UNKNOWN),
        (RecurringServiceEvent, "status", FollowUpStatus.UNKNOWN),
        (ServiceAgreement, "status", AgreementStatus.UNKNOWN),
        (ServiceAgreement, "billingSchedule", None),
    ],
)
def test_g5_numbers_and_new_words_are_unknown(
    model: type[Model], member: str, told: object, unknown: object
) -> None:
    assert _value(model, member, told)[0] is unknown


def test_g6_the_type_id_of_a_payment_may_be_a_string() -> None:
    row, oddities = _read(Payment, typeId="144", type="Check")
    assert (row.type, oddities) == ("Check", Counter())


def test_g7_a_reference_to_0_is_none() -> None:
    row, oddities = _read(Job, membershipId=0, projectId=0, invoiceId=0, jobTypeId=0, total=0)
    assert (row.membership_id, row.project_id, row.invoice_id, row.job_type_id) == (None,) * 4
    assert (row.total, oddities) == (Decimal(0), Counter())


def test_g7_names_lose_their_stray_spaces() -> None:
    address = {"street": " 1 Test Lane", "unit": " ", "city": "Springfield "}
    row, oddities = _read(Customer, name="ASHLY EXAMPLE ", address=address)
    assert row.name == "ASHLY EXAMPLE"
    assert row.address == Address(street="1 Test Lane", unit=None, city="Springfield")
    assert oddities == Counter()


def test_g10_html_is_kept_as_it_came_for_whoever_cleans_it() -> None:
    html = "<p>Replaced <b>valve</b></p><script>alert(1)</script>"
    assert _value(Invoice, "summary", html) == (html, Counter())


@pytest.mark.parametrize("model", [CustomerContactEntry, LocationContactEntry])
@pytest.mark.parametrize("active", [None, 1, "true", []])
def test_a_contact_that_is_not_said_to_be_active_is_not(model: type[Model], active: object) -> None:
    assert _read(model)[0].active is False
    assert _value(model, "active", active)[0] is False
    assert _value(model, "active", told=True)[0] is True
