"""Payments that wait for their payer: continued, or given up."""

from typing import Final

from adapters.ledger.attempt_rows import Attempt, AttemptKind
from adapters.ledger.payment_states import AttemptState
from adapters.payments.paid import Check
from resolvers.charging_check import check_of_authorized
from resolvers.context import Context
from resolvers.deposits import check_of_authorized_deposit
from resolvers.ids import number_of
from resolvers.own_payments import Payment, is_in_sight, is_own
from resolvers.payers import payer_of
from resolvers.payment_errors import NOT_AVAILABLE, NOT_FOUND, PaymentError
from resolvers.payment_outcomes import PayOutcome, outcome_of, refused, stored_outcome
from resolvers.processor_answers import ASK_AGAIN, heard

_NONE: Final = PaymentError(NOT_FOUND, "Not found.", ("input", "paymentId"))
_NOT_WAITING: Final = PaymentError(
    NOT_AVAILABLE, "This payment does not wait for you any more.", ("input", "paymentId")
)


async def confirm_payment(context: Context, told: str) -> PayOutcome:
    """Go on with a payment whose payer has done what was asked; raises Forbidden, UpstreamError.

    What they authorized is charged if nothing has changed since it was begun; else it is given up,
    and told as a payment that is refused at once (M-I4). One that has gone on by itself is told as
    it stands.
    """
    by = payer_of(context)
    attempt = await _own(context, told)
    if attempt is None:
        return refused(_NONE)
    if attempt.state is not AttemptState.ACTION_REQUIRED:
        return stored_outcome(attempt)
    await context.confirm()
    with heard(ASK_AGAIN):
        paid = await context.doors.till.cashier.confirm(attempt, by, _check(context, attempt))
    await context.look_again()
    return outcome_of(paid)


async def cancel_payment(context: Context, told: str) -> PayOutcome:
    """Give up a payment that waits for its payer, and free its invoices.

    Raises Forbidden, UpstreamError. One that was paid meanwhile stays paid, and is told so.
    """
    by = payer_of(context)
    attempt = await _own(context, told)
    if attempt is None:
        return refused(_NONE)
    if attempt.state is AttemptState.EXPIRED:
        return stored_outcome(attempt)
    if attempt.state is not AttemptState.ACTION_REQUIRED:
        return PayOutcome(Payment(attempt), _ids(attempt), (_NOT_WAITING,))
    await context.confirm()
    with heard(ASK_AGAIN):
        paid = await context.doors.till.cashier.cancel(attempt, by)
    await context.look_again()
    if paid.attempt.state is AttemptState.EXPIRED:
        return outcome_of(paid)
    return PayOutcome(Payment(paid.attempt, paid.action), _ids(attempt), (_NOT_WAITING,))


async def _own(context: Context, told: str) -> Attempt | None:
    """Return this viewer's own payment of this global id: nobody goes on with another's."""
    of = number_of(told, "Payment")
    found = {} if of is None else await context.doors.till.attempts.get([of])
    attempt = found.get(of or 0)
    if attempt is None or not is_own(context, attempt):
        return None
    return attempt if await is_in_sight(context, attempt) else None


def _check(context: Context, attempt: Attempt) -> Check:
    """Return the last look before what was authorized is charged."""
    if attempt.kind is AttemptKind.DEPOSIT:
        return check_of_authorized_deposit(context)
    return check_of_authorized(context)


def _ids(attempt: Attempt) -> tuple[int, ...]:
    return tuple(split.invoice for split in attempt.splits)
