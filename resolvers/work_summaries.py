"""What was done on a job, told to whoever may see the job, invoice or not (R58)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.jobs import Job
from adapters.servicetitan.work_summaries import WORK_SUMMARIES, WorkSummary
from resolvers.context import Context


async def summaries_of(
    jobs: Sequence[Job], context: Context
) -> Sequence[str | UpstreamError | None]:
    """Return each job's write-up as HTML from the office: its own invoice's, else another's.

    They are looked for among what is billed to the job's customer; where the job's own invoice is
    not there, it is billed to somebody else, and asked for by its id.
    """
    customers = [j.customer_id for j in jobs if j.customer_id in context.reach.parties]
    customers = list(dict.fromkeys(customers))
    answers = await context.under(WORK_SUMMARIES, "customer_id", customers)
    failed = {c: a for c, a in zip(customers, answers, strict=True) if isinstance(a, UpstreamError)}
    rows = [row for a in answers if not isinstance(a, UpstreamError) for row in a]
    known = {row.id for row in rows}
    elsewhere = [
        job.invoice_id
        for job in jobs
        if job.invoice_id is not None
        and job.invoice_id not in known
        and job.customer_id not in failed
    ]
    singles = await context.under(WORK_SUMMARIES, "id", elsewhere)
    lost = {of: a for of, a in zip(elsewhere, singles, strict=True) if isinstance(a, UpstreamError)}
    rows += [row for a in singles if not isinstance(a, UpstreamError) for row in a]
    by_job = _by_job(rows)
    return [
        failed.get(job.customer_id)
        or (lost.get(job.invoice_id) if job.invoice_id is not None else None)
        or _told(job, by_job.get(job.id, []))
        for job in jobs
    ]


def _by_job(rows: Iterable[WorkSummary]) -> dict[int, list[WorkSummary]]:
    found: defaultdict[int, list[WorkSummary]] = defaultdict(list)
    for row in rows:
        found[row.job_id].append(row)
    return found


def _told(job: Job, rows: list[WorkSummary]) -> str | None:
    told = sorted(rows, key=lambda row: (row.id != job.invoice_id, row.id))
    return next((row.summary for row in told if row.summary), None)
