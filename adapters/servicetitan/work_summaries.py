"""Work summaries: what was done, as written on an invoice, without the invoice's money."""

from adapters.servicetitan.invoices import INVOICES, Invoice
from adapters.servicetitan.model import InvoiceId, JobId, Model
from adapters.servicetitan.resource import Resource


class WorkSummary(Model, frozen=True, kw_only=True):
    """The write-up of a job (R58): it belongs to the job and has no money to leak.

    `id` is the invoice's, `summary` is HTML.
    """

    id: InvoiceId
    job_id: JobId
    summary: str | None = None


def _summary_on(invoice: Invoice) -> WorkSummary | None:
    if invoice.job is None:
        return None
    return WorkSummary(id=invoice.id, job_id=invoice.job.id, summary=invoice.summary)


WORK_SUMMARIES = Resource(
    name="work_summaries",
    path=INVOICES.path,
    model=WorkSummary,
    keys=INVOICES.keys,
    page_size=INVOICES.page_size,
    by_customer=INVOICES.by_customer,
    source=INVOICES,
    project=_summary_on,
)
