"""What it means for an attempt how its charge stands."""

from itertools import product

import pytest

from adapters.ledger.payment_states import AttemptState, may_move
from adapters.payments.outcomes import way
from adapters.payments.processor import ChargeState

_A, _C = AttemptState, ChargeState


@pytest.mark.parametrize(("state", "seen"), [*product(_A, _C)], ids=lambda of: of.value)
def test_every_way_is_one_of_moves(state: AttemptState, seen: ChargeState) -> None:
    for to in way(state, seen):
        assert may_move(state, to)
        state = to


@pytest.mark.parametrize(
    ("state", "seen", "moves"),
    [
        (_A.CHARGING, _C.SUCCEEDED, (_A.CHARGED,)),
        (_A.CHARGING, _C.PROCESSING, (_A.PROCESSING,)),
        (_A.CHARGING, _C.REQUIRES_ACTION, (_A.ACTION_REQUIRED,)),
        (_A.CHARGING, _C.DECLINED, (_A.DECLINED,)),
        (_A.CHARGING, _C.CANCELED, (_A.DECLINED,)),
        (_A.UNKNOWN, _C.SUCCEEDED, (_A.CHARGED,)),
        (_A.UNKNOWN, _C.CANCELED, (_A.DECLINED,)),
        (_A.UNKNOWN, _C.REFUNDED, (_A.CHARGED, _A.REFUNDED)),
        (_A.ACTION_REQUIRED, _C.CANCELED, (_A.EXPIRED,)),
        (_A.ACTION_REQUIRED, _C.DECLINED, (_A.DECLINED,)),
        (_A.ACTION_REQUIRED, _C.SUCCEEDED, (_A.CHARGED,)),
        (_A.RECEIVED, _C.CANCELED, (_A.REFUSED,)),
        (_A.CHECKED, _C.CANCELED, (_A.REFUSED,)),
        (_A.PROCESSING, _C.SUCCEEDED, (_A.CHARGED,)),
        (_A.PROCESSING, _C.DECLINED, (_A.DECLINED,)),
        (_A.PROCESSING, _C.RETURNED, (_A.RETURNED,)),
        (_A.PROCESSING, _C.REFUNDED, (_A.CHARGED, _A.REFUNDED)),
        (_A.RECORD_PENDING, _C.RETURNED, (_A.RETURNED,)),
        (_A.HANDED_OFF, _C.REFUNDED, (_A.REFUNDED,)),
        (_A.RECORDED, _C.REFUNDED, (_A.REFUNDED,)),
        (_A.REFUND_PENDING, _C.REFUNDED, (_A.REFUNDED,)),
    ],
)
def test_it_goes_there(
    state: AttemptState, seen: ChargeState, moves: tuple[AttemptState, ...]
) -> None:
    assert way(state, seen) == moves


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        *((state, _C.PREPARED) for state in _A),
        *((state, _C.SUCCEEDED) for state in (_A.CHARGED, _A.RECORDED, _A.REFUNDED, _A.DECLINED)),
        *((_A.CHARGED, seen) for seen in (_C.PROCESSING, _C.REQUIRES_ACTION, _C.DECLINED)),
        *((_A.RECORDED, seen) for seen in (_C.DECLINED, _C.CANCELED)),
        *((_A.EXPIRED, seen) for seen in _C),
        (_A.PROCESSING, _C.REQUIRES_ACTION),
        (_A.REFUND_PENDING, _C.SUCCEEDED),
    ],
)
def test_told_late_or_twice_it_moves_nothing(state: AttemptState, seen: ChargeState) -> None:
    assert way(state, seen) == ()
