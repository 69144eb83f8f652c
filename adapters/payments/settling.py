"""An attempt moved to where its charge stands."""

from typing import Final

import structlog

from adapters.ledger.attempt_rows import Attempt, Changes
from adapters.ledger.audit import By
from adapters.ledger.payment_states import AttemptState
from adapters.payments.desk import Desk
from adapters.payments.kinds import DeclineCode
from adapters.payments.outcomes import way
from adapters.payments.paid import NOT_AVAILABLE, NOTHING_CHARGED
from adapters.payments.processor import Charge, ChargeState

_A, _C = AttemptState, ChargeState

_NOT_CHARGED: Final = frozenset({_A.REFUSED, _A.DECLINED, _A.EXPIRED})
NEVER: Final = frozenset({_C.CANCELED, _C.DECLINED})
"""The states of an order that nothing was taken for, once it was given up."""
UNTAKEN: Final = frozenset({_C.PREPARED, _C.AUTHORIZED})
"""Those in which nothing was taken, and somebody's request may yet take it."""
_NOT_CONFIRMED: Final = "This payment was not confirmed. Nothing was charged."
_DECLINED: Final = "The payment was declined. Try another way to pay."
_TOLD: Final = {
    _C.REFUNDED: "the processor sent it back",
    _C.RETURNED: "the bank sent it back",
    _C.CANCELED: "its order was given up",
}

_log = structlog.get_logger("payments")


async def settle(desk: Desk, attempt: Attempt, charge: Charge, by: By) -> Attempt:
    """Move the attempt to where its charge stands, and return it; as it is where it is there.

    A charge is believed as it is told: what is not final must have been asked after.
    """
    if charge.state is _C.SUCCEEDED and charge.amount != attempt.amount:
        _log.error("another amount was charged", attempt=attempt.id, state=attempt.state.value)
    if charge.sent_back > attempt.sent_back:
        attempt = await desk.sent_back(attempt, charge.sent_back, by)
    for to in way(attempt.state, charge.state):
        attempt = await desk.move(attempt, to, by, _told(charge), **_changes(to, charge))
        if attempt.state is not to:  # who listens moved it on
            break
    return attempt


async def fenced(desk: Desk, attempt: Attempt, charge: Charge) -> Charge:
    """Return how a charge stands for good that was declined, never begun, or only authorized.

    A browser may hold what it takes to try again, and a request may still be on its way: the order
    is given up, so that neither takes anything after this. Raises ProcessorError.
    """
    if charge.state not in UNTAKEN | {_C.DECLINED}:
        return charge
    final = await desk.cancel(attempt)
    was_declined = charge.state is _C.DECLINED and final.state in NEVER
    return charge if was_declined else final


def _told(charge: Charge) -> str:
    return _TOLD.get(charge.state, "")


def _changes(to: AttemptState, charge: Charge) -> Changes:
    if to in _NOT_CHARGED:
        return Changes(failure_code=_code(to, charge), failure=_words(to, charge), tries=0)
    if to is _A.ACTION_REQUIRED and charge.action is not None:
        return Changes(action_kind=charge.action.kind.value, tries=0)
    return Changes(tries=0)


def _code(to: AttemptState, charge: Charge) -> str:
    if charge.state is _C.CANCELED or to is not _A.DECLINED:
        return NOT_AVAILABLE
    return (charge.decline or DeclineCode.DECLINED).value


def _words(to: AttemptState, charge: Charge) -> str:
    if to is _A.EXPIRED:
        return _NOT_CONFIRMED
    return charge.words or (NOTHING_CHARGED if charge.state is _C.CANCELED else _DECLINED)
