"""Visits that an agreement or a membership promises: how far each has come, and who may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from adapters.servicetitan.appointments import APPOINTMENTS
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.jobs import JOBS, Job
from adapters.servicetitan.memberships import Membership
from adapters.servicetitan.service_agreements import ServiceAgreement
from resolvers.access import Place, Reach
from resolvers.agreements import may_see_agreement, name_of
from resolvers.at_once import side_by_side
from resolvers.context import Context
from resolvers.cursors import Spot
from resolvers.job_tabs import tabs_of
from resolvers.jobs import may_see_job
from resolvers.levels import AccessLevel
from resolvers.locations import location_in
from resolvers.memberships import may_see_membership
from resolvers.paging import Listing
from resolvers.policy import Policy
from resolvers.tabs import JobTab
from resolvers.verdict import Refusal, Verdict


class VisitState(Enum):
    """How far a promised visit has come."""

    UNSCHEDULED = "UNSCHEDULED"
    SCHEDULED = "SCHEDULED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"


@dataclass(frozen=True, slots=True)
class Visit:
    """One promised visit; it belongs to an agreement or to a membership.

    `id` is its key in the graph: `a` and our own number, or `m` and that of ServiceTitan's event.
    `told` is how far it has come by what the office says of it, `is_owed` whether whatever
    promised it still holds.
    """

    id: str
    number: int
    name: str
    due_on: date | None
    customer_id: int
    location_id: int
    job_id: int | None
    told: VisitState
    is_owed: bool
    agreement: ServiceAgreement | None = None
    membership: Membership | None = None


_BY_TAB = {
    JobTab.UPCOMING: VisitState.SCHEDULED,
    JobTab.IN_PROGRESS: VisitState.IN_PROGRESS,
    JobTab.ON_HOLD: VisitState.IN_PROGRESS,
    JobTab.COMPLETED: VisitState.COMPLETED,
    JobTab.CANCELED: VisitState.CANCELED,
}


def waits(visit: Visit) -> bool:
    """Does this visit wait for a date: without a job, neither done nor called off (R55, R57)?"""
    return visit.job_id is None and visit.told is VisitState.UNSCHEDULED


def state_of(visit: Visit, tab: JobTab | None, *, is_job_seen: bool) -> VisitState:
    """How far has this visit come (R72)? Its job knows best; without one, what the office says.

    Once it has a job it is SCHEDULED at the least, though its day may be past or the job be out of
    the viewer's sight; a job on hold was begun and is not finished.
    """
    if is_job_seen:
        return VisitState.SCHEDULED if tab is None else _BY_TAB[tab]
    if visit.job_id is not None and visit.told is VisitState.UNSCHEDULED:
        return VisitState.SCHEDULED
    return visit.told


def may_see_visit(reach: Reach, visit: Visit, policy: Policy) -> Verdict:
    """May this viewer see this visit (R6, R55, R72)?

    It takes its place in reach; then, that what promised it is open to the viewer, or that it
    stands in the Unscheduled section, which everybody sees who sees the jobs there.
    """
    if reach.done_at(visit.customer_id, visit.location_id) is AccessLevel.NONE:
        return Refusal("R6", "The visit's location is out of reach.")
    if is_open(reach, visit, policy) or is_unscheduled(visit, policy):
        return True
    return Refusal("R72", "Neither its agreement nor its membership is open to the viewer.")


def is_open(reach: Reach, visit: Visit, policy: Policy) -> Verdict:
    """May this viewer open what promised this visit (R71, R74)?"""
    if visit.agreement is not None:
        return may_see_agreement(reach, visit.agreement, policy.agreements)
    if visit.membership is not None:
        return may_see_membership(reach, visit.membership, policy.agreements)
    return Refusal("R72", "Nothing promised this visit.")


def is_unscheduled(visit: Visit, policy: Policy) -> Verdict:
    """Does this visit stand in the Unscheduled section (R54-R57, Q14, Q15)?"""
    if not policy.upcoming.show_unscheduled:
        return Refusal("R56", "The account hides unscheduled visits.")
    if not waits(visit):
        return Refusal("R55", "The visit is booked, done or called off.")
    if not visit.is_owed:
        return Refusal("R54", "What promised the visit is no longer in force.")
    if visit.membership is not None and not policy.upcoming.include_membership_visits:
        return Refusal("Q15", "The account lists the visits of agreements alone.")
    return True


def due_first(visits: Sequence[Visit]) -> list[Visit]:
    """Order visits by the day they are due, then by their number."""
    return sorted(visits, key=lambda visit: (visit.due_on or date.max, visit.number))


def listing_of(visits: Sequence[Visit], name: str) -> Listing[Visit]:
    """Return these visits of one agreement or membership as a list, the first due first."""
    return Listing(due_first(visits), lambda visit: Spot(visit.due_on, visit.number), name)


def place_of(visit: Visit, reach: Reach) -> Place | None:
    """Return where it takes place, where the viewer may see that."""
    return location_in(reach, visit.location_id)


def agreement_of(visit: Visit, context: Context) -> ServiceAgreement | None:
    """Return the agreement that promised it, None where it is not open to the viewer."""
    is_shown = visit.agreement is not None and is_open(context.reach, visit, context.policy)
    return visit.agreement if is_shown else None


def membership_of(visit: Visit, context: Context) -> Membership | None:
    """Return the membership that promised it, None where it is not open to the viewer."""
    is_shown = visit.membership is not None and is_open(context.reach, visit, context.policy)
    return visit.membership if is_shown else None


def agreement_name_of(visit: Visit) -> str | None:
    """What is its agreement called? Told also to who may not open the agreement (R55)."""
    return None if visit.agreement is None else name_of(visit.agreement)


async def jobs_of_visits(
    visits: Sequence[Visit], context: Context
) -> Sequence[Job | UpstreamError | None]:
    """Return the job each visit became, None where there is none in reach."""
    return await context.many(
        JOBS, [visit.job_id for visit in visits], lambda row: may_see_job(context.reach, row)
    )


async def states_of(
    visits: Sequence[Visit], context: Context
) -> Sequence[VisitState | UpstreamError]:
    """Return how far each visit has come, by the tab its job stands under.

    The appointments that tabs need are asked for together with the jobs.
    """
    booked = [visit.customer_id for visit in visits if visit.job_id is not None]
    jobs, _ = await side_by_side(
        jobs_of_visits(visits, context),
        context.under(APPOINTMENTS, "customer_id", list(dict.fromkeys(booked))),
    )
    seen = [job for job in jobs if isinstance(job, Job)]
    tabs: dict[int, JobTab | UpstreamError | None] = {
        job.id: tab for job, tab in zip(seen, await tabs_of(seen, context), strict=True)
    }
    return [_state(visit, job, tabs) for visit, job in zip(visits, jobs, strict=True)]


def _state(
    visit: Visit,
    job: Job | UpstreamError | None,
    tabs: Mapping[int, JobTab | UpstreamError | None],
) -> VisitState | UpstreamError:
    if isinstance(job, UpstreamError):
        return job
    tab = None if job is None else tabs[job.id]
    if isinstance(tab, UpstreamError):
        return tab
    return state_of(visit, tab, is_job_seen=job is not None)
