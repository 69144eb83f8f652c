"""A payment received as a document, as far as it went to invoices that the viewer may see."""

from collections.abc import Sequence
from decimal import Decimal

from adapters.documents import wording
from adapters.documents.papers import ReceiptPaper, SettledPart
from adapters.servicetitan.errors import UpstreamError, UpstreamRejected
from adapters.servicetitan.invoices import INVOICES, Invoice
from adapters.servicetitan.payments import PAYMENTS, Payment
from resolvers.context import Context, whole
from resolvers.errors import NotFound
from resolvers.invoice_papers import bill_to_of, number_of, unit_of
from resolvers.invoices import invoice, may_see_invoice, money
from resolvers.letterheads import Office, office_of
from resolvers.moments import business_day

Applied = tuple[Invoice, Decimal]


async def receipt_paper(context: Context, key: int, through: int | None) -> ReceiptPaper:
    """Return the payment of this id, made on the visible invoice `through`, as a document.

    Raises NotFound (R14), and UpstreamError where any part of it cannot be read (R84).
    """
    if through is None:
        raise NotFound
    first = await invoice(context, through)
    (answer,) = await context.under(PAYMENTS, "invoice_id", [first.id])
    payment = next((row for row in whole(answer) if row.id == key and row.active), None)
    if payment is None:
        raise NotFound
    parts = await _parts(payment, context)
    office = await office_of(context, unit_of(first))
    return _paper(payment, first, parts, office, context)


async def _parts(payment: Payment, context: Context) -> list[Applied]:
    """Return each visible invoice the payment went to, and how much of it."""
    ids = [part.applied_to for part in payment.applied_to]
    found = await context.many(INVOICES, ids, lambda row: may_see_invoice(context.reach, row))
    parts: list[Applied] = []
    for part, row in zip(payment.applied_to, found, strict=True):
        if isinstance(row, UpstreamError):
            raise row
        if row is not None and part.applied_amount is None:
            raise UpstreamRejected("An amount of this payment cannot be read. Call the office.")
        if row is not None and part.applied_amount is not None:
            parts.append((row, part.applied_amount))
    return parts


def _paper(
    payment: Payment, first: Invoice, parts: Sequence[Applied], office: Office, context: Context
) -> ReceiptPaper:
    currency = context.policy.tenant.currency
    paid_on = business_day(payment.date)
    total = sum((amount for _, amount in parts), Decimal(0))
    return ReceiptPaper(
        business_unit=unit_of(first),
        number=str(payment.id),
        dated=paid_on or context.today,
        day=wording.day(paid_on),
        letterhead=office.letterhead,
        currency=currency,
        message=office.message,
        method=payment.type,
        bill_to=bill_to_of(first),
        parts=tuple(_settled(row, amount, currency) for row, amount in parts),
        total=wording.money(total, currency),
    )


def _settled(invoice: Invoice, amount: Decimal, currency: str) -> SettledPart:
    return SettledPart(
        number=number_of(invoice),
        day=wording.day(business_day(invoice.invoice_date)),
        service=", ".join(wording.address_lines(invoice.location_address)) or None,
        amount=wording.money(amount, currency),
        balance=wording.money(money(invoice, invoice.balance), currency),
    )
