"""What it means for an attempt how its charge stands at the processor."""

from collections import deque
from collections.abc import Mapping
from itertools import product
from types import MappingProxyType
from typing import Final

from adapters.ledger.payment_states import MOVES, AttemptState
from adapters.payments.processor import ChargeState

_A, _C = AttemptState, ChargeState

_MEANS: Final[Mapping[ChargeState, AttemptState]] = MappingProxyType(
    {
        _C.REQUIRES_ACTION: _A.ACTION_REQUIRED,
        _C.PROCESSING: _A.PROCESSING,
        _C.SUCCEEDED: _A.CHARGED,
        _C.DECLINED: _A.DECLINED,
        _C.CANCELED: _A.DECLINED,
        _C.REFUNDED: _A.REFUNDED,
        _C.RETURNED: _A.RETURNED,
    }
)
_GIVEN_UP: Final[Mapping[AttemptState, AttemptState]] = MappingProxyType(
    {_A.RECEIVED: _A.REFUSED, _A.CHECKED: _A.REFUSED, _A.ACTION_REQUIRED: _A.EXPIRED}
)
"""What an attempt becomes whose order was given up, where it is not DECLINED."""

_ON_THE_WAY: Final = frozenset({_A.CHECKED, _A.CHARGING, _A.PROCESSING, _A.CHARGED})
"""What may be passed through: what an attempt that is told late has been in the meantime."""


def way(state: AttemptState, seen: ChargeState) -> tuple[AttemptState, ...]:
    """Which moves does an attempt make that stands here, when its charge stands so?

    None where it has come as far, or farther: what is told late, twice or in another order is
    harmless. PREPARED moves nothing; whether it is given up is for who asks.
    """
    return _WAYS[state, seen]


def _way(state: AttemptState, seen: ChargeState) -> tuple[AttemptState, ...]:
    if seen not in _MEANS:
        return ()
    to = _MEANS[seen]
    if seen is _C.CANCELED:
        to = _GIVEN_UP.get(state, to)
    return () if state is to else _shortest(state, to)


def _shortest(state: AttemptState, to: AttemptState) -> tuple[AttemptState, ...]:
    """Return the fewest moves from here to there; none where there is no way."""
    ways: deque[tuple[AttemptState, ...]] = deque([(state,)])
    while ways:
        walked = ways.popleft()
        for onward in sorted(MOVES[walked[-1]], key=list(_A).index):
            if onward is to:
                return (*walked[1:], onward)
            if onward in _ON_THE_WAY and onward not in walked:
                ways.append((*walked, onward))
    return ()


_WAYS: Final = MappingProxyType({(of, seen): _way(of, seen) for of, seen in product(_A, _C)})
