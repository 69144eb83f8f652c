"""How long an attempt to pay is left alone before somebody looks at it again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.payment_states import AttemptState

CALL_SECONDS: Final = 22.0
"""How long one call may take, to a processor or ServiceTitan; each client is less patient."""

LOCK_SECONDS: Final = 120.0
"""For how long whoever works on an attempt has it alone: longer than all calls of a walk take."""

ACTION: Final = timedelta(minutes=15)
"""For how long a payer may take for one more step; then the order is given up."""

POSTED: Final = timedelta(minutes=5)
"""When a payment that ServiceTitan was told of, and does not show by now, never came there.

It works on a request for 100 seconds at most (facts.md, b), and shows what it wrote soon after.
"""

RECORDING: Final = timedelta(hours=24)
"""For how long it is tried to record a payment, before it is left to the office."""

HANDED_OFF: Final = timedelta(minutes=15)
"""How often it is looked whether the office has entered a payment (R34)."""

HANDED_OFF_LONG_AGO: Final = timedelta(hours=1)
"""How often it is looked after some days."""

_SOME_DAYS: Final = timedelta(days=3)
_MOST_DOUBLED: Final = 16

_FIRST_AND_LONGEST: Final[Mapping[AttemptState, tuple[timedelta, timedelta]]] = MappingProxyType(
    {
        AttemptState.ACTION_REQUIRED: (timedelta(minutes=1), timedelta(minutes=1)),
        AttemptState.PROCESSING: (timedelta(minutes=1), timedelta(hours=1)),
        AttemptState.RECORD_PENDING: (timedelta(seconds=30), timedelta(minutes=30)),
        AttemptState.REFUND_PENDING: (timedelta(seconds=5), timedelta(hours=1)),
    }
)
_ELSE: Final = (timedelta(seconds=5), timedelta(minutes=5))


def again_after(state: AttemptState, tries: int, charged: timedelta | None = None) -> timedelta:
    """How long is an attempt left alone that stands here, and was looked at so often in vain?

    Twice as long each time; what was handed off by how long ago it was `charged`.
    """
    if state is AttemptState.HANDED_OFF:
        is_old = charged is not None and charged >= _SOME_DAYS
        return HANDED_OFF_LONG_AGO if is_old else HANDED_OFF
    first, longest = _FIRST_AND_LONGEST.get(state, _ELSE)
    return min(first * (1 << min(tries, _MOST_DOUBLED)), longest)


def has_had_time(attempt: Attempt, now: datetime) -> bool:
    """Has its payer had time enough for the step that was asked of them?"""
    return now - attempt.created_at >= ACTION


def is_too_late_to_record(attempt: Attempt, now: datetime) -> bool:
    """Was it tried for long enough to record it?"""
    return now - charged_at(attempt) >= RECORDING


def charged_at(attempt: Attempt) -> datetime:
    """When was it charged, as far as that is known?"""
    return attempt.charged_at or attempt.created_at
