"""Service history: the jobs that were done on a machine."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from adapters.servicetitan.installed_equipment import Equipment
from adapters.servicetitan.jobs import Job
from resolvers.at_once import all_of
from resolvers.context import Context
from resolvers.cursors import Spot
from resolvers.jobs import own_jobs
from resolvers.moments import day_in
from resolvers.paging import Listing

Histories = Mapping[int, Sequence[Job]]


async def histories_of(
    machines: Sequence[Equipment], context: Context
) -> Sequence[Listing[Job] | BaseException]:
    """Return the jobs in sight that were done on each machine, newest first (R68).

    They are looked for among the jobs of whoever its place belongs to, asked for once for each.
    """
    owners = [context.reach.places[machine.location_id].customer_id for machine in machines]
    distinct = list(dict.fromkeys(owners))
    answers = await all_of(context.once(_by_machine, owner) for owner in distinct)
    found = dict(zip(distinct, answers, strict=True))
    return [
        _listed(machine, found[owner], context)
        for machine, owner in zip(machines, owners, strict=True)
    ]


async def _by_machine(context: Context, owner: int) -> Histories:
    """Return this owner's jobs by the machines they were done on, newest first."""
    told: defaultdict[int, list[Job]] = defaultdict(list)
    jobs = await own_jobs(context, owner)
    newest_first = sorted(
        jobs, key=lambda job: (_day(job, context) or date.min, job.id), reverse=True
    )
    for job in newest_first:
        for machine in dict.fromkeys(job.equipment_ids):
            told[machine].append(job)
    return told


def _day(job: Job, context: Context) -> date | None:
    """By which day does a job stand in a history: when it was completed, else when it was booked?

    Its visits are not asked for; a list by their hour would tell it (R59).
    """
    return day_in(context.zone, job.completed_on or job.created_on)


def _listed(
    machine: Equipment, found: Histories | BaseException, context: Context
) -> Listing[Job] | BaseException:
    if isinstance(found, BaseException):
        return found
    return Listing(
        rows=found.get(machine.id, ()),
        spot=lambda job: Spot(_day(job, context), job.id),
        name=f"service history {machine.id}",
        newest_first=True,
    )
