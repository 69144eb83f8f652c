"""Attempts read from their tables, each with what of it goes to which invoice."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.attempt_rows import Attempt, Split, Step, attempt_of
from adapters.ledger.minor_units import from_minor
from adapters.ledger.payment_states import AttemptState
from adapters.ledger.rights import in_utc
from adapters.ledger.sent_back import with_sent_back
from adapters.ledger.tables import PAYMENT_ATTEMPTS, PAYMENT_SPLITS, PAYMENT_STEPS

T = TypeVar("T")

_ROW, _PART, _STEP = PAYMENT_ATTEMPTS.c, PAYMENT_SPLITS.c, PAYMENT_STEPS.c
_VALUES = 5000


async def read_attempts(connection: AsyncConnection, asked: Select[Any]) -> list[Attempt]:
    """Return the attempts that this asks for, in its order."""
    rows = (await connection.execute(with_sent_back(asked))).mappings().all()
    parts = await _splits(connection, [(row["id"], row["currency"]) for row in rows])
    return [attempt_of(row, parts[row["id"]]) for row in rows]


async def read_one(connection: AsyncConnection, *where: ColumnElement[bool]) -> Attempt | None:
    """Return the attempt of which this is true, None where there is none."""
    return next(iter(await read_attempts(connection, select(PAYMENT_ATTEMPTS).where(*where))), None)


async def read_by_ids(connection: AsyncConnection, ids: Collection[int]) -> dict[int, Attempt]:
    """Return those of these attempts that there are, by id."""
    found: dict[int, Attempt] = {}
    for some in _cut(sorted(set(ids))):
        asked = select(PAYMENT_ATTEMPTS).where(_ROW.id.in_(some)).order_by(_ROW.id)
        found |= {attempt.id: attempt for attempt in await read_attempts(connection, asked)}
    return found


async def read_on_invoices(
    connection: AsyncConnection, invoices: Sequence[int], now: datetime
) -> dict[int, tuple[Attempt, ...]]:
    """Return, for each invoice, the attempts that hold it or whose amounts are subtracted."""
    on: defaultdict[int, list[int]] = defaultdict(list)
    for some in _cut(sorted(set(invoices))):
        asked = (
            select(_PART.invoice_id, _PART.attempt_id)
            .join(PAYMENT_ATTEMPTS, _ROW.id == _PART.attempt_id)
            .where(_PART.invoice_id.in_(some), or_(_PART.held.is_(True), is_counted(now)))
            .order_by(_PART.attempt_id)
        )
        for invoice, attempt in await connection.execute(asked):
            on[invoice].append(attempt)
    found = await read_by_ids(connection, {of for ids in on.values() for of in ids})
    return {of: tuple(found[attempt] for attempt in on[of]) for of in invoices}


async def read_steps(connection: AsyncConnection, attempt: int) -> list[Step]:
    """Return every move of an attempt, the first one first."""
    asked = select(PAYMENT_STEPS).where(_STEP.attempt_id == attempt).order_by(_STEP.version)
    return [
        Step(row.attempt_id, row.version, AttemptState(row.state), in_utc(row.at), row.told)
        for row in await connection.execute(asked)
    ]


def begun_by(principal: str, since: datetime, before: int | None = None) -> ColumnElement[bool]:
    """Did this principal begin it since then, and before that one where one is told?"""
    told = [_ROW.principal == principal, _ROW.created_at >= since.astimezone(UTC)]
    if before is not None:
        told.append(_ROW.id < before)
    return and_(*told)


async def read_lately(
    connection: AsyncConnection, begun: ColumnElement[bool], most: int
) -> list[tuple[AttemptState, datetime]]:
    """Return how these attempts stand, and when each began: newest first."""
    asked = select(_ROW.state, _ROW.created_at).where(begun)
    rows = await connection.execute(asked.order_by(_ROW.id.desc()).limit(most))
    return [(AttemptState(state), in_utc(at)) for state, at in rows]


def of_customers(customers: Collection[int], principal: str | None) -> ColumnElement[bool]:
    """Is it a payment for one of these customers, and by this principal if one is told?"""
    told: list[ColumnElement[bool]] = [_ROW.customer_id.in_(sorted(set(customers)))]
    if principal is not None:
        told.append(_ROW.principal == principal)
    return and_(*told)


def is_counted(now: datetime) -> ColumnElement[bool]:
    """Is its amount subtracted from what is owed?

    Asked as two questions, which SQLite finds by an index: what was recorded long ago is not read.
    """
    until, counted = _ROW.counted_until, select(_ROW.id).where(_ROW.counted.is_(True))
    later = counted.where(until > now.astimezone(UTC))
    return _ROW.id.in_(union_all(counted.where(until.is_(None)), later))


async def _splits(
    connection: AsyncConnection, of: Sequence[tuple[int, str]]
) -> Mapping[int, list[Split]]:
    currencies, parts = dict(of), defaultdict[int, list[Split]](list)
    for some in _cut(sorted(currencies)):
        columns = _PART.attempt_id, _PART.invoice_id, _PART.number, _PART.amount, _PART.left_before
        asked = select(*columns).where(_PART.attempt_id.in_(some))
        asked = asked.order_by(_PART.attempt_id, _PART.invoice_id)
        for attempt, invoice, number, amount, left in await connection.execute(asked):
            currency = currencies[attempt]
            before = None if left is None else from_minor(left, currency)
            parts[attempt].append(Split(invoice, number, from_minor(amount, currency), before))
    return parts


def _cut(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[start : start + _VALUES] for start in range(0, len(values), _VALUES))
