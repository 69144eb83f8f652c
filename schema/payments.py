"""Payments made here."""

from datetime import datetime

import strawberry

from resolvers import customers
from resolvers import own_payments as model
from resolvers.moments import instant_in
from resolvers.payment_papers import payment_address
from resolvers.payment_progress import payment_state, recording_state
from schema.arguments import After, Before, CustomerId, First, Last
from schema.connections import connection_of, paged, paging
from schema.document_links import document
from schema.edges import edge, field, later, tells
from schema.info import Info, given
from schema.needs import BILLING
from schema.node import Node, by_id, shows
from schema.payment_words import ActionKind, PaymentState, RecordingState
from schema.scalars import URL, Instant, Money

Parent = strawberry.Parent[model.Payment]
Invoice = later("Invoice", "schema.invoices")


@strawberry.type(description="The part of a payment that went to one invoice.")
class PaymentSplit:
    """Shows a part."""

    invoice = edge(
        model.invoices_of_parts, Invoice | None, "The invoice; null where it is out of sight."
    )
    amount: Money = strawberry.field(description="How much of the payment went to it.")


@strawberry.type(description="One more step that is asked of the payer.")
class PaymentNextAction:
    """Shows what the browser needs for it."""

    kind: ActionKind = strawberry.field(description="What is asked.")
    client_secret: str | None = strawberry.field(
        description="What the processor's form in the browser goes on with. Keep it nowhere."
    )
    redirect_url: URL | None = strawberry.field(description="Where to send the payer's browser.")


def _parts(payment: Parent) -> object:
    return model.parts_of(payment)


async def _next_action(payment: Parent, info: Info) -> object:
    return await model.next_action(payment, info.context)


@strawberry.type(description="A payment made, or tried, through this gateway.")
class Payment(Node):
    """Shows an attempt to pay, in sight."""

    is_type_of = shows(model.Payment)

    @tells("How far it has come.")
    def state(payment: Parent) -> PaymentState:
        return payment_state(payment.attempt.state)

    @tells("How far it has come in ServiceTitan's books.")
    def recording(payment: Parent) -> RecordingState:
        return recording_state(payment.attempt.state)

    @tells("How much was, or is to be, charged.")
    def amount(payment: Parent) -> Money:
        return Money(payment.attempt.amount)

    splits = field(_parts, list[PaymentSplit], "How much of it goes to which invoice.")

    @tells('By what it was paid, such as "Visa ending in 4242".')
    def method(payment: Parent) -> str:
        return payment.attempt.method_label

    @tells("When it was submitted.")
    def submitted_at(payment: Parent, info: Info) -> Instant:
        return _instant(info, payment.attempt.created_at)

    @tells("Which backend took it, such as stripe or sandbox.")
    def processor(payment: Parent) -> str:
        return payment.attempt.processor

    @tells("What to name when calling the office about it.")
    def confirmation_number(payment: Parent) -> str:
        return payment.attempt.confirmation

    @tells("Why it was not paid, in words for the payer; null where nothing went wrong.")
    def failure(payment: Parent) -> str | None:
        return payment.attempt.failure

    next_action = field(
        _next_action,
        PaymentNextAction | None,
        "What its payer has to do before it goes on; null for everybody else, and where nothing "
        "is asked.",
    )
    receipt_url: URL | None = document(
        payment_address, "Its receipt as PDF; null until it has succeeded."
    )


def _instant(info: Info, moment: datetime) -> Instant:
    return Instant(instant_in(info.context.zone, moment))


async def _of_viewer(
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
    customer_id: CustomerId = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    customer = customers.asked_customer(info.context, given(customer_id))
    return paged(info, await model.own_payments(info.context, customer), asked)


OF_VIEWER = field(
    _of_viewer,
    connection_of(Payment) | None,
    "What this viewer paid or tried to pay here, newest first.",
    directives=BILLING,
)


@strawberry.type
class PaymentQuery:
    """A payment by its id."""

    payment: Payment | None = by_id("Payment", Payment | None, "A payment in sight by its id.")
