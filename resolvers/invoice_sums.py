"""How an invoice comes to its total, and from there to what is left to pay."""

from collections.abc import Sequence
from decimal import Decimal

from adapters.servicetitan.invoices import Invoice
from resolvers.invoices import money
from resolvers.payments import AppliedPart

Rows = list[tuple[str, Decimal]]


def leading_to_total(invoice: Invoice) -> Rows:
    """Return the lines that lead to the total; raises UpstreamRejected where it cannot be read.

    ServiceTitan does not say whether its subtotal is before or after discounts: a discount is told
    apart only where the lines add up with it, and nothing is told that does not add up.
    """
    total = money(invoice, invoice.total)
    subtotal, tax = invoice.sub_total, invoice.sales_tax or Decimal(0)
    if subtotal is None:
        return []
    off = abs(invoice.discount_total or Decimal(0))
    if off and subtotal + tax == total:
        rows = [("Subtotal before discounts", subtotal + off), ("Discounts", -off)]
    elif off and subtotal - off + tax == total:
        rows = [("Subtotal", subtotal), ("Discounts", -off)]
    else:
        rows = [("Subtotal", subtotal)]
    return [*rows, ("Tax", tax)] if sum(amount for _, amount in rows) + tax == total else []


def leading_to_balance(
    invoice: Invoice, parts: Sequence[AppliedPart], processing: Decimal = Decimal(0)
) -> Rows:
    """Return the lines from the total to the balance, payments first; none where nothing was paid.

    `processing` is what is charged and not yet in the books, which the balance is without. What
    the books took off without a payment that is known (a credit, a write-off) is told apart.
    """
    settled = money(invoice, invoice.total) - money(invoice, invoice.balance)
    paid = sum((part.amount for part in parts), Decimal(0))
    rows = [("Payments", -paid)] if paid else []
    if off := min(processing, max(settled - paid, Decimal(0))):
        rows.append(("Payments in process", -off))
    if other := settled - paid - off:
        rows.append(("Other credits" if other > 0 else "Adjustments", -other))
    return rows
