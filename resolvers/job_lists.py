"""The Jobs screen: which jobs stand under each tab, and in which order."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from adapters.servicetitan.appointments import APPOINTMENTS, Appointment
from adapters.servicetitan.jobs import Job
from resolvers.agreement_ties import suspended_jobs
from resolvers.appointments import appointments_of
from resolvers.context import Context, whole
from resolvers.cursors import Spot
from resolvers.job_tabs import tab_with, unless_suspended
from resolvers.jobs import own_jobs
from resolvers.levels import AccessLevel
from resolvers.moments import day_in
from resolvers.paging import Listing
from resolvers.tabs import JobTab
from resolvers.visit_times import day_of, next_visit, turn

_SOONEST_FIRST = {JobTab.UPCOMING, JobTab.IN_PROGRESS}


@dataclass(frozen=True, slots=True)
class Tabbed:
    """A job, its live visits in their order, and the tab that follows from them."""

    job: Job
    visits: Sequence[Appointment]
    tab: JobTab | None


async def tabbed(context: Context, customer: int | None) -> list[Tabbed]:
    """Return every job in reach under its tab; jobs and visits are asked for together."""
    jobs, _ = await asyncio.gather(
        own_jobs(context, customer),
        context.under(APPOINTMENTS, "customer_id", _visited(context, customer)),
    )
    visits = [list(whole(answer)) for answer in await appointments_of(jobs, context)]
    suspended: frozenset[int] = await context.once(suspended_jobs)
    return [
        Tabbed(j, v, unless_suspended(j, tab_with(j, v, context.clock), suspended))
        for j, v in zip(jobs, visits, strict=True)
    ]


def _visited(context: Context, customer: int | None) -> list[int]:
    """Whose visits will be needed, as far as can be told before the jobs are known?"""
    if context.reach.is_staff:
        return [] if customer is None else [customer]
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
        visit = next_visit(row.visits, context.clock) or (row.visits[-1] if row.visits else None)
        return None if visit is None else day_of(visit, context.clock)
    if row.tab is JobTab.COMPLETED and row.job.completed_on is not None:
        return day_in(context.zone, row.job.completed_on)
    if row.visits:
        return day_of(row.visits[-1], context.clock)
    return day_in(context.zone, row.job.created_on)


def _order(row: Tabbed, day: date | None, context: Context) -> tuple[date, float, int]:
    """Day, then hour where the list goes forward and hours may be told, then id; no day, last."""
    soonest = row.tab in _SOONEST_FIRST
    visit = next_visit(row.visits, context.clock) if soonest else None
    hour = turn(visit, context.clock)[0] if visit is not None else 0.0
    return day or (date.max if soonest else date.min), hour, row.job.id


async def job_counts(
    context: Context, customer: int | None = None, location: int | None = None
) -> Counter[JobTab | None]:
    """Return how many jobs stand under each tab."""
    return Counter(row.tab for row in await _at(context, customer, location))
