"""The Jobs screen: which jobs stand under each tab, and in which order."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from adapters.servicetitan.appointments import APPOINTMENTS, Appointment
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.jobs import Job
from resolvers.appointments import appointments_of, begins, day_of, is_past, next_visit
from resolvers.context import Context, whole
from resolvers.cursors import Spot
from resolvers.jobs import own_jobs
from resolvers.levels import AccessLevel
from resolvers.moments import day_in
from resolvers.paging import Listing
from resolvers.tabs import JobTab, Visit, tab_of

_SOONEST_FIRST = {JobTab.UPCOMING, JobTab.IN_PROGRESS}


@dataclass(frozen=True, slots=True)
class Tabbed:
    """A job, its live visits in their order, and the tab that follows from them."""

    job: Job
    visits: Sequence[Appointment]
    tab: JobTab | None


async def tabs_of(jobs: Sequence[Job], context: Context) -> Sequence[JobTab | UpstreamError | None]:
    """Return the tab each job stands under, None where it stands under none (R53)."""
    return [
        visits if isinstance(visits, UpstreamError) else _tab(job, visits, context)
        for job, visits in zip(jobs, await appointments_of(jobs, context), strict=True)
    ]


def _tab(job: Job, visits: Sequence[Appointment], context: Context) -> JobTab | None:
    now = context.now
    return tab_of(job.job_status, [Visit(visit.status, is_past(visit, now)) for visit in visits])


async def tabbed(context: Context, customer: int | None) -> list[Tabbed]:
    """Return every job in reach under its tab; jobs and visits are asked for together."""
    jobs, _ = await asyncio.gather(
        own_jobs(context, customer),
        context.under(APPOINTMENTS, "customer_id", _visited(context, customer)),
    )
    visits = [list(whole(answer)) for answer in await appointments_of(jobs, context)]
    return [Tabbed(j, v, _tab(j, v, context)) for j, v in zip(jobs, visits, strict=True)]


def _visited(context: Context, customer: int | None) -> list[int]:
    """Whose visits will be needed, as far as can be told before the jobs are known?"""
    least = AccessLevel.NON_BILLING
    alone = (place.customer_id for place in context.reach.places_alone(least))
    owners = dict.fromkeys([*context.reach.customers_showing(least), *alone])
    return [owner for owner in owners if customer in {None, owner}]


async def jobs_under(
    context: Context, tab: JobTab, customer: int | None = None, location: int | None = None
) -> Listing[Job]:
    """Return the jobs of one tab: soonest visit first where work is to come, else newest first."""
    chosen = [row for row in await _at(context, customer, location) if row.tab is tab]
    days = {row.job.id: _day(row, context) for row in chosen}
    soonest = tab in _SOONEST_FIRST
    chosen.sort(key=lambda row: _order(row, days[row.job.id], context), reverse=not soonest)
    return Listing(
        rows=[row.job for row in chosen],
        spot=lambda job: Spot(days[job.id], job.id),
        name=f"jobs {tab.value} {customer} {location}",
        newest_first=not soonest,
    )


async def _at(context: Context, customer: int | None, location: int | None) -> list[Tabbed]:
    rows: list[Tabbed] = await context.once(tabbed, customer)
    return [row for row in rows if location in {None, row.job.location_id}]


def _day(row: Tabbed, context: Context) -> date | None:
    """By which day is this job ordered: its next visit's, its completion's, or its last visit's?"""
    if row.tab in _SOONEST_FIRST:
        visit = next_visit(row.visits, context.now) or (row.visits[-1] if row.visits else None)
        return None if visit is None else day_of(visit, context)
    if row.tab is JobTab.COMPLETED and row.job.completed_on is not None:
        return day_in(context.doors.zone, row.job.completed_on)
    if row.visits:
        return day_of(row.visits[-1], context)
    return day_in(context.doors.zone, row.job.created_on)


def _order(row: Tabbed, day: date | None, context: Context) -> tuple[date, float, int]:
    """Day, then hour where the list goes forward, then id; without a day, last."""
    soonest = row.tab in _SOONEST_FIRST
    visit = next_visit(row.visits, context.now) if soonest else None
    moment = begins(visit) if visit is not None else None
    last = date.max if soonest else date.min
    return day or last, moment.timestamp() if moment else 0.0, row.job.id


async def job_counts(
    context: Context, customer: int | None = None, location: int | None = None
) -> Counter[JobTab | None]:
    """Return how many jobs stand under each tab."""
    return Counter(row.tab for row in await _at(context, customer, location))
