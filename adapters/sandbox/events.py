"""Which event a change makes, in the payload shapes of the 2026-03 specifications."""

from collections.abc import Mapping
from uuid import uuid4

import msgspec

from adapters.sandbox.clock import now, ticks
from adapters.sandbox.collections.accounting import INVOICES
from adapters.sandbox.collections.jpm import APPOINTMENTS, JOBS
from adapters.sandbox.options import TENANT_ID, TENANT_NAME
from adapters.sandbox.rows import Raw
from adapters.sandbox.store import Store

TICKS_PER_HOUR = 36_000_000_000

#: Columns of the lists' models that the events' models do not have.
INVOICE_KEEPS_BACK = frozenset(
    {
        *("items", "summary", "customFields", "active", "discountTotal", "paidOn"),
        *("membershipId", "invoiceConfiguration", "importId", "exportId", "materialSkuId"),
    }
)
JOB_KEEPS_BACK = frozenset(
    {
        *("active", "summary", "summaryOfWork", "customFields", "externalData"),
        *("equipmentIds", "isAutoDispatched"),
    }
)
DISPATCHED_JOB_KEEPS_BACK = JOB_KEEPS_BACK | {
    *("partnerLeadCallId", "createdFromEstimateId", "estimateIds"),
}


class Event(msgspec.Struct, frozen=True):
    """One occurrence: its name, its payload, and the id it keeps in every delivery."""

    type: str
    data: Raw
    occurrence: str

    def delivery(self) -> bytes:
        """Return a CloudEvent; each delivery has an id of its own, the occurrence has one."""
        return msgspec.json.encode(
            {
                "specversion": "1.0",
                "id": str(uuid4()),
                "type": self.type,
                "time": now(),
                "source": "https://webhooks.servicetitan.io",
                "userassignedid": self.occurrence,
                "datacontenttype": "application/json",
                "data": self.data,
            }
        )


def events_of(store: Store, collection: str, before: Raw | None, after: Raw) -> list[Event]:
    """Return what ServiceTitan would tell of this change; most collections have no event."""
    match collection:
        case "invoices":
            shown = _shown(after, INVOICES.defaults, INVOICE_KEEPS_BACK)
            return [_event("tn.acc.invoice-updated", invoice=shown)]
        case "jobs":
            return _job_events(before, after)
        case "appointments":
            kept_back = frozenset({"appointmentSummaries"})
            shown = _shown(after, APPOINTMENTS.defaults, kept_back)
            return [_event("tn.jpm.job-appointment-updated", appointment=shown)]
        case "appointment-assignments":
            return _dispatch_events(store, before, after)
    return []


def _job_events(before: Raw | None, after: Raw) -> list[Event]:
    shown = _shown(after, JOBS.defaults, JOB_KEEPS_BACK)
    mails = {"manageEmployeeEmail": None, "manageFollowUpEmail": None}
    names = ["tn.jpm.job-updated"]
    if _became(before, after, "jobStatus", "Completed"):
        names.append("tn.jpm.job-completed")
    return [_event(name, job=shown, **mails) for name in names]


def _dispatch_events(store: Store, before: Raw | None, after: Raw) -> list[Event]:
    if not _became(before, after, "status", "Dispatched"):
        return []
    job = store.row("jobs", _number(after, "jobId"))
    appointment = store.row("appointments", _number(after, "appointmentId"))
    if job is None or appointment is None:
        return []
    return [
        _event(
            "tn.dis.technician-dispatched",
            job=_dispatched_job(job),
            appointment=_dispatched_appointment(appointment),
        )
    ]


def _dispatched_job(job: Raw) -> Raw:
    """Return the dispatch module's own job: required members are never null there."""
    shown = _shown(job, JOBS.defaults, DISPATCHED_JOB_KEEPS_BACK)
    lead = shown["jobGeneratedLeadSource"] or {"jobId": None, "employeeId": None}
    return shown | {
        "projectId": shown["projectId"] or 0,
        "total": shown["total"] or 0.0,
        "jobGeneratedLeadSource": lead,
    }


def _dispatched_appointment(appointment: Raw) -> Raw:
    start, end = str(appointment["start"]), str(appointment["end"])
    return {
        "id": appointment["id"],
        "appointmentNumber": appointment["appointmentNumber"] or "",
        "scheduledOn": appointment["createdOn"],
        "start": start,
        "end": end,
        "duration": (ticks(end) - ticks(start)) / TICKS_PER_HOUR,
        "arrivalWindowStart": appointment["arrivalWindowStart"],
        "arrivalWindowEnd": appointment["arrivalWindowEnd"],
        "externalId": None,
        "manageEmployeeEmail": None,
        "manageFollowUpEmail": None,
    }


def _became(before: Raw | None, after: Raw, column: str, value: str) -> bool:
    return after.get(column) == value and (before or {}).get(column) != value


def _number(row: Raw, column: str) -> int:
    value = row.get(column)
    return value if isinstance(value, int) else 0


def _shown(row: Raw, columns: Mapping[str, object], kept_back: frozenset[str]) -> Raw:
    return {name: row.get(name) for name in columns if name not in kept_back}


def _event(name: str, **payload: object) -> Event:
    tenant = {"tenantId": TENANT_ID, "tenantName": TENANT_NAME}
    return Event(name, payload | tenant, f"{name.rpartition('.')[2]}-{uuid4()}")
