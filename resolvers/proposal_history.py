"""Proposal history: what was offered on the jobs that were done on a machine."""

from collections.abc import Sequence

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.installed_equipment import Equipment
from adapters.servicetitan.jobs import Job
from resolvers.context import Context
from resolvers.opportunities import Proposal
from resolvers.paging import Listing
from resolvers.proposals import listing, newest_first, proposals_of_jobs
from resolvers.service_history import histories_of

Offered = Sequence[Proposal] | UpstreamError


async def proposal_histories_of(
    machines: Sequence[Equipment], context: Context
) -> Sequence[Listing[Proposal] | BaseException]:
    """Return the visible proposals of each machine's jobs, newest first (R68).

    Empty without Billing access: each is seen by the rules of proposals alone.
    """
    histories = await histories_of(machines, context)
    jobs = {
        job.id: job
        for history in histories
        if not isinstance(history, BaseException)
        for job in history.rows
    }
    offered = await proposals_of_jobs(list(jobs.values()), context)
    by_job: dict[int, Offered] = dict(zip(jobs, offered, strict=True))
    return [
        history
        if isinstance(history, BaseException)
        else _listed(machine, history, by_job, context)
        for machine, history in zip(machines, histories, strict=True)
    ]


def _listed(
    machine: Equipment, history: Listing[Job], by_job: dict[int, Offered], context: Context
) -> Listing[Proposal] | UpstreamError:
    rows: list[Proposal] = []
    for job in history.rows:
        offered = by_job[job.id]
        if isinstance(offered, UpstreamError):
            return offered
        rows.extend(offered)
    return listing(newest_first(rows, context), f"proposal history {machine.id}", context)
