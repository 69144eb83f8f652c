"""Invoices: what a Bill-To in reach was asked to pay, by the portal's rules."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from functools import partial

from adapters.servicetitan.errors import UpstreamError, UpstreamRejected
from adapters.servicetitan.invoices import INVOICES, Invoice
from adapters.servicetitan.jobs import Job
from adapters.servicetitan.named import Named
from resolvers.access import NOWHERE, Place, Reach, named
from resolvers.at_once import all_of
from resolvers.context import Context
from resolvers.cursors import Spot
from resolvers.errors import NotFound
from resolvers.levels import AccessLevel
from resolvers.moments import business_day
from resolvers.open_jobs import all_without_open_jobs, without_open_jobs
from resolvers.paging import Listing
from resolvers.rules import Rule, always, judged
from resolvers.shelves import lasting
from resolvers.verdict import Refusal, Verdict

LINK_LASTS_AFTER_PAYMENT = timedelta(days=7)


class InvoiceStatus(Enum):
    """How far an invoice is paid."""

    OPEN = "OPEN"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"


def may_see_invoice(reach: Reach, invoice: Invoice) -> Verdict:
    """May this viewer see this invoice (R18, R21, R24)? A link to it needs no level (R64)."""
    return judged(INVOICE_RULES, reach, invoice)


def is_active(_reach: Reach, invoice: Invoice) -> Verdict:
    """Does the office still count this invoice (R24)?"""
    return True if invoice.active else Refusal("R24", "The invoice is no longer active.")


def is_billed_to(reach: Reach, invoice: Invoice) -> Verdict:
    """Is it billed where this viewer has Billing access (R18), or the invoice of their link?"""
    customer = invoice.customer.id if invoice.customer else None
    location = invoice.location.id if invoice.location else None
    if reach.billed(customer, location) is AccessLevel.BILLING or invoice.id in reach.invoices:
        return True
    place = None if location is None else reach.places.get(location)
    if invoice.customer and place is not None and customer not in reach.parties:
        return _billed_elsewhere(place, invoice.customer)
    return Refusal("R18", "It takes Billing access on the invoice's Bill-To.")


def _billed_elsewhere(place: Place, bill_to: Named) -> Refusal:
    payer = named("customer", bill_to.id, bill_to.name)
    because = f"It is billed to {payer}, whoever the work at {place.named} was done for."
    return Refusal("R19", because)


def ever_owed(invoice: Invoice) -> Verdict:
    """Did this invoice, whosever it is, ever have a balance above 0 (R21, R22)?"""
    return _was_owed(NOWHERE, invoice)


def _was_owed(_reach: Reach, invoice: Invoice) -> Verdict:
    """Did it ever have a balance above 0? A balance below the total says that something was paid.

    Where money cannot be read nothing says that nothing was owed: the invoice is not hidden, and
    its money is an error.
    """
    total, balance = invoice.total, invoice.balance
    if total is None or balance is None or total > 0 or balance > 0 or total > balance:
        return True
    return Refusal("R21", "The invoice never had a balance above 0.")


def _why_billed(reach: Reach, invoice: Invoice) -> str:
    customer, place = invoice.customer, invoice.location
    holder = reach.billed_by(customer.id if customer else None, place.id if place else None)
    return f"The email has Billing access on {holder.named}." if holder else "A link opens it."


INVOICE_RULES = (
    Rule("R24", "Is the invoice active?", is_active, always("The invoice is active.")),
    Rule("R18", "Has the email Billing access on its Bill-To?", is_billed_to, _why_billed),
    Rule(
        "R21",
        "Did it ever have a balance above 0?",
        _was_owed,
        always("Something was owed or paid on it, or its amounts cannot be read."),
    ),
)
"""What every invoice is asked, wherever it is met."""


def money(invoice: Invoice, amount: Decimal | None) -> Decimal:
    """Return the amount; raises UpstreamRejected where ServiceTitan's cannot be read."""
    if amount is None:
        number = invoice.reference_number or "without a number"
        raise UpstreamRejected(f"An amount of invoice {number} cannot be read. Call the office.")
    return amount


def is_open(invoice: Invoice) -> bool:
    """Is there anything left to pay? Raises UpstreamRejected where that cannot be read."""
    return money(invoice, invoice.balance) > 0


def status_of(invoice: Invoice) -> InvoiceStatus:
    """How far is this invoice paid? Raises UpstreamRejected where that cannot be read."""
    if not is_open(invoice):
        return InvoiceStatus.PAID
    partly = money(invoice, invoice.total) > money(invoice, invoice.balance)
    return InvoiceStatus.PARTIALLY_PAID if partly else InvoiceStatus.OPEN


def link_lasts(invoice: Invoice, today: date) -> bool:
    """Does a link to it still open it: no longer than a week after it was paid?"""
    paid_on = business_day(invoice.paid_on)
    if paid_on is None or invoice.balance is None or invoice.balance > 0:
        return True
    return today <= paid_on + LINK_LASTS_AFTER_PAYMENT


def is_overdue(invoice: Invoice, today: date) -> bool:
    """Is something left to pay after the day it was due?"""
    due = business_day(invoice.due_date)
    return due is not None and due < today and is_open(invoice)


def due(invoices: Iterable[Invoice]) -> Decimal:
    """What is left to pay on all of these? Raises UpstreamRejected where a part cannot be read."""
    return sum(
        (invoice.balance or Decimal(0) for invoice in invoices if is_open(invoice)), Decimal(0)
    )


@lasting
async def own_invoices(context: Context, customer: int | None = None) -> list[Invoice]:
    """Return every visible invoice in reach, newest first; with `customer`, those billed to it."""
    sees = partial(may_see_invoice, context.reach)
    invoices = await context.own(INVOICES, sees, AccessLevel.BILLING, customer)
    shown = await all_without_open_jobs(invoices, context)
    return sorted(shown, key=_newest, reverse=True)


def _newest(invoice: Invoice) -> tuple[date, int]:
    return business_day(invoice.invoice_date) or date.min, invoice.id


async def invoices_by(
    context: Context,
    customer: int | None = None,
    location: int | None = None,
    status: InvoiceStatus | None = None,
) -> Listing[Invoice]:
    """Return the Invoices screen: visible invoices, newest first, narrowed as asked."""
    rows: list[Invoice] = await context.once(own_invoices, customer)
    if location is not None:
        rows = [row for row in rows if row.location is not None and row.location.id == location]
    if status is not None:
        rows = [row for row in rows if status_of(row) is status]
    return Listing(
        rows=rows,
        spot=lambda row: Spot(business_day(row.invoice_date), row.id),
        name=f"invoices {customer} {location} {status and status.value}",
        newest_first=True,
    )


async def invoice(context: Context, key: int) -> Invoice:
    """Return the visible invoice of this id; raises NotFound (R14) or UpstreamError."""
    (found,) = await _invoices(context, [key])
    if isinstance(found, UpstreamError):
        raise found
    if found is not None and key in context.reach.invoices:
        if not link_lasts(found, context.today):
            raise NotFound
        return found  # the office sent the link, whatever it leaves out of lists
    shown = [] if found is None else await all_without_open_jobs([found], context)
    if not shown:
        raise NotFound
    return shown[0]


async def _invoices(
    context: Context, keys: Sequence[int | None]
) -> list[Invoice | UpstreamError | None]:
    return await context.many(INVOICES, keys, partial(may_see_invoice, context.reach))


async def invoices_of_jobs(
    jobs: Sequence[Job], context: Context
) -> Sequence[list[Invoice] | UpstreamError]:
    """Return each job's visible invoices, the job's own first, then by id (R18, R28).

    They are looked for among what is billed to the job's customer; where the job's own invoice is
    not there, it is billed to somebody else, and asked for by its id.
    """
    reach = context.reach
    customers = reach.among((job.customer_id for job in jobs), AccessLevel.BILLING)
    answers = await context.under(INVOICES, "customer_id", customers)
    failed: dict[int, UpstreamError] = {
        c: a for c, a in zip(customers, answers, strict=True) if isinstance(a, UpstreamError)
    }
    rows = [row for a in answers if not isinstance(a, UpstreamError) for row in a]
    known: set[int] = {row.id for row in rows}
    may_be_elsewhere = reach.holds_anywhere(AccessLevel.BILLING)
    elsewhere = [
        job.invoice_id for job in jobs if may_be_elsewhere and _is_elsewhere(job, known, failed)
    ]
    singles = await _invoices(context, elsewhere)
    lost = {
        of: one
        for of, one in zip(elsewhere, singles, strict=True)
        if isinstance(one, UpstreamError)
    }
    wanted = {job.id for job in jobs}
    theirs = (row for row in rows if row.job is not None and row.job.id in wanted)
    seen = [row for row in theirs if may_see_invoice(context.reach, row)]
    seen += [one for one in singles if isinstance(one, Invoice)]
    by_job = await _by_job(seen, context)
    return [
        failed.get(job.customer_id)
        or lost.get(job.invoice_id)
        or _own_first(job, by_job.get(job.id, ()))
        for job in jobs
    ]


def _is_elsewhere(job: Job, known: set[int], failed: dict[int, UpstreamError]) -> bool:
    """Must this job's own invoice be asked for by its id?"""
    if job.invoice_id is None or job.invoice_id in known:
        return False
    return job.customer_id not in failed


async def _by_job(
    invoices: Sequence[Invoice], context: Context
) -> Mapping[int, Sequence[Invoice | UpstreamError]]:
    """Deal visible invoices to their jobs, each once, without those that are held back."""
    found: defaultdict[int, dict[int, Invoice | UpstreamError]] = defaultdict(dict)
    for row, shown in zip(invoices, await without_open_jobs(invoices, context), strict=True):
        if row.job is not None and shown is not None:
            found[row.job.id][row.id] = shown
    return {job: [*rows.values()] for job, rows in found.items()}


def _own_first(
    job: Job, invoices: Sequence[Invoice | UpstreamError]
) -> list[Invoice] | UpstreamError:
    for row in invoices:
        if isinstance(row, UpstreamError):
            return row
    rows = [row for row in invoices if isinstance(row, Invoice)]
    return sorted(rows, key=lambda row: (row.id != job.invoice_id, row.id))


async def totals_of(
    jobs: Sequence[Job], context: Context
) -> Sequence[Decimal | UpstreamError | None]:
    """Return each job's total, None where an invoice of it may be out of the viewer's sight (R82).

    A total tells what was billed, to whomever: it is shown only beside the job's own invoice.
    """
    return [
        found if isinstance(found, UpstreamError) else _total(job, found)
        for job, found in zip(jobs, await invoices_of_jobs(jobs, context), strict=True)
    ]


def _total(job: Job, visible: Sequence[Invoice]) -> Decimal | None:
    return job.total if any(row.id == job.invoice_id for row in visible) else None


async def invoices_of_customers(
    customers: Sequence[int], context: Context
) -> Sequence[list[Invoice] | BaseException]:
    """Return the visible invoices billed to each of these customers, newest first."""
    return await all_of(context.once(own_invoices, customer) for customer in customers)
