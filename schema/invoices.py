"""Invoices."""

from datetime import datetime

import strawberry

from adapters.servicetitan import invoices as model
from resolvers import customers, invoices, jobs, locations, own_payments, payments, quotes
from resolvers.document_addresses import invoice_address, receipt_address
from resolvers.moments import business_day
from resolvers.prose import cleaned, plain
from schema.addresses import Address
from schema.document_links import document
from schema.edges import edge, field, later, list_of, tells
from schema.info import Info
from schema.invoice_items import InvoiceItem
from schema.needs import BILLING
from schema.node import Node, by_id, shows
from schema.scalars import URL, Day, Money, RichText
from schema.words import InvoiceStatus

Parent = strawberry.Parent[model.Invoice]
Customer = later("Customer", "schema.customers")
Location = later("Location", "schema.locations")
Job = later("Job", "schema.jobs")
Payment = later("Payment", "schema.payments")


@strawberry.type(
    description=(
        "The Bill-To as printed on the document; on a direct link it is all that is told of the "
        "customer."
    )
)
class BillTo:
    """Shows the Bill-To that an invoice carries."""

    @tells("The Bill-To's name.")
    def name(invoice: Parent) -> str:
        return (invoice.customer and invoice.customer.name) or ""

    customer_address: Address | None = strawberry.field(
        name="address", description="The Bill-To's address."
    )


@strawberry.type(description="A payment's part for this invoice.")
class AppliedPayment:
    """Shows an applied part."""

    amount: Money = strawberry.field(description="How much of the payment went to this invoice.")
    applied_on: Day | None = strawberry.field(description="The day it was applied.")
    method: str | None = strawberry.field(description="How it was paid, such as Check.")
    receipt_url: URL | None = document(receipt_address, "The payment's receipt as PDF.")


def _bill_to(invoice: Parent) -> object:
    return invoice


def _customer(invoice: Parent, info: Info) -> object:
    billed = invoice.customer.id if invoice.customer else None
    return customers.customer_in(info.context.reach, billed)


def _location(invoice: Parent, info: Info) -> object:
    place = invoice.location.id if invoice.location else None
    return locations.location_in(info.context.reach, place)


@strawberry.type(description="What a Bill-To was asked to pay.", directives=BILLING)
class Invoice(Node):
    """Shows an invoice in sight."""

    is_type_of = shows(model.Invoice)

    @tells("The number printed on it.")
    def number(invoice: Parent) -> str:
        return invoice.reference_number or str(invoice.id)

    @tells("How far it is paid.")
    def status(invoice: Parent) -> InvoiceStatus:
        return invoices.status_of(invoice)

    @tells("Whether something is left to pay after the day it was due.")
    def is_overdue(invoice: Parent, info: Info) -> bool:
        return invoices.is_overdue(invoice, info.context.today)

    @tells("The day it was written.")
    def invoice_date(invoice: Parent) -> Day | None:
        return _day(invoice.invoice_date)

    @tells("The day it is to be paid by.")
    def due_date(invoice: Parent) -> Day | None:
        return _day(invoice.due_date)

    @tells("The day it was paid.")
    def paid_on(invoice: Parent) -> Day | None:
        return _day(invoice.paid_on)

    sub_total: Money | None = strawberry.field(
        name="subtotal", description="The sum of its items before tax."
    )
    sales_tax: Money | None = strawberry.field(name="tax", description="Sales tax.")
    discount_total: Money | None = strawberry.field(
        name="discount", description="What was taken off."
    )

    @tells("What it comes to.")
    def total(invoice: Parent) -> Money:
        return Money(invoices.money(invoice, invoice.total))

    @tells("What is left to pay, after what is being processed.")
    def balance(invoice: Parent) -> Money:
        return Money(invoices.money(invoice, invoice.balance))

    @tells("What was done, as the technician wrote it up for the customer.")
    def summary(invoice: Parent) -> str | None:
        return plain(invoice.summary)

    @tells("The same as rich text.")
    def summary_html(invoice: Parent) -> RichText | None:
        told = cleaned(invoice.summary)
        return None if told is None else RichText(told)

    term_name: str | None = strawberry.field(name="terms", description="Payment terms.")
    bill_to = field(_bill_to, BillTo, "The Bill-To as printed on the document.")
    customer = field(
        _customer, Customer | None, "The Bill-To as a record in reach; null on a direct link."
    )
    location_address: Address | None = strawberry.field(
        name="serviceAddress",
        description=(
            "Where the work was done, as printed; it stands also where the location itself is "
            "out of reach."
        ),
    )
    location = field(_location, Location | None, "Where the work was done, where it is in reach.")
    items: list[InvoiceItem] | None = strawberry.field(description="What was billed.")
    job = edge(jobs.jobs_of_invoices, Job | None, "The job it was written for.")
    payments: list[AppliedPayment] | None = edge(
        payments.applied_to, list[AppliedPayment] | None, "What was paid on it, the latest first."
    )

    @tells(
        "Charged here and not yet in ServiceTitan's books: subtracted from balance wherever it is "
        "shown, summed or offered for payment."
    )
    def amount_processing(invoice: Parent, info: Info) -> Money:
        return Money(info.context.pending.on(invoice.id))

    pending_payments = edge(
        own_payments.pending_on,
        list_of(Payment) | None,
        "Payments of it that are under way, or not yet in ServiceTitan's books: those in sight.",
    )

    @tells("Whether something may be paid on it here and now.")
    def payable_online(invoice: Parent, info: Info) -> bool:
        return quotes.is_payable_online(invoice, info.context)

    pdf_url: URL | None = document(invoice_address, "The invoice as PDF.")


def _day(moment: datetime | None) -> Day | None:
    day = business_day(moment)
    return None if day is None else Day(day)


@strawberry.type
class InvoiceQuery:
    """An invoice by its id."""

    invoice: Invoice | None = by_id("Invoice", Invoice | None, "A visible invoice by its id.")
