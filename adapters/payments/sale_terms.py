"""What selling an accepted estimate goes by: the tenant's choice, waits, and why it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from types import MappingProxyType
from typing import Final

from adapters.ledger.acceptance_states import AcceptanceState
from adapters.ledger.attempt_rows import Attempt

LOCK_SECONDS: Final = 60.0
"""For how long whoever sells an estimate has it alone: longer than ServiceTitan may take for it."""

_KEY: Final = "\N{SECTION SIGN} acceptance "
_MOST_DOUBLED: Final = 16
_FIRST_AND_LONGEST: Final[Mapping[AcceptanceState, tuple[timedelta, timedelta]]] = MappingProxyType(
    {
        AcceptanceState.AWAITING_DEPOSIT: (timedelta(seconds=30), timedelta(minutes=15)),
        AcceptanceState.HANDED_OFF: (timedelta(minutes=15), timedelta(hours=1)),
    }
)
_ELSE: Final = (timedelta(seconds=5), timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class SaleTerms:
    """What the tenant chose: `sold_by` is their portal seller, None where the office sells by hand.

    `waits_for_bank` says that a deposit by bank counts as paid only once it has settled (R42).
    """

    sold_by: int | None = None
    waits_for_bank: bool = True


class NotSold(Enum):
    """Why what somebody signed was not accepted: words of EstimateErrorCode."""

    CHANGED = "CHANGED_SINCE_VIEWED"
    GONE = "NO_LONGER_AVAILABLE"
    SOLD_MEANWHILE = "ALREADY_ACCEPTED"
    NOT_PAID = "PAYMENT_REFUSED"
    NOT_FINISHED = "NOT_AVAILABLE"


SENTENCES: Final[Mapping[NotSold, str]] = MappingProxyType(
    {
        NotSold.CHANGED: "This estimate has changed since you signed it, and was not accepted.",
        NotSold.GONE: "This estimate is no longer offered, and was not accepted.",
        NotSold.SOLD_MEANWHILE: "This estimate was accepted elsewhere meanwhile.",
        NotSold.NOT_PAID: "The deposit was not paid, and the estimate was not accepted.",
        NotSold.NOT_FINISHED: "The estimate was not accepted. Try again.",
    }
)
SENT_BACK: Final = "The deposit is sent back to you."


def deposit_key(acceptance: int) -> str:
    """Return the key of its deposit's attempt: none that a client may choose (PA-5)."""
    return f"{_KEY}{acceptance}"


def of_acceptance(attempt: Attempt) -> int | None:
    """Return of which acceptance this is the deposit; None where it is of none."""
    told = attempt.key.removeprefix(_KEY)
    return int(told) if told != attempt.key and told.isdecimal() else None


def again_after(state: AcceptanceState, tries: int) -> timedelta:
    """How long is an acceptance left alone that stands here, and was looked at so often in vain?

    Twice as long each time.
    """
    first, longest = _FIRST_AND_LONGEST.get(state, _ELSE)
    return min(first * (1 << min(tries, _MOST_DOUBLED)), longest)
