"""PA-28: five declines in ten minutes, twenty payments in an hour; then one waits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ledger.payment_states import AttemptState
from resolvers.payers import to_wait

NOW = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
DECLINED, RECORDED = AttemptState.DECLINED, AttemptState.RECORDED


def lately(state: AttemptState, *minutes: float) -> list[tuple[AttemptState, datetime]]:
    return [(state, NOW - timedelta(minutes=ago)) for ago in minutes]


CASES = {
    "nobody tried": ([], 0),
    "four declines": (lately(DECLINED, 1, 2, 3, 4), 0),
    "five declines": (lately(DECLINED, 1, 2, 3, 4, 5), 5),
    "five declines, one of them long ago": (lately(DECLINED, 1, 2, 3, 4, 10), 0),
    "six declines": (lately(DECLINED, 1, 2, 3, 4, 5, 6), 5),
    "five that were paid": (lately(RECORDED, 1, 2, 3, 4, 5), 0),
    "twenty that were paid": (lately(RECORDED, *range(1, 21)), 40),
    "nineteen": (lately(RECORDED, *range(1, 20)), 0),
    "both": (lately(DECLINED, *[2] * 5) + lately(RECORDED, *[30] * 15), 30),
}


@pytest.mark.parametrize("case", CASES)
def test_for_how_long_one_waits(case: str) -> None:
    attempts, minutes = CASES[case]
    assert to_wait(attempts, NOW) == timedelta(minutes=minutes)


MOMENTS = st.lists(st.integers(0, 5000), max_size=40)


@given(MOMENTS, MOMENTS)
def test_after_the_wait_one_may(declined: list[int], paid: list[int]) -> None:
    told = [(DECLINED, NOW - timedelta(seconds=ago)) for ago in declined]
    told += [(RECORDED, NOW - timedelta(seconds=ago)) for ago in paid]
    wait = to_wait(told, NOW)
    assert to_wait(told, NOW + wait) == timedelta(0)
    if wait:
        assert to_wait(told, NOW + wait - timedelta(seconds=1)) > timedelta(0)
