"""What a delivery must be to be an event, and what each kind of event names."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.changes.events import Event, NoEvent, OtherTenant, read_event
from adapters.changes.names import DOCUMENTED, Name

TENANT = 1234567
LARGEST = 2**63 - 1


def delivery(kind: str = "tn.jpm.job-updated", /, **data: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
    """Return a delivery as ServiceTitan makes it."""
    return {
        "specversion": "1.0",
        "id": "b1f0",
        "type": kind,
        "time": "2026-02-03T17:05:11.123Z",
        "source": "https://webhooks.servicetitan.io",
        "userassignedid": "job-updated-845102",
        "datacontenttype": "application/json",
        "data": data | {"tenantId": TENANT, "tenantName": "acme"},
    }


def read(told: object) -> Event:
    return read_event(json.dumps(told).encode(), TENANT)


JOB = {
    "id": 7,
    "customerId": 1,
    "locationId": 2,
    "firstAppointmentId": 11,
    "lastAppointmentId": 12,
    "invoiceId": 5,
}
JOBS = {Name("jobs", "id", 7), Name("appointments", "id", 11), Name("appointments", "id", 12)}


def visit(of: int) -> set[Name]:
    return {Name("appointments", "id", of), Name("assignments", "appointment_id", of)}


INVOICE = {"id": 5, "balance": "0.00", "customer": {"id": 1}}
TASK = {"id": "0e2c9d0e-0000-0000-0000-000000000000"}
ONE_INVOICE = {Name("invoices", "id", 5)}


@pytest.mark.parametrize(
    ("kind", "data", "names"),
    [
        *(
            (f"tn.acc.invoice-{of}", {"invoice": INVOICE}, ONE_INVOICE)
            for of in ("updated", "posted")
        ),
        *(
            (f"tn.acc.invoice-{of}", {"invoice": INVOICE}, ONE_INVOICE)
            for of in ("batched", "exported")
        ),
        ("tn.acc.invoice-task-created", {"invoice": {"id": 5}, "task": TASK}, ONE_INVOICE),
        ("tn.acc.invoice-task-updated", {"invoice": {"id": 5}, "task": TASK}, ONE_INVOICE),
        ("tn.jpm.job-scheduled", {"job": JOB}, JOBS),
        ("tn.jpm.job-updated", {"job": JOB, "manageEmployeeEmail": None}, JOBS),
        ("tn.jpm.job-completed", {"job": JOB}, JOBS | ONE_INVOICE),
        ("tn.jpm.job-completed", {"job": JOB | {"invoiceId": None}}, JOBS),
        ("tn.jpm.job-rescheduled", {"job": JOB, "appointmentId": 13}, JOBS | visit(13)),
        (
            "tn.jpm.job-appointment-updated",
            {"appointment": {"id": 11, "jobId": 7}},
            visit(11) | {Name("jobs", "id", 7)},
        ),
        (
            "tn.dis.technician-dispatched",
            {"job": {"id": 7}, "appointment": {"id": 11}},
            visit(11) | {Name("jobs", "id", 7)},
        ),
        ("tn.dis.zone-updated", {"zone": {"id": 9}}, set()),
        ("tn.dis.zone-deleted", {"zone": {"id": 9}}, set()),
        ("tn.crm.booking-updated", {"booking": {"id": 9}}, set()),
        ("tn.crm.lead-created", {"lead": {"id": 9, "customerId": 1}}, set()),
        ("tn.crm.lead-updated", {"lead": {"id": 9}}, set()),
        ("tn.sp.session-completed", {"session": {"id": 9}}, set()),
        ("tn.sp.session-abandoned-qualified", {"session": {"id": 9}}, set()),
        ("tn.tlc.call-completed", {"call": {"id": 9}}, set()),
        ("tn.tlc.call-updated", {"call": {"id": 9}}, set()),
    ],
)
def test_what_each_documented_kind_names(kind: str, data: dict[str, Any], names: set[Name]) -> None:
    event = read(delivery(kind, **data))
    assert set(event.names) == names
    assert len(event.names) == len(names)
    assert (event.is_documented, event.odd) == (True, 0)


def test_every_documented_kind_stands_in_the_table_above() -> None:
    marks = test_what_each_documented_kind_names.pytestmark
    assert {row[0] for row in marks[0].args[1]} == DOCUMENTED


@pytest.mark.parametrize(
    ("member", "resource"),
    [
        ("customer", "customers"),
        ("location", "locations"),
        ("estimate", "estimates"),
        ("payment", "payments"),
        ("membership", "memberships"),
        ("serviceAgreement", "service_agreements"),
    ],
)
def test_wh13_a_kind_nobody_knows_names_what_can_be_told(member: str, resource: str) -> None:
    event = read(delivery("tn.new.thing-happened", **{member: {"id": 3}}))
    assert event.names == (Name(resource, "id", 3),)
    assert not event.is_documented


@pytest.mark.parametrize(
    "of", ["7", 7.5, 2**63, 2**64, 0, -1, True, None, [7], {"id": 7}, "", 1e300]
)
def test_wh13_an_id_that_is_none_names_nothing_and_is_counted(of: object) -> None:
    event = read(delivery("tn.jpm.job-updated", job=JOB | {"id": of}))
    assert (event.names, event.odd) == ((), 1)
    beside = read(delivery("tn.jpm.job-updated", job=JOB | {"lastAppointmentId": of}))
    assert set(beside.names) == JOBS - {Name("appointments", "id", 12)}


@pytest.mark.parametrize("job", [7, "7", [JOB], None, [], True])
def test_wh13_a_record_that_is_none_names_nothing(job: object) -> None:
    event = read(delivery("tn.jpm.job-updated", job=job))
    assert (event.names, event.odd) == ((), 1)


def test_the_largest_id_is_one() -> None:
    event = read(delivery("tn.acc.invoice-updated", invoice={"id": LARGEST}))
    assert event.names == (Name("invoices", "id", LARGEST),)


def test_wh14_however_many_ids_an_event_has_it_names_a_few() -> None:
    many = {f"x{number}Id": number for number in range(1, 5000)}
    job = JOB | many | {"estimateIds": list(range(1, 5000))}
    data = {"job": job, "jobs": [job] * 3, "appointmentId": 13}
    data |= {"appointment": {"id": 11, "jobId": 8}, "invoice": INVOICE}
    assert len(read(delivery("tn.jpm.job-completed", **data)).names) == 8


@pytest.mark.parametrize("name", ["specversion", "id", "type", "source", "userassignedid", "data"])
def test_wh13_each_member_that_is_needed(name: str) -> None:
    told = delivery(job=JOB)
    del told[name]
    with pytest.raises(NoEvent):
        read(told)
    for wrong in (None, 1, 1.5, True, [], ["x"], "" if name != "source" else None):
        with pytest.raises(NoEvent):
            read(delivery(job=JOB) | {name: wrong})


@pytest.mark.parametrize(
    "wrong", [{"specversion": "0.3"}, {"specversion": 1.0}, {"time": 5}, {"datacontenttype": 1}]
)
def test_types_are_strict(wrong: dict[str, object]) -> None:
    with pytest.raises(NoEvent):
        read(delivery(job=JOB) | wrong)


def test_members_that_nobody_knows_do_no_harm() -> None:
    plain = read(delivery(job=JOB))
    assert read(delivery(job=JOB) | {"traceparent": "00-1", "sequence": 4}) == plain


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b"\xff\xfe", b'"x"', b"[" * 100_000, b'{"a":' * 50_000]
)
def test_what_is_no_event_at_all(body: bytes) -> None:
    with pytest.raises(NoEvent):
        read_event(body, TENANT)


@pytest.mark.parametrize(
    "of", [7654321, "1234567", 1234567.5, None, True, [TENANT], -TENANT, 2**64, "drop"]
)
def test_another_tenants_event_is_none_of_ours(of: object) -> None:
    told = delivery(job=JOB)
    told["data"]["tenantId"] = of
    if of == "drop":
        del told["data"]["tenantId"]
    with pytest.raises(OtherTenant):
        read(told)


def test_deliveries_of_one_occurrence_are_one_event() -> None:
    told = delivery(job=JOB)
    again = told | {"id": "another", "time": "2026-02-03T17:09:00Z"}
    assert read(told) == read(again)
    altered = delivery(job=JOB | {"total": 1})
    assert read(altered).occurrence == read(told).occurrence
    assert read(altered).digest != read(told).digest
    other_kind = told | {"type": "tn.jpm.job-scheduled"}
    assert read(other_kind).digest != read(told).digest
    assert read(told | {"userassignedid": "x"}).occurrence != read(told).occurrence


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    with pytest.raises((NoEvent, OtherTenant)):
        read_event(body, TENANT)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=10,
)
MEMBERS = ["invoice", "job", "appointment", "customer", "location", "estimate", "appointmentId"]


@given(
    st.dictionaries(
        st.sampled_from(MEMBERS),
        JSON | st.fixed_dictionaries({"id": JSON, "jobId": JSON, "firstAppointmentId": JSON}),
    ),
    st.sampled_from([*DOCUMENTED, "tn.new.kind"]),
)
def test_whatever_its_data_is_an_event_names_ids_and_nothing_else(
    data: dict[str, Any], kind: str
) -> None:
    event = read_event(json.dumps(delivery(kind, **data)).encode(), TENANT)
    assert all(type(name.value) is int and 0 < name.value <= LARGEST for name in event.names)
    assert len(event.names) <= 12
