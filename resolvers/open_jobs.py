"""Invoices of jobs that still go on, which a tenant may hold back (Q6)."""

from collections.abc import Mapping, Sequence

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.invoices import Invoice
from adapters.servicetitan.jobs import JOBS, Job
from resolvers.context import Context
from resolvers.job_tabs import tabs_of
from resolvers.tabs import JobTab
from resolvers.verdict import Refusal, Verdict

Jobs = Mapping[int, Job | UpstreamError]

_OVER = {JobTab.COMPLETED, JobTab.CANCELED}


def may_be_billed(tab: JobTab | None) -> Verdict:
    """May an invoice be shown whose job stands under this tab, where open jobs are held back (Q6)?

    A job that was called off is not open: what is owed for it stays to be seen.
    """
    if tab in _OVER:
        return True
    return Refusal("Q6", "The tenant shows an invoice when its job is over, and this one is not.")


async def verdicts_on(
    invoices: Sequence[Invoice], context: Context
) -> Sequence[Verdict | UpstreamError]:
    """May each of these visible invoices be shown, or is it held back until its job is over (Q6)?

    It costs nothing where the tenant holds nothing back. Of a job that is out of the viewer's reach
    nothing but its tab is used.
    """
    if not context.policy.invoices.hide_of_open_jobs:
        return [True for _ in invoices]
    jobs = await _jobs_of(invoices, context)
    tabs = await _tabs_by_job(jobs, context)
    return [_verdict(invoice, jobs, tabs) for invoice in invoices]


async def without_open_jobs(
    invoices: Sequence[Invoice], context: Context
) -> Sequence[Invoice | UpstreamError | None]:
    """Return each visible invoice, None where it is held back until its job is over."""
    verdicts = await verdicts_on(invoices, context)
    return [
        verdict if isinstance(verdict, UpstreamError) else invoice if verdict else None
        for invoice, verdict in zip(invoices, verdicts, strict=True)
    ]


async def all_without_open_jobs(invoices: Sequence[Invoice], context: Context) -> list[Invoice]:
    """Return these invoices without those held back; raises UpstreamError where one is unsure."""
    shown = await without_open_jobs(invoices, context)
    for row in shown:
        if isinstance(row, UpstreamError):
            raise row
    return [row for row in shown if isinstance(row, Invoice)]


def _verdict(
    invoice: Invoice, jobs: Jobs, tabs: Mapping[int, JobTab | UpstreamError | None]
) -> Verdict | UpstreamError:
    job = jobs.get(invoice.job.id) if invoice.job else None
    if job is None or isinstance(job, UpstreamError):
        return True if job is None else job
    tab = tabs[job.id]
    return tab if isinstance(tab, UpstreamError) else may_be_billed(tab)


async def _tabs_by_job(jobs: Jobs, context: Context) -> Mapping[int, JobTab | UpstreamError | None]:
    known = [job for job in jobs.values() if isinstance(job, Job)]
    return dict(zip((job.id for job in known), await tabs_of(known, context), strict=True))


async def _jobs_of(invoices: Sequence[Invoice], context: Context) -> Jobs:
    """Return the invoices' jobs: those of the customers billed together, any others by their id.

    A job that is found nowhere is not in it.
    """
    parties = context.reach.parties
    billed = [row.customer.id for row in invoices if row.customer and row.customer.id in parties]
    customers = list(dict.fromkeys(billed))
    wanted = dict.fromkeys(row.job.id for row in invoices if row.job)
    found: dict[int, Job | UpstreamError] = {}
    for answer in await context.under(JOBS, "customer_id", customers):
        if not isinstance(answer, UpstreamError):
            found.update((job.id, job) for job in answer if job.id in wanted)
    elsewhere = [of for of in wanted if of not in found]
    for of, one in zip(elsewhere, await context.under(JOBS, "id", elsewhere), strict=True):
        if isinstance(one, UpstreamError) or one:
            found[of] = one if isinstance(one, UpstreamError) else one[0]
    return found
