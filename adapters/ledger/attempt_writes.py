"""Attempts written to their tables: begun, moved and changed, each in one transaction.

Locks are taken in one order, so that no two transactions wait for each other: an attempt's row,
its splits by invoice, the end of the audit trail, the row of revisions.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.attempt_reads import read_one
from adapters.ledger.attempt_rows import Attempt, Changes, NewAttempt, Split, row_of
from adapters.ledger.audit import Action, By, append
from adapters.ledger.authorizations import keep_text
from adapters.ledger.confirmations import new_confirmation
from adapters.ledger.just_recorded import JUST
from adapters.ledger.minor_units import to_minor
from adapters.ledger.payment_deeds import deed_of, entry_of, is_settling
from adapters.ledger.payment_errors import IdempotencyConflict, IllegalMove, InvoicesHeld
from adapters.ledger.payment_states import (
    COUNTED,
    FINAL,
    NOT_CHARGED,
    OPEN,
    AttemptState,
    may_move,
)
from adapters.ledger.rights import raise_payments_revision
from adapters.ledger.sent_back import GONE_BACK, note_entered, note_part, note_whole
from adapters.ledger.swaps import map_moments, swap
from adapters.ledger.tables import PAYMENT_ATTEMPTS, PAYMENT_SPLITS, PAYMENT_STEPS
from adapters.ledger.upserts import insert_into

_ROW, _PART = PAYMENT_ATTEMPTS.c, PAYMENT_SPLITS.c

SETTLED_LATER: Final = timedelta(minutes=15)
"""For how long an amount is still subtracted that the office says it has entered: as long as a
remembered invoice may be told that does not know of it yet. Too little may be asked for meanwhile,
never too much."""


class Begun(NamedTuple):
    """The attempt of a key; `is_new` unless it was begun by somebody before."""

    attempt: Attempt
    is_new: bool


async def begin(
    connection: AsyncConnection, new: NewAttempt, now: datetime, until: datetime
) -> Begun:
    """Write a new attempt down, with all that belongs to it, or return the one of its key.

    Raises IdempotencyConflict or InvoicesHeld, and then nothing is written.
    """
    attempt = await _insert(connection, new, now, until)
    if attempt is None:
        return Begun(await _known(connection, new), is_new=False)
    await _hold(connection, attempt)
    await keep_text(connection, new.authorization_version, new.authorization_text, now)
    await _step(connection, attempt, "")
    await _tell(connection, None, attempt, new.by)
    if attempt.splits:
        await raise_payments_revision(connection)
    return Begun(attempt, is_new=True)


async def move(
    connection: AsyncConnection,
    attempt: Attempt,
    to: AttemptState,
    by: By,
    told: str,
    changes: Changes,
) -> Attempt | None:
    """Move an attempt as it was read; None where somebody else changed it meanwhile.

    Raises IllegalMove where no attempt may go that way.
    """
    before = attempt.state
    if not may_move(before, to):
        raise IllegalMove(before, to)
    after = _moved(attempt, to, by.at, changes)
    values = _changed(attempt, after) | _counting(before, after, by.at)
    if not await swap(connection, PAYMENT_ATTEMPTS, attempt, values):
        return None
    if to in GONE_BACK:
        after = await note_whole(connection, attempt, after)
    await _step(connection, after, told)
    frees = before in OPEN and to not in OPEN
    if frees:
        mine = update(PAYMENT_SPLITS).where(_PART.attempt_id == attempt.id)
        await connection.execute(mine.values(held=False))
    await _tell(connection, before, after, by)
    if frees or before is AttemptState.RECORDED or (before in COUNTED) != (to in COUNTED):
        await raise_payments_revision(connection)
    return after


async def change(connection: AsyncConnection, attempt: Attempt, after: Attempt) -> Attempt | None:
    """Write down what is other in `after`; None where somebody else changed it meanwhile."""
    done = await swap(connection, PAYMENT_ATTEMPTS, attempt, _changed(attempt, after))
    return after if done else None


async def note_sent_back(
    connection: AsyncConnection, attempt: Attempt, amount: Decimal, by: By
) -> Attempt | None:
    """Note that so much of it has gone back by now; None where somebody else wrote to it."""
    after = replace(next_version(attempt, by.at, Changes()), sent_back=amount)
    if not await swap(connection, PAYMENT_ATTEMPTS, attempt, _changed(attempt, after)):
        return None
    await note_part(connection, attempt, amount)
    await append(connection, entry_of(Action.PAYMENT_REFUNDED_IN_PART, after, by))
    return after


async def note_entered_back(
    connection: AsyncConnection, attempt: Attempt, by: By
) -> Attempt | None:
    """Note that the office has entered what went back; None where somebody else wrote to it."""
    after = replace(next_version(attempt, by.at, Changes()), entered_back=attempt.sent_back)
    if not await swap(connection, PAYMENT_ATTEMPTS, attempt, _changed(attempt, after)):
        return None
    await note_entered(connection, attempt)
    await append(connection, entry_of(Action.PAYMENT_REFUND_SETTLED, after, by))
    return after


async def _insert(
    connection: AsyncConnection, new: NewAttempt, now: datetime, until: datetime
) -> Attempt | None:
    """Insert the row, and return it; None where there is one of this key already."""
    told = {
        "confirmation": new_confirmation(),
        "state": AttemptState.RECEIVED.value,
        "version": 1,
        "tries": 0,
        "next_at": until,
        "locked_until": until,
        "counted": False,
        "created_at": now,
        "updated_at": now,
    }
    row = insert_into(connection, PAYMENT_ATTEMPTS).values(row_of(new) | map_moments(told))
    once = row.on_conflict_do_nothing(index_elements=[_ROW.principal, _ROW.idempotency_key])
    of = (await connection.execute(once.returning(_ROW.id))).scalar_one_or_none()
    if of is None:
        return None
    return Attempt(
        id=of,
        confirmation=str(told["confirmation"]),
        state=AttemptState.RECEIVED,
        version=1,
        principal=new.principal,
        actor=new.by.actor,
        as_whom=new.by.as_whom,
        request_id=new.by.request_id,
        kind=new.kind,
        customer=new.customer,
        payer=new.payer,
        key=new.key,
        request_hash=new.request_hash,
        currency=new.currency,
        amount=new.amount,
        splits=_in_order(new.splits),
        processor=new.processor,
        method_kind=new.method_kind,
        method_label=new.method_label,
        estimate=new.estimate,
        authorization_version=new.authorization_version,
        authorized_by=new.authorized_by,
        keep_method=new.keep_method,
        processor_ref=None,
        servicetitan_payment_id=None,
        failure_code=None,
        failure=None,
        action_kind=None,
        tries=0,
        next_at=until,
        locked_until=until,
        charged_at=None,
        created_at=now,
        updated_at=now,
    )


async def _known(connection: AsyncConnection, new: NewAttempt) -> Attempt:
    where = (_ROW.principal == new.principal, _ROW.idempotency_key == new.key)
    attempt = await read_one(connection, *where)
    if attempt is None or attempt.request_hash != new.request_hash:
        raise IdempotencyConflict
    return attempt


async def _hold(connection: AsyncConnection, attempt: Attempt) -> None:
    """Take every invoice, the lowest number first; InvoicesHeld where another attempt has one."""
    if not attempt.splits:
        return
    rows = [
        {
            "attempt_id": attempt.id,
            "invoice_id": split.invoice,
            "number": split.number,
            "amount": to_minor(split.amount, attempt.currency),
            "held": True,
            "left_before": None if split.left is None else to_minor(split.left, attempt.currency),
        }
        for split in attempt.splits
    ]
    taken = insert_into(connection, PAYMENT_SPLITS).values(rows).on_conflict_do_nothing()
    mine = set((await connection.execute(taken.returning(_PART.invoice_id))).scalars())
    held = [split.invoice for split in attempt.splits if split.invoice not in mine]
    if held:
        raise InvoicesHeld(held)


async def _step(connection: AsyncConnection, attempt: Attempt, told: str) -> None:
    row = {
        "attempt_id": attempt.id,
        "version": attempt.version,
        "state": attempt.state.value,
        "at": attempt.updated_at,
        "told": told,
    }
    await connection.execute(insert(PAYMENT_STEPS).values(map_moments(row)))


async def _tell(
    connection: AsyncConnection, before: AttemptState | None, after: Attempt, by: By
) -> None:
    action = deed_of(before, after)
    if action is not None:
        await append(connection, entry_of(action, after, by))


def _moved(attempt: Attempt, to: AttemptState, at: datetime, changes: Changes) -> Attempt:
    """Return the attempt as it then stands."""
    usual = Changes(action_kind=None, next_at=attempt.next_at)
    if to is AttemptState.CHARGED and attempt.charged_at is None:
        usual["charged_at"] = at
    after = next_version(attempt, at, {**usual, **changes})
    if to in FINAL:
        return replace(after, state=to, next_at=None, locked_until=None)
    return replace(after, state=to, next_at=after.next_at or after.updated_at)


def next_version(attempt: Attempt, at: datetime, changes: Changes) -> Attempt:
    """Return the attempt with these changes, as the next version of it."""
    return replace(attempt, **changes, version=attempt.version + 1, updated_at=at)


_STANDS = (
    "processor_ref",
    "servicetitan_payment_id",
    "failure_code",
    "failure",
    "action_kind",
    "method_kind",
    "method_label",
    "tries",
    "next_at",
    "locked_until",
    "charged_at",
    "updated_at",
)


def _changed(before: Attempt, after: Attempt) -> dict[str, object]:
    told = {name: getattr(after, name) for name in _STANDS}
    other = {name: value for name, value in told.items() if value != getattr(before, name)}
    return other | {"state": after.state.value}


def _counting(before: AttemptState, after: Attempt, at: datetime) -> dict[str, object]:
    """Return whether its amount is now subtracted from what is owed, and for how long.

    What was recorded is in ServiceTitan's books, and is not subtracted again while it is sent back.
    """
    if is_settling(before, after.state, after.servicetitan_payment_id):
        return {"counted": True, "counted_until": at + SETTLED_LATER}
    if after.state is AttemptState.RECORDED and after.servicetitan_payment_id is not None:
        return {"counted": True, "counted_until": at + JUST}
    if before is after.state or (before is AttemptState.RECORDED and after.state in COUNTED):
        return {}
    if before in NOT_CHARGED or before in GONE_BACK:  # its invoices were free to be paid anew
        return {"counted": False, "counted_until": None}
    return {"counted": after.state in COUNTED, "counted_until": None}


def _in_order(splits: tuple[Split, ...]) -> tuple[Split, ...]:
    return tuple(sorted(splits, key=lambda split: split.invoice))
