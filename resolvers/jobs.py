"""Jobs: work asked for, planned, being done or done, at a place or for a customer in reach."""

from collections.abc import Sequence
from functools import partial

from adapters.servicetitan.appointments import Appointment
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.invoices import Invoice
from adapters.servicetitan.job_types import JOB_TYPES
from adapters.servicetitan.jobs import JOBS, Job
from resolvers.access import Reach
from resolvers.context import Context, whole
from resolvers.errors import NotFound
from resolvers.levels import AccessLevel
from resolvers.rules import Rule, judged
from resolvers.verdict import Refusal, Verdict


def may_see_job(reach: Reach, job: Job) -> Verdict:
    """May this viewer see this job (R6, R8, R19)? Billing access is not needed."""
    return judged(JOB_RULES, reach, job)


def is_near(reach: Reach, job: Job) -> Verdict:
    """Is it done at a place in reach, or for a customer in reach (R6, R19)?"""
    if reach.done_at(job.customer_id, job.location_id) is not AccessLevel.NONE:
        return True
    if job.location_id in reach.places:
        return Refusal("R6", "The office set No access on the location of this job.")
    return Refusal("R19", "Neither the job's customer nor its location is in reach.")


def _why_near(reach: Reach, job: Job) -> str:
    holder = reach.done_by(job.customer_id, job.location_id)
    return f"The job is at, or for, {holder.named}." if holder else "Staff see every job."


JOB_RULES = (
    Rule("R19", "Is the job at a place, or for a customer, in reach?", is_near, _why_near),
)
"""What every job is asked, wherever it is met."""


async def own_jobs(context: Context, customer: int | None = None) -> list[Job]:
    """Return every job in reach; with `customer`, those asked for under that customer's id."""
    sees = partial(may_see_job, context.reach)
    jobs = await context.own(JOBS, sees, customer=customer)
    if not context.policy.jobs.by_location:
        return jobs
    return _once([*jobs, *await _at_places(context, customer)])


async def _at_places(context: Context, customer: int | None) -> list[Job]:
    """Jobs whose customer changed with their Bill-To are still found by their place (R19)."""
    places = [place.id for place in context.reach.places_showing(AccessLevel.NON_BILLING, customer)]
    answers = await context.under(JOBS, "location_id", places)
    rows = (job for answer in answers for job in whole(answer))
    return [job for job in rows if may_see_job(context.reach, job)]


def _once(jobs: Sequence[Job]) -> list[Job]:
    return list({job.id: job for job in jobs}.values())


async def job(context: Context, key: int) -> Job:
    """Return the job of this id; raises NotFound (R14) or UpstreamError."""
    (found,) = await _jobs(context, [key])
    if isinstance(found, UpstreamError):
        raise found
    if found is None:
        raise NotFound
    return found


async def jobs_of_appointments(
    appointments: Sequence[Appointment], context: Context
) -> Sequence[Job | UpstreamError | None]:
    """Return the job each visit belongs to, None where it is out of reach."""
    return await _jobs(context, [appointment.job_id for appointment in appointments])


async def jobs_of_invoices(
    invoices: Sequence[Invoice], context: Context
) -> Sequence[Job | UpstreamError | None]:
    """Return the job each invoice was written for, None where there is none in reach."""
    return await _jobs(context, [invoice.job.id if invoice.job else None for invoice in invoices])


async def _jobs(context: Context, keys: Sequence[int | None]) -> list[Job | UpstreamError | None]:
    return await context.many(JOBS, keys, partial(may_see_job, context.reach))


async def types_of(jobs: Sequence[Job], context: Context) -> Sequence[str | None]:
    """Return what kind of work each job is, as the office calls it; public reference data."""
    (answer,) = await context.under(JOB_TYPES, "all", [0])
    names = {row.id: row.name for row in whole(answer)}
    return [names.get(job.job_type_id) if job.job_type_id else None for job in jobs]
