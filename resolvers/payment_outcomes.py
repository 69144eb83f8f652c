"""What came of asking to pay: the payment, and why it was refused where it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from adapters.ledger.attempt_rows import Attempt
from adapters.payments.paid import Paid, Refusal, refusal_of
from resolvers.own_payments import Payment
from resolvers.payment_errors import PaymentError, PaymentErrorCode

_CODES: Final = {code.value: code for code in PaymentErrorCode}


@dataclass(frozen=True, slots=True)
class PayOutcome:
    """What came of it; `invoices` are the ids of those it is about, where they are in sight."""

    payment: Payment | None = None
    invoices: tuple[int, ...] = ()
    errors: tuple[PaymentError, ...] = ()


def refused(*errors: PaymentError, invoices: Sequence[int] = ()) -> PayOutcome:
    """Say that nothing was begun, and why."""
    return PayOutcome(invoices=tuple(invoices), errors=errors)


def outcome_of(paid: Paid) -> PayOutcome:
    """Say how the attempt stands: what refused it is told with it."""
    attempt, refusal = paid.attempt, paid.refusal or refusal_of(paid.attempt)
    errors = () if refusal is None else (_told(refusal),)
    invoices = tuple(split.invoice for split in attempt.splits)
    return PayOutcome(Payment(attempt, paid.action), invoices, errors)


def stored_outcome(attempt: Attempt) -> PayOutcome:
    """Say again what came of an attempt that was begun before under the same key (R33)."""
    return outcome_of(Paid(attempt))


def _told(refusal: Refusal) -> PaymentError:
    code = _CODES.get(refusal.code, PaymentErrorCode.NOT_AVAILABLE)
    return PaymentError(code, refusal.message, None, refusal.invoice, refusal.balance)
