"""Invoices: what a Bill-To was asked to pay, and for what."""

from decimal import Decimal
from enum import Enum

from adapters.servicetitan.addresses import Address
from adapters.servicetitan.model import (
    Instant,
    InvoiceId,
    JobId,
    MembershipId,
    Model,
    ProjectId,
)
from adapters.servicetitan.named import Named
from adapters.servicetitan.resource import BLOCK, Key, Resource


class ItemType(Enum):
    """Source: Accounting.V2 InvoiceItemType."""

    SERVICE = "Service"
    MATERIAL = "Material"
    EQUIPMENT = "Equipment"
    PRICE_MODIFIER = "PriceModifier"
    UNSPECIFIED = "Unspecified"
    UNKNOWN = "UNKNOWN"


class InvoiceItem(Model, frozen=True, kw_only=True):
    """A line of an invoice, without what it cost the business (R81).

    `description` is HTML from the office; `quantity` has up to nineteen decimals.
    Source: InvoiceItemResponse.
    """

    id: int
    description: str | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    total: Decimal | None = None
    type: ItemType = ItemType.UNKNOWN
    sku_name: str | None = None
    display_name: str | None = None
    order: int = 0
    is_chargeable: bool = True


class InvoiceJob(Model, frozen=True, kw_only=True):
    """The job an invoice was written for, as the invoice names it.

    Source: JobResponse (accounting).
    """

    id: JobId
    number: str | None = None
    type: str | None = None


class Invoice(Model, frozen=True, kw_only=True):
    """An invoice; `customer` is its Bill-To, wherever the work was done (R18, R19).

    Money is None where it was not told or cannot be read: such a balance is not payable.
    `items` is None where they were not told or not all could be read, and then says nothing;
    `summary` is HTML. Dates are business dates, `modified_on` is an instant.
    Source: GET /accounting/v2/tenant/{tenant}/invoices, InvoiceResponse.
    """

    id: InvoiceId
    reference_number: str | None = None
    invoice_date: Instant | None = None
    due_date: Instant | None = None
    paid_on: Instant | None = None
    sub_total: Decimal | None = None
    sales_tax: Decimal | None = None
    discount_total: Decimal | None = None
    total: Decimal | None = None
    balance: Decimal | None = None
    summary: str | None = None
    term_name: str | None = None
    customer: Named | None = None
    customer_address: Address | None = None
    location: Named | None = None
    location_address: Address | None = None
    job: InvoiceJob | None = None
    business_unit: Named | None = None
    adjustment_to_id: InvoiceId | None = None
    active: bool = True
    items: tuple[InvoiceItem, ...] | None = None
    membership_id: MembershipId | None = None
    project_id: ProjectId | None = None
    modified_on: Instant | None = None


def _bill_tos(row: Invoice) -> tuple[int, ...]:
    return (row.customer.id,) if row.customer else ()


INVOICES = Resource(
    name="invoices",
    path="accounting/v2/tenant/{tenant}/invoices",
    model=Invoice,
    keys={
        "id": Key[Invoice]("ids", lambda row: (row.id,), BLOCK),
        "customer_id": Key[Invoice]("customerId", _bill_tos),
    },
    page_size=500,
    by_customer="customer_id",
)
