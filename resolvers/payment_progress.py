"""How far a payment has come, as its payer is told: by the processor, and in ServiceTitan."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from adapters.ledger.payment_states import AttemptState


class PaymentState(Enum):
    """How far a payment has come."""

    REQUIRES_ACTION = "REQUIRES_ACTION"
    PROCESSING = "PROCESSING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    RETURNED = "RETURNED"
    REFUNDED = "REFUNDED"


class RecordingState(Enum):
    """How far it has come in ServiceTitan's books."""

    NOT_DUE = "NOT_DUE"
    PENDING = "PENDING"
    RECORDED = "RECORDED"
    HANDED_OFF = "HANDED_OFF"


_A, _P, _R = AttemptState, PaymentState, RecordingState

_TOLD: Final[Mapping[AttemptState, tuple[PaymentState, RecordingState]]] = MappingProxyType(
    {
        _A.RECEIVED: (_P.PROCESSING, _R.NOT_DUE),
        _A.CHECKED: (_P.PROCESSING, _R.NOT_DUE),
        _A.REFUSED: (_P.FAILED, _R.NOT_DUE),
        _A.CHARGING: (_P.PROCESSING, _R.NOT_DUE),
        _A.ACTION_REQUIRED: (_P.REQUIRES_ACTION, _R.NOT_DUE),
        _A.UNKNOWN: (_P.PROCESSING, _R.NOT_DUE),
        _A.DECLINED: (_P.FAILED, _R.NOT_DUE),
        _A.EXPIRED: (_P.CANCELED, _R.NOT_DUE),
        _A.PROCESSING: (_P.PROCESSING, _R.NOT_DUE),
        _A.CHARGED: (_P.SUCCEEDED, _R.PENDING),
        _A.RECORDING: (_P.SUCCEEDED, _R.PENDING),
        _A.RECORD_PENDING: (_P.SUCCEEDED, _R.PENDING),
        _A.HANDED_OFF: (_P.SUCCEEDED, _R.HANDED_OFF),
        _A.RECORDED: (_P.SUCCEEDED, _R.RECORDED),
        _A.REFUND_PENDING: (_P.SUCCEEDED, _R.NOT_DUE),
        _A.REFUNDED: (_P.REFUNDED, _R.NOT_DUE),
        _A.RETURNED: (_P.RETURNED, _R.NOT_DUE),
    }
)


def payment_state(state: AttemptState) -> PaymentState:
    """How far has a payment come whose attempt stands here?"""
    return _TOLD[state][0]


def recording_state(state: AttemptState) -> RecordingState:
    """How far has it come in ServiceTitan's books?"""
    return _TOLD[state][1]
