"""A visit to come as an entry for the customer's own calendar."""

from datetime import date, datetime

from adapters.documents import wording
from adapters.documents.calendar import VisitEntry
from adapters.servicetitan.appointments import Appointment
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.jobs import Job
from resolvers.appointments import appointment
from resolvers.context import Context
from resolvers.errors import NotFound
from resolvers.jobs import jobs_of_appointments, types_of
from resolvers.locations import addresses_of, location_in
from resolvers.verdict import Refusal, Verdict
from resolvers.visit_times import Clock, begins, day_of, is_to_come, window_of


def may_be_noted(appointment: Appointment, clock: Clock) -> Verdict:
    """Is this a visit for a calendar: one to come, at a time that is known (R50, R53)?

    Not one that is done, canceled, on hold or over.
    """
    if begins(appointment) is None:
        return Refusal("R50", "No time is planned for the visit.")
    if not is_to_come(appointment, clock):
        return Refusal("R53", "The visit is not one to come.")
    return True


async def visit_entry(context: Context, key: int) -> VisitEntry:
    """Return the visit of this id as a calendar entry; raises NotFound (R14), UpstreamError."""
    found = await appointment(context, key)
    if not may_be_noted(found, context.clock):
        raise NotFound
    (job,) = await jobs_of_appointments([found], context)
    if not isinstance(job, Job):
        raise job or NotFound
    (kind,) = await types_of([job], context)
    start, end = _span(found, context.clock)
    tenant = context.policy.tenant
    return VisitEntry(
        key=f"appointment-{found.id}",
        summary=f"{tenant.business_name}: {kind or 'Visit'}",
        start=start,
        end=end,
        location=await _place(job, context),
        description=_description(found, job, context),
    )


def _span(appointment: Appointment, clock: Clock) -> tuple[datetime | date, datetime | None]:
    """When is it, as far as customers are told: its window, else its hours, or its day (R59)?"""
    day, start = day_of(appointment, clock), begins(appointment)
    if start is None or day is None:
        raise NotFound
    if clock.date_only:
        return day, None
    window = window_of(appointment, clock)
    return (window.start, window.end) if window else (start, appointment.end)


async def _place(job: Job, context: Context) -> str | None:
    place = location_in(context.reach, job.location_id)
    if place is None:
        return None
    (address,) = await addresses_of([place], context)
    if isinstance(address, UpstreamError):
        raise address
    return ", ".join(wording.address_lines(address)) or None


def _description(appointment: Appointment, job: Job, context: Context) -> str:
    """Return what helps on the day, and nothing that the office wrote for itself."""
    tenant = context.policy.tenant
    window = window_of(appointment, context.clock)
    told = [
        "We arrive within this time." if window else None,
        f"Job {job.job_number or job.id}.",
        f"Questions? Call {tenant.phone}." if tenant.phone else None,
    ]
    return " ".join(sentence for sentence in told if sentence)
