"""How far the acceptance of an estimate has come, and which way it may go on."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class SignatureKind(Enum):
    """How the customer signed: by a typed name, or by a drawing (R41)."""

    TYPED = "TYPED"
    DRAWN = "DRAWN"


class AcceptanceState(Enum):
    """Where it stands; SELLING is committed before ServiceTitan is told.

    In AWAITING_DEPOSIT its deposit is not charged yet. HANDED_OFF is the office's to sell. What is
    REFUSED was not accepted: nothing was sold.
    """

    RECEIVED = "RECEIVED"
    AWAITING_DEPOSIT = "AWAITING_DEPOSIT"
    SELLING = "SELLING"
    SELL_PENDING = "SELL_PENDING"
    SOLD = "SOLD"
    HANDED_OFF = "HANDED_OFF"
    REFUSED = "REFUSED"


_S = AcceptanceState

ACCEPTANCE_MOVES: Final[Mapping[AcceptanceState, frozenset[AcceptanceState]]] = MappingProxyType(
    {
        state: frozenset(told)
        for state, told in {
            _S.RECEIVED: {_S.AWAITING_DEPOSIT, _S.SELLING, _S.HANDED_OFF, _S.REFUSED},
            _S.AWAITING_DEPOSIT: {_S.SELLING, _S.HANDED_OFF, _S.REFUSED},
            _S.SELLING: {_S.SOLD, _S.SELL_PENDING, _S.HANDED_OFF, _S.REFUSED},
            _S.SELL_PENDING: {_S.SELLING, _S.SOLD, _S.HANDED_OFF, _S.REFUSED},
            _S.HANDED_OFF: {_S.SOLD, _S.REFUSED},
            _S.SOLD: set(),
            _S.REFUSED: set(),
        }.items()
    }
)
"""To which states each may move."""

ACCEPTANCE_FINAL: Final = frozenset({_S.SOLD, _S.REFUSED})
"""Those that ask nothing more of anybody."""

NOT_SOLD_YET: Final = frozenset({_S.SELLING, _S.SELL_PENDING, _S.HANDED_OFF})
"""Those that are accepted here, and that ServiceTitan may still show as open."""
