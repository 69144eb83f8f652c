"""Appointments: the visits of jobs that a viewer may see."""

from collections import defaultdict
from collections.abc import Sequence
from enum import Enum

from adapters.servicetitan.appointments import APPOINTMENTS, Appointment, AppointmentStatus
from adapters.servicetitan.assignments import ASSIGNMENTS, Assignment
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.jobs import JOBS, Job
from resolvers.context import Context
from resolvers.errors import NotFound
from resolvers.jobs import may_see_job
from resolvers.verdict import Refusal, Verdict
from resolvers.visit_times import in_order, next_visit


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


def status_of(appointment: Appointment) -> VisitStatus:
    """How does the portal word this appointment's status?"""
    return _WORDED[appointment.status]


def is_live(appointment: Appointment) -> Verdict:
    """Is this a visit that still counts: active, and not left over from a job done early (R48)?"""
    if appointment.active and not appointment.unused:
        return True
    return Refusal("R48", "The appointment was left unused, or is no longer active.")


async def appointments_of(
    jobs: Sequence[Job], context: Context
) -> Sequence[Sequence[Appointment] | UpstreamError]:
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
    clock, none = context.clock, ()
    return [
        failed.get(job.customer_id) or in_order(by_job.get(job.id, none), clock) for job in jobs
    ]


async def next_of(
    jobs: Sequence[Job], context: Context
) -> Sequence[Appointment | UpstreamError | None]:
    """Return the visit of each job that comes next, None where none is to come."""
    return [
        visits if isinstance(visits, UpstreamError) else next_visit(visits, context.clock)
        for visits in await appointments_of(jobs, context)
    ]


async def appointment(context: Context, key: int) -> Appointment:
    """Return the live appointment of this id, of a job in reach; raises NotFound, UpstreamError.

    Whose it is its job tells alone. So both are looked up, whosever they are, and two records of
    one that is nobody's: neither the calls nor their time tell somebody else's from none (R14).
    """
    if await _is_at_hand(context, key):
        (found,) = await context.many(APPOINTMENTS, [key], is_live)
    elif context.was_refused(APPOINTMENTS, key):
        found = None
    else:
        found = await _looked_up(context, key)
    if isinstance(found, UpstreamError) and await _is_at_hand(context, key, failing=True):
        (found,) = await context.many(APPOINTMENTS, [key], is_live)
    if isinstance(found, UpstreamError):
        raise found
    if found is None:
        raise NotFound
    return found


async def _is_at_hand(context: Context, key: int, *, failing: bool = False) -> bool:
    """Are the visit and its job remembered, and in sight?"""
    records = context.doors.records
    row = (await records.remembered(APPOINTMENTS, [key], failing=failing)).get(key)
    if row is None or not is_live(row):
        return False
    job = (await records.remembered(JOBS, [row.job_id], failing=failing)).get(row.job_id)
    return job is not None and bool(may_see_job(context.reach, job))


async def _looked_up(context: Context, key: int) -> Appointment | UpstreamError | None:
    (answer,) = await context.anew(APPOINTMENTS, [key])
    if isinstance(answer, UpstreamError):
        return answer
    row = next(iter(answer), None)
    (owner,) = await context.anew(JOBS, [key if row is None else row.job_id])
    if isinstance(owner, UpstreamError):
        return owner
    if row is not None and is_live(row) and any(may_see_job(context.reach, job) for job in owner):
        return row
    context.refuse(APPOINTMENTS, key)
    return None


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
