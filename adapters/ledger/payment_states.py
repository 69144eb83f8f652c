"""How far an attempt to pay has come, and which way it may go on (security.md, 3.3)."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class AttemptKind(Enum):
    """What is paid: invoices, or the deposit of an estimate that is accepted (R42)."""

    INVOICES = "INVOICES"
    DEPOSIT = "DEPOSIT"


class AttemptState(Enum):
    """Where it stands. CHARGING, RECORDING and REFUND_PENDING are committed before their call.

    CHARGING follows CHECKED, and ACTION_REQUIRED where what its payer authorized is captured.
    """

    RECEIVED = "RECEIVED"
    CHECKED = "CHECKED"
    REFUSED = "REFUSED"
    CHARGING = "CHARGING"
    ACTION_REQUIRED = "ACTION_REQUIRED"
    UNKNOWN = "UNKNOWN"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    PROCESSING = "PROCESSING"
    CHARGED = "CHARGED"
    RECORDING = "RECORDING"
    RECORD_PENDING = "RECORD_PENDING"
    HANDED_OFF = "HANDED_OFF"
    RECORDED = "RECORDED"
    REFUND_PENDING = "REFUND_PENDING"
    REFUNDED = "REFUNDED"
    RETURNED = "RETURNED"


_S = AttemptState
_SENT_BACK = {_S.REFUND_PENDING, _S.REFUNDED, _S.RETURNED}
_OUTCOMES = {_S.CHARGED, _S.PROCESSING, _S.DECLINED, _S.EXPIRED}
_CHARGED_AFTER_ALL = {_S.REFUND_PENDING}

MOVES: Final[Mapping[AttemptState, frozenset[AttemptState]]] = MappingProxyType(
    {
        state: frozenset(told)
        for state, told in {
            _S.RECEIVED: {_S.CHECKED, _S.REFUSED},
            _S.CHECKED: {_S.CHARGING, _S.REFUSED},
            _S.CHARGING: {_S.ACTION_REQUIRED, _S.UNKNOWN} | _OUTCOMES,
            _S.ACTION_REQUIRED: {_S.CHARGING, _S.UNKNOWN, _S.REFUSED} | _OUTCOMES,
            _S.UNKNOWN: {_S.ACTION_REQUIRED} | _OUTCOMES,
            _S.PROCESSING: {_S.CHARGED, _S.DECLINED, _S.RETURNED},
            _S.CHARGED: {_S.RECORDING, _S.HANDED_OFF} | _SENT_BACK,
            _S.RECORDING: {_S.RECORDED, _S.RECORD_PENDING, _S.HANDED_OFF} | _SENT_BACK,
            _S.RECORD_PENDING: {_S.RECORDING, _S.RECORDED, _S.HANDED_OFF} | _SENT_BACK,
            _S.HANDED_OFF: {_S.RECORDED} | _SENT_BACK,
            _S.REFUND_PENDING: _SENT_BACK,
            _S.RECORDED: _SENT_BACK,
            _S.REFUSED: _CHARGED_AFTER_ALL,
            _S.DECLINED: _CHARGED_AFTER_ALL,
            _S.EXPIRED: _CHARGED_AFTER_ALL,
            _S.REFUNDED: _CHARGED_AFTER_ALL,
            _S.RETURNED: set(),
        }.items()
    }
)
"""To which states each may move. A refund or a return may come after everything was recorded.

REFUND_PENDING comes again with each try that the processor refused, after what was given up and
charged all the same, and after a refund that came to nothing.
"""

OPEN: Final = frozenset({_S.RECEIVED, _S.CHECKED, _S.CHARGING, _S.ACTION_REQUIRED, _S.UNKNOWN})
"""Those that hold their invoices: no other attempt may begin on one of them."""

COUNTED: Final = frozenset(
    {_S.PROCESSING, _S.CHARGED, _S.RECORDING, _S.RECORD_PENDING, _S.HANDED_OFF, _S.REFUND_PENDING}
)
"""Those whose amounts are taken in and not yet in ServiceTitan's books: they are subtracted from
every balance that is shown, summed or offered (R34)."""

NOT_CHARGED: Final = frozenset({_S.REFUSED, _S.DECLINED, _S.EXPIRED})
"""Those that came to nothing."""

TAKEN: Final = frozenset({_S.CHARGED, _S.RECORDING, _S.RECORD_PENDING, _S.HANDED_OFF, _S.RECORDED})
"""Those whose money was taken, and that can be sent back."""

FINAL: Final = NOT_CHARGED | {_S.RECORDED, _S.REFUNDED, _S.RETURNED}
"""Those that ask nothing more of anybody."""


def may_move(now: AttemptState, to: AttemptState) -> bool:
    """May an attempt that stands here go there?"""
    return to in MOVES[now]
