"""An invoice as a document, for whoever may see the invoice."""

import asyncio
from collections.abc import Iterable, Sequence
from decimal import Decimal

from adapters.documents import wording
from adapters.documents.papers import InvoicePaper, PaidPart, Party, Sum
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.invoices import Invoice
from resolvers.context import Context
from resolvers.invoice_sums import leading_to_balance, leading_to_total
from resolvers.invoices import invoice, is_open, is_overdue, money
from resolvers.letterheads import Office, office_of
from resolvers.moments import business_day
from resolvers.paper_items import invoiced
from resolvers.payments import AppliedPart, applied_to
from resolvers.prose import plain


async def invoice_paper(context: Context, key: int) -> InvoicePaper:
    """Return the visible invoice of this id as a document.

    Raises NotFound (R14), and UpstreamError where any part of it cannot be read (R84).
    """
    found = await invoice(context, key)
    office, (parts,) = await asyncio.gather(
        office_of(context, unit_of(found)), applied_to([found], context)
    )
    if isinstance(parts, UpstreamError):
        raise parts
    return _paper(found, parts, office, context)


def _paper(
    invoice: Invoice, parts: Sequence[AppliedPart], office: Office, context: Context
) -> InvoicePaper:
    currency = context.policy.tenant.currency
    dated = business_day(invoice.invoice_date)
    processing = context.pending.on(invoice.id)

    def told(amount: Decimal) -> str:
        return wording.money(amount, currency)

    return InvoicePaper(
        business_unit=unit_of(invoice),
        number=number_of(invoice),
        dated=dated or context.today,
        day=wording.day(dated),
        letterhead=office.letterhead,
        currency=currency,
        message=office.message,
        due=wording.day(business_day(invoice.due_date)),
        terms=invoice.term_name,
        job=invoice.job.number if invoice.job else None,
        bill_to=bill_to_of(invoice),
        service_at=_service_at(invoice),
        summary=plain(invoice.summary),
        items=invoiced(invoice.items, currency),
        sums=_sums(leading_to_total(invoice), currency),
        total=told(money(invoice, invoice.total)),
        settled=_sums(leading_to_balance(invoice, parts, processing), currency),
        balance=told(money(invoice, invoice.balance)),
        is_paid=not is_open(invoice) and not processing,
        is_overdue=is_overdue(invoice, context.today),
        payments=tuple(
            PaidPart(day=wording.day(part.applied_on), method=part.method, amount=told(part.amount))
            for part in parts
        ),
    )


def number_of(invoice: Invoice) -> str:
    """Which number is printed on it?"""
    return invoice.reference_number or str(invoice.id)


def unit_of(invoice: Invoice) -> int | None:
    """Which business unit sent it?"""
    return invoice.business_unit.id if invoice.business_unit else None


def bill_to_of(invoice: Invoice) -> Party:
    """To whom is it billed, as it says itself?"""
    name = invoice.customer.name if invoice.customer else None
    return Party(name=name, address=wording.address_lines(invoice.customer_address))


def _service_at(invoice: Invoice) -> Party | None:
    """Where was the work done, as it says itself? A place named like its owner needs no name."""
    place, billed = invoice.location, invoice.customer
    name = place.name if place and not (billed and billed.name == place.name) else None
    address = wording.address_lines(invoice.location_address)
    return Party(name=name, address=address) if name or address else None


def _sums(rows: Iterable[tuple[str, Decimal]], currency: str) -> tuple[Sum, ...]:
    return tuple(Sum(label=name, amount=wording.money(told, currency)) for name, told in rows)
