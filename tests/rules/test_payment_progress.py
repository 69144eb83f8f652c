"""How far a payment has come, as its payer is told: every state of an attempt, once (3.3)."""

import pytest

from adapters.ledger.payment_states import COUNTED, AttemptState
from resolvers.payment_progress import PaymentState, RecordingState, payment_state, recording_state

TOLD = {
    "RECEIVED": ("PROCESSING", "NOT_DUE"),
    "CHECKED": ("PROCESSING", "NOT_DUE"),
    "REFUSED": ("FAILED", "NOT_DUE"),
    "CHARGING": ("PROCESSING", "NOT_DUE"),
    "ACTION_REQUIRED": ("REQUIRES_ACTION", "NOT_DUE"),
    "UNKNOWN": ("PROCESSING", "NOT_DUE"),
    "DECLINED": ("FAILED", "NOT_DUE"),
    "EXPIRED": ("CANCELED", "NOT_DUE"),
    "PROCESSING": ("PROCESSING", "NOT_DUE"),
    "CHARGED": ("SUCCEEDED", "PENDING"),
    "RECORDING": ("SUCCEEDED", "PENDING"),
    "RECORD_PENDING": ("SUCCEEDED", "PENDING"),
    "HANDED_OFF": ("SUCCEEDED", "HANDED_OFF"),
    "RECORDED": ("SUCCEEDED", "RECORDED"),
    "REFUND_PENDING": ("SUCCEEDED", "NOT_DUE"),
    "REFUNDED": ("REFUNDED", "NOT_DUE"),
    "RETURNED": ("RETURNED", "NOT_DUE"),
}


def test_every_state_is_told() -> None:
    assert {state.value for state in AttemptState} == TOLD.keys()


@pytest.mark.parametrize("state", AttemptState)
def test_a_state_is_told_as_the_contract_has_it(state: AttemptState) -> None:
    told = payment_state(state).value, recording_state(state).value
    assert told == TOLD[state.value]


def test_what_is_subtracted_is_told_as_taken_in_and_never_as_failed() -> None:
    told = {payment_state(state) for state in COUNTED}
    assert told == {PaymentState.PROCESSING, PaymentState.SUCCEEDED}
    assert RecordingState.RECORDED not in {recording_state(state) for state in COUNTED}
