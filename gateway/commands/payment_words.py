"""What the office is told of a payment: how it stands, and what to do about it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from adapters.ledger.attempt_rows import Attempt, Split
from adapters.ledger.payment_states import AttemptState

_S = AttemptState

_BY_ITSELF = (
    "The gateway goes on with it by itself within minutes; "
    "portal-gateway payments reconcile has it done now."
)
_NOTHING_TAKEN = "Nothing was taken, and nothing is to be done."

NEXT: Final[Mapping[AttemptState, str]] = MappingProxyType(
    {
        _S.RECEIVED: _BY_ITSELF,
        _S.CHECKED: _BY_ITSELF,
        _S.CHARGING: _BY_ITSELF,
        _S.UNKNOWN: _BY_ITSELF,
        _S.ACTION_REQUIRED: (
            "Its payer was asked for one more step; until they confirm it nothing is charged, "
            "though their card may hold the amount. What is not confirmed after a quarter of an "
            "hour is given up by itself, and the hold with it."
        ),
        _S.PROCESSING: "The bank has it, for some days perhaps; the gateway asks how it stands.",
        _S.CHARGED: _BY_ITSELF,
        _S.RECORDING: _BY_ITSELF,
        _S.RECORD_PENDING: (
            "ServiceTitan could not be told of it yet; the gateway tries for a day, and then hands "
            "it to the office."
        ),
        _S.HANDED_OFF: (
            "Enter it in ServiceTitan, with {confirmation} in its memo. The gateway finds it there "
            "by that, or is told: portal-gateway payments settle {id} --by NAME. To send it back "
            "to its payer instead: portal-gateway payments refund {id} --by NAME."
        ),
        _S.RECORDED: "It is in ServiceTitan's books; nothing is to be done.",
        _S.REFUND_PENDING: _BY_ITSELF,
        _S.REFUNDED: "It was sent back to its payer.",
        _S.RETURNED: "The bank sent it back to its payer: what it was for is owed again.",
        _S.REFUSED: _NOTHING_TAKEN,
        _S.DECLINED: _NOTHING_TAKEN,
        _S.EXPIRED: _NOTHING_TAKEN,
    }
)
"""What happens, or is to be done, with a payment that stands here."""

_BACK: Final = (
    "{back} of it went back to its payer, and ServiceTitan does not know: void {where} there, or "
    "enter what went back, and then say so: portal-gateway payments settle {id} --by NAME."
)

_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def next_of(attempt: Attempt) -> str:
    """What happens next with this payment, and what has the office to do?"""
    told = NEXT[attempt.state].format(id=attempt.id, confirmation=attempt.confirmation)
    back = attempt.sent_back - attempt.entered_back
    if back <= 0:
        return told
    entered = attempt.servicetitan_payment_id
    where = "its payment" if entered is None else f"payment {entered}"
    return f"{told} {_BACK}".format(back=f"{back} {attempt.currency}", where=where, id=attempt.id)


def is_for_office(attempt: Attempt) -> bool:
    """Has the office to enter it in ServiceTitan, or what went back of it?"""
    return attempt.state is _S.HANDED_OFF or attempt.sent_back > attempt.entered_back


def sent_back_of(attempt: Attempt) -> str:
    """How much of it went back to its payer? Nothing is told where nothing did."""
    return f"{attempt.sent_back} {attempt.currency}" if attempt.sent_back else ""


def named(attempt: Attempt) -> str:
    """Name a payment by its id and by what its payer was told."""
    return f"Payment {attempt.id} ({attempt.confirmation})"


def amount_of(attempt: Attempt) -> str:
    """How much is it?"""
    return f"{attempt.amount} {attempt.currency}"


def paid_for(attempt: Attempt) -> str:
    """What is it for: which invoices, with how much for each, or the deposit of which estimate?"""
    if attempt.estimate is not None:
        return f"deposit of estimate {attempt.estimate}"
    return "; ".join(map(_part, attempt.splits))


def age_of(since: datetime, now: datetime) -> str:
    """How long ago was this, in its largest unit?"""
    seconds = max(int((now - since).total_seconds()), 0)
    size, unit = next((told for told in _UNITS if seconds >= told[0]), _UNITS[-1])
    return f"{seconds // size} {unit}"


def _part(split: Split) -> str:
    return f"{split.number} ({split.invoice}) {split.amount}"
