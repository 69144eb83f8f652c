"""Proposals: what was offered, and waits for a decision or has found one."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.estimates import ESTIMATES, Estimate
from adapters.servicetitan.jobs import JOBS, Job
from resolvers.access import Reach
from resolvers.context import Context, whole
from resolvers.cursors import Spot
from resolvers.errors import NotFound
from resolvers.estimates import estimate, own_estimates, visible
from resolvers.ids import whole_number
from resolvers.jobs import job as job_by_id
from resolvers.jobs import may_see_job
from resolvers.levels import AccessLevel
from resolvers.opportunities import (
    Proposal,
    ProposalStatus,
    created_on,
    grouped,
    key_of,
    status_of,
)
from resolvers.paging import Listing
from resolvers.policy import Screen
from resolvers.portal import is_offered


async def own_proposals(
    context: Context, customer: int | None = None, location: int | None = None
) -> list[Proposal]:
    """Return every proposal at the places with Billing access, newest first."""
    return newest_first(grouped(await own_estimates(context, customer, location)), context)


def newest_first(proposals: Iterable[Proposal], context: Context) -> list[Proposal]:
    """Return the proposals by the day they were written, the newest first, then by id."""
    return sorted(proposals, key=lambda row: _newest(row, context), reverse=True)


def _newest(proposal: Proposal, context: Context) -> tuple[date, int]:
    return created_on(proposal, context.zone) or date.min, proposal.first.id


async def proposals_by(
    context: Context,
    customer: int | None = None,
    location: int | None = None,
    status: ProposalStatus | None = None,
) -> Listing[Proposal]:
    """Return the Proposals screen: newest first, narrowed as asked."""
    rows: list[Proposal] = await context.once(own_proposals, customer, location)
    chosen = [row for row in rows if status in {None, status_of(row)}]
    return listing(chosen, f"proposals {customer} {location} {status and status.value}", context)


def listing(rows: Sequence[Proposal], name: str, context: Context) -> Listing[Proposal]:
    """Return these proposals, in their order, as a list that can be read in pages."""
    return Listing(
        rows=rows,
        spot=lambda row: Spot(created_on(row, context.zone), row.first.id),
        name=name,
        newest_first=True,
    )


async def proposals_to_review(context: Context) -> list[Proposal]:
    """Return the proposals that wait for a decision, newest first (R15)."""
    if not is_offered(context.policy, Screen.PROPOSALS):
        return []
    rows: list[Proposal] = await context.once(own_proposals, None, None)
    return [row for row in rows if status_of(row) is ProposalStatus.OPEN]


async def proposal(context: Context, key: str) -> Proposal:
    """Return the proposal of this key in its one spelling; raises NotFound (R14), UpstreamError."""
    look, number = _LOOKS.get(key[:1]), whole_number(key[1:])
    if look is None or number is None or context.reach.is_link:
        raise NotFound
    found = {row.id: row for row in grouped(await look(context, number))}
    if key not in found:
        raise NotFound
    return found[key]


async def _of_job(context: Context, number: int) -> list[Estimate]:
    """Look at the job first: an answer's speed may tell nothing of one out of reach (R14)."""
    job = await job_by_id(context, number)
    if not _may_show(context.reach, job):
        return []
    (answer,) = await context.under(ESTIMATES, "job_id", [number])
    return visible(whole(answer), context)


async def _of_project(context: Context, number: int) -> list[Estimate]:
    """Look through the screen's own rows: the same question, whosever the project is.

    Staff have none of their own, and may ask for any.
    """
    if not context.reach.is_staff:
        return await own_estimates(context)
    (answer,) = await context.under(ESTIMATES, "project_id", [number])
    return visible(whole(answer), context)


async def _alone(context: Context, number: int) -> list[Estimate]:
    return [await estimate(context, number)]


_LOOKS: Mapping[str, Callable[[Context, int], Awaitable[list[Estimate]]]] = {
    "j": _of_job,
    "p": _of_project,
    "e": _alone,
}


def _may_show(reach: Reach, job: Job) -> bool:
    """Can any estimate for this job be in sight: has its place, or its customer, Billing access?"""
    levels = (reach.done_at(None, job.location_id), reach.billed(job.customer_id, job.location_id))
    return AccessLevel.BILLING in levels


async def proposals_of_jobs(
    jobs: Sequence[Job], context: Context
) -> Sequence[list[Proposal] | UpstreamError]:
    """Return each job's proposal, in a list of at most one; asked for once for each location."""
    places = [job.location_id for job in jobs if _may_show(context.reach, job)]
    found = await _found_by(context, "location_id", places)
    return [_listed(found.get(job.location_id, {}), f"j{job.id}") for job in jobs]


def _listed(
    found: Mapping[str, Proposal] | UpstreamError, key: str
) -> list[Proposal] | UpstreamError:
    if isinstance(found, UpstreamError):
        return found
    return [found[key]] if key in found else []


async def proposals_of_estimates(
    estimates: Sequence[Estimate], context: Context
) -> Sequence[Proposal | UpstreamError | None]:
    """Return the proposal each visible estimate is an option of.

    Its siblings are looked for at its location; where it has none, under its job. None for one of
    a project without a location: nothing finds its siblings. None on a direct link: it opens the
    estimates that were sent, and no siblings of theirs (R63).
    """
    if context.reach.is_link:
        return [None for _ in estimates]
    at = await _found_by(context, "location_id", [row.location_id for row in estimates])
    nowhere = [row.job_id for row in estimates if row.location_id is None]
    under = await _found_by(context, "job_id", nowhere)
    return [_around(row, at.get(row.location_id), under.get(row.job_id)) for row in estimates]


Found = Mapping[str, Proposal] | UpstreamError


def _around(
    row: Estimate, at: Found | None, under: Found | None
) -> Proposal | UpstreamError | None:
    found = under if at is None else at
    if found is None:
        return Proposal(key_of(row), (row,)) if row.project_id is None else None
    return found if isinstance(found, UpstreamError) else found.get(key_of(row))


async def _found_by(
    context: Context, by: str, values: Iterable[int | None]
) -> dict[int | None, Found]:
    """Return, for each value, the proposals of its visible estimates by their keys."""
    asked = list(dict.fromkeys(value for value in values if value is not None))
    answers = await context.under(ESTIMATES, by, asked)
    return {
        value: answer if isinstance(answer, UpstreamError) else _by_key(answer, context)
        for value, answer in zip(asked, answers, strict=True)
    }


def _by_key(answer: Iterable[Estimate], context: Context) -> dict[str, Proposal]:
    return {row.id: row for row in grouped(visible(answer, context))}


async def jobs_of_proposals(
    proposals: Sequence[Proposal], context: Context
) -> Sequence[Job | UpstreamError | None]:
    """Return the job each proposal was drawn up for, None where there is none in reach."""
    keys = [row.first.job_id for row in proposals]
    return await context.many(JOBS, keys, lambda row: may_see_job(context.reach, row))
