"""Paying: begun, continued, and given up."""

from typing import Annotated

import strawberry

from resolvers import continuing, own_payments, paying
from resolvers import payment_errors as errors
from resolvers import payment_outcomes as model
from resolvers.bank_authorization import Agreed
from resolvers.ids import global_id
from resolvers.payment_input import PayWish, SourceWish
from schema.edges import field, later, list_of, tells
from schema.info import Info, given
from schema.payment_words import PaymentErrorCode
from schema.payments import Payment
from schema.scalars import Money

Parent = strawberry.Parent[model.PayOutcome]
Refused = strawberry.Parent[errors.PaymentError]
Invoice = later("Invoice", "schema.invoices")


@strawberry.input(description="By what to pay: exactly one of these.", one_of=True)
class PaymentSourceInput:
    """A kept method, or a token. Card numbers never come here."""

    payment_method_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The global id of a method that is kept."
    )
    processor_token: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What the processor's form in the browser gave. Never a card's number.",
    )


@strawberry.input(description="That the payer agreed to a payment by bank.")
class AchAuthorizationInput:
    """Which version was read, and who agreed to it."""

    version: str = strawberry.field(description="AchAuthorization.version, as it was read.")
    authorized_by: str = strawberry.field(description="The name of whoever agreed.")


@strawberry.input(description="What to pay, and by what.")
class PayInvoicesInput:
    """A payment as it is asked for."""

    idempotency_key: str = strawberry.field(
        description=(
            "Chosen by the client, kept with the attempt: the same key with the same input returns "
            "the first result. 1 to 255 printable ASCII characters; a UUID is a good one."
        )
    )
    invoice_ids: list[strawberry.ID] = strawberry.field(
        description="Global ids of invoices of one Bill-To; at most 100."
    )
    expected_total: Money = strawberry.field(
        description=(
            "PaymentQuote.total as the payer saw it; another sum now is BALANCE_CHANGED, with the "
            "new one."
        )
    )
    amount: Money | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "A part of the whole: only for a single invoice, and only where the tenant allows it."
        ),
    )
    source: PaymentSourceInput = strawberry.field(description="By what to pay.")
    ach_authorization: AchAuthorizationInput | None = strawberry.field(
        default=strawberry.UNSET, description="Required for bank payments."
    )
    save_payment_method: bool | None = strawberry.field(
        default=False, description="Whether to keep the method for the next time."
    )


@strawberry.input(description="A payment that waits for its payer.")
class PaymentInput:
    """A payment by its global id."""

    payment_id: strawberry.ID = strawberry.field(description="The payment's global id.")


@strawberry.type(description="Why a payment is refused: to be shown to the payer.")
class PaymentUserError:
    """Shows an expected refusal."""

    code: PaymentErrorCode = strawberry.field(description="What kind of refusal it is.")
    message: str = strawberry.field(description="A sentence that says what to do.")
    field: list[str] | None = strawberry.field(
        description="The path of the input it is about; null where it is about none."
    )

    @tells("The invoice it is about; null where it is about none, or about several.")
    def invoice_id(error: Refused) -> strawberry.ID | None:
        return None if error.invoice is None else strawberry.ID(global_id("Invoice", error.invoice))

    @tells("What is left to pay now; null where that is not what it is about.")
    def current_balance(error: Refused) -> Money | None:
        return None if error.balance is None else Money(error.balance)


async def _invoices(outcome: Parent, info: Info) -> object:
    if not outcome.invoices:
        return None
    return await own_payments.invoices_of(info.context, outcome.invoices)


@strawberry.type(description="What came of paying.")
class PayInvoicesPayload:
    """Shows what came of it."""

    payment: Payment | None = strawberry.field(
        description="The payment as it is now; null where none was begun."
    )
    invoices = field(
        _invoices,
        list_of(Invoice) | None,
        "The invoices as they are now; null where none of them is in sight.",
    )
    errors: list[PaymentUserError] = strawberry.field(
        name="userErrors", description="Why it was not paid; none where it was, or is on its way."
    )


Wish = Annotated[PayInvoicesInput, strawberry.argument(description="What to pay, and by what.")]
Waiting = Annotated[PaymentInput, strawberry.argument(description="The payment.")]


def source_of(told: PaymentSourceInput) -> SourceWish:
    """Read by what is to be paid."""
    return SourceWish(given(told.payment_method_id), given(told.processor_token))


def agreed_of(told: AchAuthorizationInput | None) -> Agreed | None:
    """Read what was agreed to, None where nothing was."""
    return None if told is None else Agreed(told.version, told.authorized_by)


async def _pay(info: Info, input: Wish) -> object:
    wish = PayWish(
        key=input.idempotency_key,
        invoices=tuple(input.invoice_ids),
        expected=input.expected_total,
        source=source_of(input.source),
        amount=given(input.amount),
        agreed=agreed_of(given(input.ach_authorization)),
        keep=bool(input.save_payment_method),
    )
    return await paying.pay_invoices(info.context, wish)


async def _confirm(info: Info, input: Waiting) -> object:
    return await continuing.confirm_payment(info.context, input.payment_id)


async def _cancel(info: Info, input: Waiting) -> object:
    return await continuing.cancel_payment(info.context, input.payment_id)


@strawberry.type
class PayingMutation:
    """What payers do."""

    pay_invoices = field(
        _pay,
        PayInvoicesPayload,
        "Pays invoices of one Bill-To. Ask again with the same key where no answer came: it is "
        "paid once.",
    )
    confirm_payment = field(
        _confirm,
        PayInvoicesPayload,
        "Continues a payment that asked for one more step (3-D Secure, bank confirmation).",
    )
    cancel_payment = field(
        _cancel,
        PayInvoicesPayload,
        "Gives up a payment that waits for its payer, and frees its invoices.",
    )
