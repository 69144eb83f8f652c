"""The tab of each job, from the visits it has."""

from collections.abc import Sequence

from adapters.servicetitan.appointments import Appointment, AppointmentStatus
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.jobs import Job
from resolvers.agreement_ties import suspended_jobs
from resolvers.appointments import appointments_of
from resolvers.context import Context
from resolvers.tabs import JobTab, Visit, tab_of
from resolvers.visit_times import Clock, is_past


def tab_with(job: Job, live: Sequence[Appointment], clock: Clock) -> JobTab | None:
    """Under which tab does this job with these live visits stand, None where under none (R53)?"""
    return tab_of(job.job_status, seen_by_tabs(live, clock))


def seen_by_tabs(live: Sequence[Appointment], clock: Clock) -> list[Visit]:
    """What does a tab need to know of these live visits?"""
    return [
        Visit(visit.status, visit.status is AppointmentStatus.SCHEDULED and is_past(visit, clock))
        for visit in live
    ]


def unless_suspended(job: Job, tab: JobTab | None, suspended: frozenset[int]) -> JobTab | None:
    """Does it keep its tab? Not UPCOMING while the agreement it is owed to is not Active (R54)."""
    return None if tab is JobTab.UPCOMING and job.id in suspended else tab


async def tabs_of(jobs: Sequence[Job], context: Context) -> Sequence[JobTab | UpstreamError | None]:
    """Return the tab each job stands under, None where it stands under none (R53, R54)."""
    suspended: frozenset[int] = await context.once(suspended_jobs)
    return [
        visits
        if isinstance(visits, UpstreamError)
        else unless_suspended(job, tab_with(job, visits, context.clock), suspended)
        for job, visits in zip(jobs, await appointments_of(jobs, context), strict=True)
    ]
