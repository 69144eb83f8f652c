"""What the cashier is asked for beside an attempt's row, and what it answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal

from adapters.ledger.attempt_rows import Attempt, NewAttempt
from adapters.ledger.payment_states import AttemptState
from adapters.payments.kinds import DeclineCode
from adapters.payments.processor import ChargeOrder, NextAction, Origin, Source

NOT_AVAILABLE = "NOT_AVAILABLE"
NOTHING_CHARGED = "Nothing was charged. Try again, or call the office."


@dataclass(frozen=True, slots=True)
class Means:
    """With what, and under which words, an attempt is to be charged. None of it is kept.

    `return_url` is where a redirect leads back to. `origin` is where the payer authorized a bank
    payment from, at this moment.
    """

    source: Source
    description: str
    return_url: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was charged: a word of PaymentErrorCode, and a sentence for the payer.

    `invoice` is the one that it is about, and `balance` what is owed on it now.
    """

    code: str
    message: str
    invoice: int | None = None
    balance: Decimal | None = None


Check = Callable[[Attempt], Awaitable[Refusal | None]]
"""May this be charged now? Asked right before the charge, of balances that are read afresh."""


@dataclass(frozen=True, slots=True)
class Paid:
    """An attempt as it stands after it was driven; it may still be on its way.

    `refusal` is told where it was refused or declined. `action` is what its payer is asked to do,
    None where nothing is, or where the processor cannot be asked for it now.
    """

    attempt: Attempt
    refusal: Refusal | None = None
    action: NextAction | None = None


def order_of(attempt: Attempt, means: Means) -> ChargeOrder:
    """Return what the processor is asked to charge; its marker is the attempt's own."""
    return ChargeOrder(
        marker=attempt.confirmation,
        amount=attempt.amount,
        currency=attempt.currency,
        source=means.source,
        description=means.description,
        keep=attempt.keep_method,
        authorization=attempt.authorization_version,
        return_url=means.return_url,
        origin=means.origin,
    )


def refusal_of(attempt: Attempt) -> Refusal | None:
    """Why was nothing charged, as the ledger has it? None where something was, or may be."""
    if attempt.state not in {AttemptState.REFUSED, AttemptState.DECLINED}:
        return None
    return Refusal(
        attempt.failure_code or DeclineCode.DECLINED.value, attempt.failure or NOTHING_CHARGED
    )


__all__ = [
    "NOTHING_CHARGED",
    "NOT_AVAILABLE",
    "Check",
    "Means",
    "NewAttempt",
    "Paid",
    "Refusal",
    "order_of",
    "refusal_of",
]
