"""What an event names: records to be read again, and questions to be asked again."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

import msgspec

from adapters.servicetitan.appointments import APPOINTMENTS
from adapters.servicetitan.assignments import ASSIGNMENTS
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.estimates import ESTIMATES
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.locations import LOCATIONS
from adapters.servicetitan.memberships import MEMBERSHIPS
from adapters.servicetitan.payments import PAYMENTS
from adapters.servicetitan.resource import Resource
from adapters.servicetitan.service_agreements import SERVICE_AGREEMENTS

Members = Mapping[str, msgspec.Raw]

COMPLETED = "tn.jpm.job-completed"

DOCUMENTED = frozenset(
    {
        *(f"tn.acc.invoice-{what}" for what in ("updated", "posted", "batched", "exported")),
        *("tn.acc.invoice-task-created", "tn.acc.invoice-task-updated"),
        *(f"tn.jpm.job-{what}" for what in ("scheduled", "updated", "rescheduled")),
        *(COMPLETED, "tn.jpm.job-appointment-updated"),
        *("tn.dis.technician-dispatched", "tn.dis.zone-updated", "tn.dis.zone-deleted"),
        *("tn.crm.booking-updated", "tn.crm.lead-created", "tn.crm.lead-updated"),
        *("tn.sp.session-completed", "tn.sp.session-abandoned-qualified"),
        *("tn.tlc.call-completed", "tn.tlc.call-updated"),
    }
)
"""The types that ServiceTitan has documented (specifications of 2026-03 and its help pages)."""

NAMED: Mapping[str, Resource[Any]] = {
    "invoice": INVOICES,
    "job": JOBS,
    "appointment": APPOINTMENTS,
    "customer": CUSTOMERS,
    "location": LOCATIONS,
    "estimate": ESTIMATES,
    "payment": PAYMENTS,
    "membership": MEMBERSHIPS,
    "serviceAgreement": SERVICE_AGREEMENTS,
}
"""Members of an event's data that are a record: also of types that are not documented yet."""


class Name(NamedTuple):
    """Every row of this resource whose `by` is this value; by "id" the record itself."""

    resource: str
    by: str
    value: int


_Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
_ID = msgspec.json.Decoder(_Id)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def names_in(kind: str, data: Members) -> tuple[tuple[Name, ...], int]:
    """Which records and questions does the data of an event of this kind name?

    An appointment stands for who goes to it, and for its job; a job for its first and last
    appointments, and once it is completed for its invoice, whose making has no event. The second
    part is how many ids could not be read. However long the data, there are a few names at most.
    """
    found: dict[Name, None] = {}
    odd = 0
    parts = {name: data[name] for name in NAMED if name in data}
    for member, raw in parts.items():
        record = _record(raw)
        number = _number(record, "id")
        if number is None:
            odd += 1
            continue
        found[Name(NAMED[member].name, "id", number)] = None
        found |= dict.fromkeys(_beside(kind, member, number, record))
    rescheduled = _number(data, "appointmentId")
    if rescheduled is not None:
        found |= dict.fromkeys(_visit(rescheduled))
    return tuple(found), odd


def _beside(kind: str, member: str, number: int, record: Members) -> Iterator[Name]:
    if member == "appointment":
        yield from _visit(number)
        if (job := _number(record, "jobId")) is not None:
            yield Name(JOBS.name, "id", job)
    if member == "job":
        for end in ("firstAppointmentId", "lastAppointmentId"):
            if (visit := _number(record, end)) is not None:
                yield Name(APPOINTMENTS.name, "id", visit)
        if kind == COMPLETED and (invoice := _number(record, "invoiceId")) is not None:
            yield Name(INVOICES.name, "id", invoice)


def _visit(number: int) -> Iterator[Name]:
    yield Name(APPOINTMENTS.name, "id", number)
    yield Name(ASSIGNMENTS.name, "appointment_id", number)


def _record(raw: msgspec.Raw) -> Members:
    try:
        return _MEMBERS.decode(raw)
    except _UNREADABLE:
        return {}


def _number(record: Members, member: str) -> int | None:
    """Read an id of ServiceTitan's, None where there is none or it cannot be one."""
    raw = record.get(member)
    try:
        return None if raw is None else _ID.decode(raw)
    except _UNREADABLE:
        return None
