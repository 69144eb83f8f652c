"""A payment made here as a document: the receipt of what was paid, recorded already or not."""

from collections.abc import Sequence
from decimal import Decimal

from adapters.documents import wording
from adapters.documents.papers import ReceiptPaper, SettledPart
from adapters.ledger.attempt_rows import Attempt, Split
from adapters.servicetitan.invoices import Invoice
from resolvers.context import Context
from resolvers.errors import NotFound
from resolvers.invoice_papers import bill_to_of, unit_of
from resolvers.invoices import money
from resolvers.letterheads import Office, office_of
from resolvers.moments import business_day, day_in
from resolvers.own_payments import Payment, invoices_of, payment
from resolvers.payment_progress import PaymentState, payment_state
from resolvers.signed_addresses import Target, TargetKind


def payment_address(payment: Payment, context: Context) -> str | None:
    """Where is the receipt of this payment? Nowhere before it has succeeded."""
    if not _has_receipt(payment.attempt):
        return None
    target = Target(TargetKind.PAYMENT, payment.id)
    return context.doors.documents.to(target, context.viewer, context.now)


def _has_receipt(attempt: Attempt) -> bool:
    return payment_state(attempt.state) is PaymentState.SUCCEEDED and bool(attempt.splits)


async def payment_paper(context: Context, key: int) -> ReceiptPaper:
    """Return the payment of this id as a document, with those of its invoices that are in sight.

    Raises NotFound for what is not this viewer's, was not paid, or was sent back (R14), and
    UpstreamError where any part of it cannot be read (R84).
    """
    attempt = (await payment(context, key)).attempt
    if not _has_receipt(attempt):
        raise NotFound
    rows = await invoices_of(context, [split.invoice for split in attempt.splits])
    if not rows:
        raise NotFound
    office = await office_of(context, unit_of(rows[0]))
    return _paper(attempt, rows, office, context)


def _paper(
    attempt: Attempt, rows: Sequence[Invoice], office: Office, context: Context
) -> ReceiptPaper:
    by_id: dict[int, Invoice] = {row.id: row for row in rows}
    shown = [split for split in attempt.splits if split.invoice in by_id]
    total = sum((split.amount for split in shown), Decimal(0))
    paid_on = day_in(context.zone, attempt.charged_at or attempt.created_at)
    return ReceiptPaper(
        business_unit=unit_of(rows[0]),
        number=attempt.confirmation,
        dated=paid_on or context.today,
        day=wording.day(paid_on),
        letterhead=office.letterhead,
        currency=attempt.currency,
        message=office.message,
        method=attempt.method_label,
        bill_to=bill_to_of(rows[0]),
        parts=tuple(_part(split, by_id[split.invoice], attempt.currency) for split in shown),
        total=wording.money(total, attempt.currency),
    )


def _part(split: Split, invoice: Invoice, currency: str) -> SettledPart:
    return SettledPart(
        number=split.number,
        day=wording.day(business_day(invoice.invoice_date)),
        service=", ".join(wording.address_lines(invoice.location_address)) or None,
        amount=wording.money(split.amount, currency),
        balance=wording.money(money(invoice, invoice.balance), currency),
    )
