"""The Jobs screen: which jobs stand under each tab, and in which order."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from adapters.servicetitan.appointments import APPOINTMENTS, Appointment
from adapters.servicetitan.jobs import Job
from resolvers.agreement_ties import suspended_jobs
from resolvers.appointments import appointments_of
from resolvers.at_once import side_by_side
from resolvers.context import Context, whole
from resolvers.cursors import Spot
from resolvers.job_tabs import tab_with, unless_suspended
from resolvers.jobs import own_jobs
from resolvers.levels import AccessLevel
from resolvers.moments import day_in
from resolvers.paging import Listing
from resolvers.shelves import lasting
from resolvers.tabs import JobTab
from resolvers.visit_times import day_of, next_visit, turn

_SOONEST_FIRST = {JobTab.UPCOMING, JobTab.IN_PROGRESS}
_NO_DAY = {date.min, date.max}


class Tabbed(NamedTuple):
    """A job, its live visits in their order, and the tab that follows from them."""

    job: Job
    visits: Sequence[Appointment]
    tab: JobTab | None


@lasting
async def tabbed(context: Context, customer: int | None) -> list[Tabbed]:
    """Return every job in reach under its tab; what that takes is asked for together."""
    visited = _visited(context, customer)
    jobs, _, suspended = await side_by_side(
        own_jobs(context, customer),
        context.under(APPOINTMENTS, "customer_id", visited),
        context.once(suspended_jobs),
    )
    visits = map(whole, await appointments_of(jobs, context))
    clock = context.clock
    return [
        Tabbed(j, v, unless_suspended(j, tab_with(j, v, clock), suspended))
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
    await context.once(tabbed, customer)  # what that waits for is asked for now, not a turn later
    return await context.once(_listed, tab, customer, location)


@lasting
async def _listed(
    context: Context, tab: JobTab, customer: int | None, location: int | None
) -> Listing[Job]:
    chosen = [row for row in await _at(context, customer, location) if row.tab is tab]
    soonest = tab in _SOONEST_FIRST
    turn_of = _soonest_turn if soonest else _newest_turn
    turns = [(turn_of(row, context), row.job) for row in chosen]
    days = {job.id: day for (day, *_), job in turns}
    turns.sort(key=itemgetter(0), reverse=not soonest)
    return Listing(
        rows=[job for _, job in turns],
        spot=lambda job: Spot(_told(days[job.id]), job.id),
        name=f"jobs {tab.value} {customer} {location}",
        newest_first=not soonest,
    )


async def _at(context: Context, customer: int | None, location: int | None) -> Sequence[Tabbed]:
    rows: list[Tabbed] = await context.once(tabbed, customer)
    if location is None:
        return rows
    return [row for row in rows if row.job.location_id == location]


def _soonest_turn(row: Tabbed, context: Context) -> tuple[date, float, int]:
    """By the day of its next visit, then by its hour where that may be told, then by id."""
    coming = next_visit(row.visits, context.clock)
    visit = coming or (row.visits[-1] if row.visits else None)
    day = None if visit is None else day_of(visit, context.clock)
    hour = 0.0 if coming is None else turn(coming, context.clock)[0]
    return day or date.max, hour, row.job.id


def _newest_turn(row: Tabbed, context: Context) -> tuple[date, int]:
    """By the day it was completed where it was, else by its last visit's, then by id."""
    job = row.job
    if row.tab is JobTab.COMPLETED and job.completed_on is not None:
        day = day_in(context.zone, job.completed_on)
    elif row.visits:
        day = day_of(row.visits[-1], context.clock)
    else:
        day = day_in(context.zone, job.created_on)
    return day or date.min, job.id


def _told(day: date) -> date | None:
    """Return the day, None for the one that stands for none."""
    return None if day in _NO_DAY else day


async def job_counts(
    context: Context, customer: int | None = None, location: int | None = None
) -> Counter[JobTab | None]:
    """Return how many jobs stand under each tab."""
    return Counter(row.tab for row in await _at(context, customer, location))
