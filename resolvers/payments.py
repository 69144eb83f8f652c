"""Payments as ServiceTitan's books have them: the part of each that went to an invoice in sight."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from adapters.servicetitan.errors import UpstreamError, UpstreamRejected
from adapters.servicetitan.invoices import Invoice
from adapters.servicetitan.payments import PAYMENTS, Payment
from resolvers.context import Context
from resolvers.moments import business_day, day_in


@dataclass(frozen=True, slots=True)
class AppliedPart:
    """One payment's part for one invoice; `payment` and `invoice` are their ids."""

    payment: int
    invoice: int
    amount: Decimal
    applied_on: date | None
    method: str | None


async def applied_to(
    invoices: Sequence[Invoice], context: Context
) -> Sequence[list[AppliedPart] | UpstreamError]:
    """Return what was paid on each of these visible invoices, the latest first."""
    answers = await context.under(PAYMENTS, "invoice_id", [invoice.id for invoice in invoices])
    return [
        a if isinstance(a, UpstreamError) else _parts(a, invoice.id, context)
        for invoice, a in zip(invoices, answers, strict=True)
    ]


def _parts(
    payments: Iterable[Payment], invoice: int, context: Context
) -> list[AppliedPart] | UpstreamError:
    parts: list[tuple[date, int, AppliedPart]] = []
    for payment in payments:
        for part in payment.applied_to if payment.active else ():
            if part.applied_to != invoice:
                continue
            if part.applied_amount is None:
                return UpstreamRejected("An amount paid on this invoice cannot be read.")
            on = day_in(context.zone, part.applied_on) or business_day(payment.date)
            told = AppliedPart(payment.id, invoice, part.applied_amount, on, payment.type)
            parts.append((on or date.min, payment.id, told))
    return [told for *_, told in sorted(parts, key=lambda part: part[:2], reverse=True)]
