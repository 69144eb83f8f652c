"""Appointments: the visits of jobs that a viewer may see."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from adapters.servicetitan.appointments import APPOINTMENTS, Appointment, AppointmentStatus
from adapters.servicetitan.assignments import ASSIGNMENTS, Assignment
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.jobs import Job
from resolvers.context import Context
from resolvers.errors import NotFound
from resolvers.jobs import jobs_of_appointments
from resolvers.moments import day_in
from resolvers.verdict import Refusal, Verdict


class VisitStatus(Enum):
    """How the portal words an appointment's status: Done is COMPLETED, Hold is ON_HOLD."""

    SCHEDULED = "SCHEDULED"
    DISPATCHED = "DISPATCHED"
    WORKING = "WORKING"
    ON_HOLD = "ON_HOLD"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"
    UNKNOWN = "UNKNOWN"


_WORDED = {
    AppointmentStatus.SCHEDULED: VisitStatus.SCHEDULED,
    AppointmentStatus.DISPATCHED: VisitStatus.DISPATCHED,
    AppointmentStatus.WORKING: VisitStatus.WORKING,
    AppointmentStatus.HOLD: VisitStatus.ON_HOLD,
    AppointmentStatus.DONE: VisitStatus.COMPLETED,
    AppointmentStatus.CANCELED: VisitStatus.CANCELED,
    AppointmentStatus.UNKNOWN: VisitStatus.UNKNOWN,
}
_TO_COME = {
    AppointmentStatus.SCHEDULED,
    AppointmentStatus.DISPATCHED,
    AppointmentStatus.WORKING,
}


def status_of(appointment: Appointment) -> VisitStatus:
    """How does the portal word this appointment's status?"""
    return _WORDED[appointment.status]


def is_live(appointment: Appointment) -> Verdict:
    """Is this a visit that still counts: active, and not left over from a job done early (R48)?"""
    if appointment.active and not appointment.unused:
        return True
    return Refusal("R48", "The appointment was left unused, or is no longer active.")


def is_past(appointment: Appointment, now: datetime) -> bool:
    """Is this visit over: the end of its window, else its own end, lies before now (R53)?"""
    end = appointment.arrival_window_end or appointment.end or appointment.start
    return end is not None and end < now


def is_to_come(appointment: Appointment, now: datetime) -> bool:
    """Is this visit still to come, or going on?"""
    return appointment.status in _TO_COME and not is_past(appointment, now)


def begins(appointment: Appointment) -> datetime | None:
    """When is the visit promised to begin: with its window, if any, else at its start (R60)?"""
    return appointment.arrival_window_start or appointment.start


@dataclass(frozen=True, slots=True)
class Window:
    """When somebody is promised to arrive."""

    start: datetime
    end: datetime


def window_of(appointment: Appointment) -> Window | None:
    """Which window is promised, to be shown instead of the start and the end (R60)?"""
    start, end = appointment.arrival_window_start, appointment.arrival_window_end
    return None if start is None or end is None else Window(start, end)


def day_of(appointment: Appointment, context: Context) -> date | None:
    """On which day of the business is the visit?"""
    return day_in(context.doors.zone, begins(appointment))


async def appointments_of(
    jobs: Sequence[Job], context: Context
) -> Sequence[list[Appointment] | UpstreamError]:
    """Return each job's live visits, the first to begin first."""
    customers = list(dict.fromkeys(job.customer_id for job in jobs))
    answers = await context.under(APPOINTMENTS, "customer_id", customers)
    by_job: defaultdict[int, list[Appointment]] = defaultdict(list)
    failed: dict[int, UpstreamError] = {}
    for customer, answer in zip(customers, answers, strict=True):
        if isinstance(answer, UpstreamError):
            failed[customer] = answer
            continue
        for row in answer:
            if is_live(row):
                by_job[row.job_id].append(row)
    return [failed.get(job.customer_id) or _in_order(by_job.get(job.id, [])) for job in jobs]


def _in_order(visits: list[Appointment]) -> list[Appointment]:
    return sorted(visits, key=lambda v: (_stamp(begins(v)), v.id)) if len(visits) > 1 else visits


def _stamp(moment: datetime | None) -> float:
    return float("inf") if moment is None else moment.timestamp()


async def next_of(
    jobs: Sequence[Job], context: Context
) -> Sequence[Appointment | UpstreamError | None]:
    """Return the visit of each job that comes next, None where none is to come."""
    return [
        visits if isinstance(visits, UpstreamError) else next_visit(visits, context.now)
        for visits in await appointments_of(jobs, context)
    ]


def next_visit(visits: Sequence[Appointment], now: datetime) -> Appointment | None:
    """Which of these visits, told in their order, comes next?"""
    return next((visit for visit in visits if is_to_come(visit, now)), None)


async def appointment(context: Context, key: int) -> Appointment:
    """Return the live appointment of this id, of a job in reach; raises NotFound, UpstreamError."""
    asked_for = {p.customer_id for p in context.reach.places.values()} | set(context.reach.parties)
    (found,) = await context.many(APPOINTMENTS, [key], lambda row: _may_be_seen(row, asked_for))
    if isinstance(found, UpstreamError):
        raise found
    if found is None:
        raise NotFound
    (job,) = await jobs_of_appointments([found], context)
    if isinstance(job, UpstreamError):
        raise job
    if job is None:
        raise NotFound
    return found


def _may_be_seen(row: Appointment, customers: set[int]) -> Verdict:
    """May this visit be seen, as far as it tells itself? Its job has the last word."""
    if row.customer_id not in customers:
        return Refusal("R1", "The appointment's customer is out of reach.")
    return is_live(row)


async def technicians_of(
    appointments: Sequence[Appointment], context: Context
) -> Sequence[list[Assignment] | UpstreamError]:
    """Return who is assigned to each visit, by name, each technician once."""
    ids = [appointment.id for appointment in appointments]
    answers = await context.under(ASSIGNMENTS, "appointment_id", ids)
    return [a if isinstance(a, UpstreamError) else _named(a) for a in answers]


def _named(assignments: Sequence[Assignment]) -> list[Assignment]:
    named = {row.technician_id: row for row in assignments if row.active and row.technician_name}
    return sorted(named.values(), key=lambda row: (row.technician_name or "", row.id))
