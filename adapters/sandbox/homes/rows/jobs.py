"""Jobs, appointments and who was sent (jpm-v2: JobResponse, AppointmentResponse; dispatch-v2)."""

from adapters.sandbox.homes import office_only
from adapters.sandbox.homes.book import Book, Row
from adapters.sandbox.homes.business import CAMPAIGN, OFFICE_USER
from adapters.sandbox.homes.trades import TECHNICIANS
from adapters.sandbox.homes.work import WINDOW_HOURS, Visit, Work

_ASSIGNED = {
    "Scheduled": "Scheduled",
    "Dispatched": "Dispatched",
    "Working": "Working",
    "Done": "Done",
}


def job(book: Book, work: Work) -> Row:
    """Write a job down with its appointments and their assignments."""
    row = book.add("jobs", _job(book, work))
    for visit in work.visits:
        _appointment(book, work, visit)
    return row


def _job(book: Book, work: Work) -> Row:
    changed = max(-work.last_day, 1) if work.status in {"Completed", "Canceled"} else 1
    return {
        "id": work.id,
        "jobNumber": str(work.id),
        "projectId": None,
        "customerId": work.owner.id,
        "locationId": work.place.id,
        "jobStatus": work.status,
        "completedOn": _completed(book, work),
        "businessUnitId": work.trade.unit,
        "jobTypeId": work.trade.id,
        "priority": "Normal",
        "campaignId": CAMPAIGN,
        "appointmentCount": len(work.visits),
        "firstAppointmentId": work.visits[0].id,
        "lastAppointmentId": work.visits[-1].id,
        "recallForId": None,
        "warrantyId": None,
        "jobGeneratedLeadSource": None,
        "noCharge": work.invoice == 0,
        "notificationsEnabled": True,
        **book.written(work.id, work.booked, changed),
        "createdById": OFFICE_USER,
        "tagTypeIds": [office_only.NUMBER],
        "leadCallId": office_only.NUMBER,
        "partnerLeadCallId": None,
        "bookingId": None,
        "soldById": office_only.NUMBER,
        "customerPo": "",
        "invoiceId": work.invoice,
        "membershipId": work.membership,
        "total": 0.0,
        "createdFromEstimateId": work.sold_from,
        "estimateIds": [],
        "equipmentIds": list(work.equipment),
        "isAutoDispatched": False,
        "summary": f"<p>{office_only.remark(f'{work.trade.name}, call ahead')}</p>",
        "customFields": [_note("Upsell")],
        "externalData": [],
        "summaryOfWork": None,
    }


def _note(name: str) -> Row:
    return {"typeId": 7051, "name": name, "value": office_only.remark(name)}


def _completed(book: Book, work: Work) -> str | None:
    done = [visit for visit in work.visits if visit.status == "Done"]
    if work.status != "Completed" or not done:
        return None
    return book.clock.stamp(max(visit.day for visit in done), work.id + 3)


def _appointment(book: Book, work: Work, visit: Visit) -> None:
    row = book.add("appointments", _visit(book, work, visit))
    if visit.status in _ASSIGNED and not visit.unused:
        _assignment(book, work, visit, row)


def _visit(book: Book, work: Work, visit: Visit) -> Row:
    clock = book.clock
    ends = visit.hour * 60 + work.trade.minutes
    window = (visit.hour, visit.hour + WINDOW_HOURS) if visit.windowed else None
    return {
        "id": visit.id,
        "jobId": work.id,
        "appointmentNumber": f"{work.id}-{work.visits.index(visit) + 1}",
        "start": clock.instant(visit.day, visit.hour),
        "end": clock.instant(visit.day, ends // 60, ends % 60),
        "arrivalWindowStart": clock.instant(visit.day, window[0]) if window else None,
        "arrivalWindowEnd": clock.instant(visit.day, window[1]) if window else None,
        "status": visit.status,
        "specialInstructions": office_only.remark("key in the lock box"),
        **book.written(visit.id, work.booked, max(-visit.day, 1)),
        "customerId": work.owner.id,
        "unused": visit.unused,
        "createdById": OFFICE_USER,
        "isConfirmed": visit.id % 2 == 0,
        "active": visit.active,
        "appointmentSummaries": None,
    }


def _assignment(book: Book, work: Work, visit: Visit, appointment: Row) -> None:
    technician = work.trade.technician(visit.id)
    key = visit.id * 10 + 1
    book.add(
        "appointment-assignments",
        {
            "id": key,
            "technicianId": technician,
            "technicianName": TECHNICIANS[technician][0],
            "assignedById": OFFICE_USER,
            "assignedOn": appointment["createdOn"],
            "status": _ASSIGNED[visit.status],
            "isPaused": False,
            "jobId": work.id,
            "appointmentId": visit.id,
            **book.written(key, work.booked, max(-visit.day, 1)),
            "active": visit.active,
        },
    )
