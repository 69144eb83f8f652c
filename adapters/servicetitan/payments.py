"""Payments: what was paid, and to which invoices it was applied."""

from decimal import Decimal

from adapters.servicetitan.model import Instant, InvoiceId, Model, PaymentId
from adapters.servicetitan.resource import BLOCK, Key, Resource


class Applied(Model, frozen=True, kw_only=True):
    """The part of a payment that went to one invoice. Source: PaymentAppliedResponse."""

    applied_to: InvoiceId
    applied_amount: Decimal | None = None
    applied_on: Instant | None = None


class Payment(Model, frozen=True, kw_only=True):
    """A payment; only its part for a visible invoice may be shown.

    `type` is the method's name, such as Check.
    Source: GET /accounting/v2/tenant/{tenant}/payments, DetailedPaymentResponse.
    """

    id: PaymentId
    type: str | None = None
    date: Instant | None = None
    active: bool = True
    applied_to: tuple[Applied, ...] = ()


PAYMENTS = Resource(
    name="payments",
    path="accounting/v2/tenant/{tenant}/payments",
    model=Payment,
    keys={
        "invoice_id": Key[Payment](
            "appliedToInvoiceIds",
            lambda row: {applied.applied_to for applied in row.applied_to},
            BLOCK,
        ),
    },
    page_size=500,
)
