"""What came of asking to accept an estimate: how far it is, and why it was refused where it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from adapters.ledger.acceptance_rows import Acceptance
from adapters.ledger.acceptance_states import AcceptanceState
from adapters.payments.acceptance_desk import Signed
from resolvers.estimate_errors import EstimateError, stored_error
from resolvers.own_payments import Payment
from resolvers.payment_progress import RecordingState

_S, _R = AcceptanceState, RecordingState

_RECORDING: Final[Mapping[AcceptanceState, RecordingState]] = MappingProxyType(
    {
        _S.RECEIVED: _R.NOT_DUE,
        _S.AWAITING_DEPOSIT: _R.NOT_DUE,
        _S.SELLING: _R.PENDING,
        _S.SELL_PENDING: _R.PENDING,
        _S.SOLD: _R.RECORDED,
        _S.HANDED_OFF: _R.HANDED_OFF,
        _S.REFUSED: _R.NOT_DUE,
    }
)
_STANDS: Final = frozenset({_S.SELLING, _S.SELL_PENDING, _S.SOLD, _S.HANDED_OFF})


@dataclass(frozen=True, slots=True)
class AcceptOutcome:
    """What came of it; `estimate` is the id of the one it is about, where its rules let it be seen.

    Without an acceptance, an error or a payment that is still under way says why.
    """

    estimate: int | None = None
    acceptance: Acceptance | None = None
    payment: Payment | None = None
    errors: tuple[EstimateError, ...] = ()


def refused(*errors: EstimateError, estimate: int | None = None) -> AcceptOutcome:
    """Say that nothing was begun, and why."""
    return AcceptOutcome(estimate, errors=errors)


def outcome_of(signed: Signed) -> AcceptOutcome:
    """Say how an acceptance stands: what refused it is told with it."""
    acceptance, paid = signed.acceptance, signed.paid
    payment = None if paid is None else Payment(paid.attempt, paid.action)
    of = acceptance.given.estimate
    if acceptance.state is _S.REFUSED:
        error = stored_error(acceptance.failure_code, acceptance.failure)
        return AcceptOutcome(of, payment=payment, errors=(error,))
    return AcceptOutcome(of, acceptance if stands(acceptance.state) else None, payment)


def stands(state: AcceptanceState) -> bool:
    """Is an estimate accepted whose acceptance stands here, whoever sells it, and when?"""
    return state in _STANDS


def recording_of(acceptance: Acceptance) -> RecordingState:
    """How far has it come in ServiceTitan?"""
    return _RECORDING[acceptance.state]
