"""What the audit trail is told of a payment: what happened to it, and how much it is."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.audit import Action, By, Entry
from adapters.ledger.payment_states import NOT_CHARGED, AttemptState

_S = AttemptState

_DEEDS: Final[Mapping[AttemptState, Action]] = MappingProxyType(
    {
        _S.RECEIVED: Action.PAYMENT_ATTEMPTED,
        _S.REFUSED: Action.PAYMENT_REFUSED,
        _S.DECLINED: Action.PAYMENT_DECLINED,
        _S.EXPIRED: Action.PAYMENT_CANCELED,
        _S.PROCESSING: Action.PAYMENT_PROCESSING,
        _S.CHARGED: Action.PAYMENT_CHARGED,
        _S.RECORDED: Action.PAYMENT_RECORDED,
        _S.HANDED_OFF: Action.PAYMENT_HANDED_OFF,
        _S.REFUND_PENDING: Action.PAYMENT_REFUND_ORDERED,
        _S.REFUNDED: Action.PAYMENT_REFUNDED,
        _S.RETURNED: Action.PAYMENT_RETURNED,
    }
)


def deed_of(before: AttemptState | None, after: Attempt) -> Action | None:
    """Which deed is this move? None for one within the house, which its steps alone tell.

    What is recorded though nobody found it in ServiceTitan, the office says it entered.
    """
    if is_settling(before, after.state, after.servicetitan_payment_id):
        return Action.PAYMENT_SETTLED
    if after.state is _S.REFUND_PENDING and before in NOT_CHARGED:
        return Action.PAYMENT_CHARGED_LATE
    if after.state is _S.REFUND_PENDING and before in {_S.REFUND_PENDING, _S.REFUNDED}:
        return Action.PAYMENT_REFUND_FAILED
    return _DEEDS.get(after.state)


def is_settling(before: AttemptState | None, to: AttemptState, payment: int | None) -> bool:
    """Does the office say, by this move, that it has entered the payment in ServiceTitan?"""
    return before is _S.HANDED_OFF and to is _S.RECORDED and payment is None


def entry_of(action: Action, attempt: Attempt, by: By) -> Entry:
    """Return the entry of this deed: what was paid, how much, and of what (PA-25)."""
    entry = by.did(
        action,
        f"payment {attempt.id}",
        amount=str(attempt.amount),
        currency=attempt.currency,
        customer=attempt.customer,
        invoices=[split.invoice for split in attempt.splits],
        estimate=attempt.estimate,
        method=attempt.method_kind,
        confirmation=attempt.confirmation,
        because=attempt.failure_code,
        **({"sent_back": str(attempt.sent_back)} if attempt.sent_back else {}),
    )
    return replace(entry, version=attempt.authorization_version)
