"""What of a charge went back to its payer, and whether ServiceTitan's books have that."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.minor_units import to_minor
from adapters.ledger.payment_states import AttemptState
from adapters.ledger.tables import PAYMENT_ATTEMPTS, PAYMENT_SENT_BACK, PAYMENT_STEPS
from adapters.ledger.upserts import upsert

_ROW, _BACK, _STEP = PAYMENT_ATTEMPTS.c, PAYMENT_SENT_BACK.c, PAYMENT_STEPS.c

GONE_BACK = frozenset({AttemptState.REFUNDED, AttemptState.RETURNED})
"""Those of which all went back."""


def with_sent_back(asked: Select[Any]) -> Select[Any]:
    """Ask for attempts, each with what of it went back."""
    told = asked.add_columns(_BACK.amount.label("sent_back"), _BACK.entered.label("entered_back"))
    return told.outerjoin(PAYMENT_SENT_BACK, _BACK.attempt_id == _ROW.id)


def for_office() -> ColumnElement[bool]:
    """Has the office to enter it in ServiceTitan's books: the payment, or what went back of it?"""
    return or_(_ROW.state == AttemptState.HANDED_OFF.value, _BACK.amount > _BACK.entered)


async def note_part(connection: AsyncConnection, attempt: Attempt, amount: Decimal) -> None:
    """Note that so much of it has gone back by now."""
    entered = to_minor(attempt.entered_back, attempt.currency)
    await _put(connection, attempt, to_minor(amount, attempt.currency), entered)


async def note_whole(connection: AsyncConnection, before: Attempt, after: Attempt) -> Attempt:
    """Note that all of it went back; of what was recorded the office is to know."""
    is_recorded = await _was_recorded(connection, before)
    entered = before.entered_back if is_recorded else after.amount
    whole, known = (to_minor(amount, after.currency) for amount in (after.amount, entered))
    await _put(connection, after, whole, known)
    return replace(after, sent_back=after.amount, entered_back=entered)


async def note_entered(connection: AsyncConnection, attempt: Attempt) -> None:
    """Note that the office has entered all that went back of it until now."""
    mine = update(PAYMENT_SENT_BACK).where(_BACK.attempt_id == attempt.id)
    await connection.execute(mine.values(entered=_BACK.amount))


async def _was_recorded(connection: AsyncConnection, attempt: Attempt) -> bool:
    """Does it stand in ServiceTitan's books, as far as anybody here knows?"""
    if attempt.state is AttemptState.RECORDED or attempt.servicetitan_payment_id is not None:
        return True
    step = select(_STEP.attempt_id).where(
        _STEP.attempt_id == attempt.id, _STEP.state == AttemptState.RECORDED.value
    )
    return bool((await connection.execute(select(exists(step)))).scalar())


async def _put(connection: AsyncConnection, attempt: Attempt, amount: int, entered: int) -> None:
    row = {"attempt_id": attempt.id, "amount": amount, "entered": entered}
    await connection.execute(upsert(connection, PAYMENT_SENT_BACK).values(row))
