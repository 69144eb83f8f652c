"""The levels that the office sets in the gateway: what one email may see of a customer's."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.audit import Action, By, Entry, append
from adapters.ledger.chain import hold
from adapters.ledger.emails import folded
from adapters.ledger.ledger import Ledger
from adapters.ledger.rights import in_utc, raise_revision
from adapters.ledger.tables import ACCESS_LEVELS
from adapters.ledger.visit_rows import Progress

T = TypeVar("T")
Key = tuple[str, int, int]

_ROW = ACCESS_LEVELS.c
_COLUMNS = (
    _ROW.email,
    _ROW.customer_id,
    _ROW.level,
    _ROW.location_id,
    _ROW.changed_at,
    _ROW.changed_by,
)
_ROWS = 500
_DELETE = delete(ACCESS_LEVELS).where(
    _ROW.email == bindparam("of_email"),
    _ROW.customer_id == bindparam("of_customer"),
    _ROW.location_id == bindparam("of_location"),
)


class AccessChoice(Enum):
    """What the office may choose for an email; INHERIT takes back what was chosen here (R4)."""

    BILLING = "BILLING"
    NON_BILLING = "NON_BILLING"
    NONE = "NONE"
    INHERIT = "INHERIT"


@dataclass(frozen=True, slots=True)
class LevelChange:
    """A choice for one email: at a customer or, with `location`, at that place of the customer's.

    The email may be written in any case and with spaces around it (R11).
    """

    email: str
    customer: int
    choice: AccessChoice
    location: int | None = None

    @property
    def key(self) -> Key:
        """What no two levels share."""
        return folded(self.email), self.customer, self.location or 0


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A level that was set here, never INHERIT; `changed_by` is whoever set it last."""

    email: str
    customer: int
    level: AccessChoice
    location: int | None
    changed_at: datetime
    changed_by: str

    @property
    def key(self) -> Key:
        """What no two levels share."""
        return self.email, self.customer, self.location or 0


@dataclass(frozen=True, slots=True)
class LevelsChanged:
    """What a setting of levels came to; a later choice for the same key counts, not the former."""

    changed: int
    unchanged: int


def _unheard(_done: int) -> None:
    """Tell nobody how far it has come."""


class AccessLevels:
    """Sets and tells levels; every verb raises LedgerUnavailable."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def set(
        self, changes: Sequence[LevelChange], by: By, progress: Progress = _unheard
    ) -> LevelsChanged:
        """Write all of these choices down, each with its entry in the audit trail, or none.

        They count from the next request on, in every process. What is as it was leaves no trace.
        """
        wanted = {change.key: change.choice for change in changes}
        return await self._ledger.write(
            lambda connection: _set(connection, wanted, by, progress), takes_long=True
        )

    async def of(self, email: str) -> tuple[LevelRow, ...]:
        """Return what was set for this email, customers in order, their places after them."""
        return await self._ledger.read(
            lambda connection: _read(connection, _ROW.email == folded(email))
        )

    async def at(self, customer: int) -> tuple[LevelRow, ...]:
        """Return what was set at this customer and its places, by email."""
        return await self._ledger.read(
            lambda connection: _read(connection, _ROW.customer_id == customer)
        )


async def _set(
    connection: AsyncConnection, wanted: dict[Key, AccessChoice], by: By, progress: Progress
) -> LevelsChanged:
    await hold(connection)  # before the first look: what is read is what is changed
    before = await _known(connection, {email for email, _, _ in wanted})
    steps = [
        (key, before.get(key, AccessChoice.INHERIT), choice)
        for key, choice in wanted.items()
        if before.get(key, AccessChoice.INHERIT) is not choice
    ]
    progress(len(wanted) - len(steps))
    for some in _cut(steps, _ROWS):
        await _write(connection, [(key, choice) for key, _, choice in some], by)
        await append(connection, *(_entry(by, *step) for step in some))
        progress(len(some))
    if steps:
        await raise_revision(connection)
    return LevelsChanged(len(steps), len(wanted) - len(steps))


async def _known(connection: AsyncConnection, emails: set[str]) -> dict[Key, AccessChoice]:
    known: dict[Key, AccessChoice] = {}
    for some in _cut(sorted(emails), _ROWS):
        rows = await _read(connection, _ROW.email.in_(some))
        known |= {row.key: row.level for row in rows}
    return known


async def _read(connection: AsyncConnection, where: ColumnElement[bool]) -> tuple[LevelRow, ...]:
    asked = select(*_COLUMNS).where(where)
    order = (_ROW.email, _ROW.customer_id, _ROW.location_id)
    return tuple(map(_row, await connection.execute(asked.order_by(*order))))


def _row(told: Sequence[Any]) -> LevelRow:
    email, customer, level, location, at, by = told
    return LevelRow(email, customer, AccessChoice(level), location or None, in_utc(at), by)


async def _write(
    connection: AsyncConnection, choices: Iterable[tuple[Key, AccessChoice]], by: By
) -> None:
    left = list(choices)
    names = ("of_email", "of_customer", "of_location")
    await connection.execute(_DELETE, [dict(zip(names, key, strict=True)) for key, _ in left])
    rows = [_new(key, choice, by) for key, choice in left if choice is not AccessChoice.INHERIT]
    if rows:
        await connection.execute(insert(ACCESS_LEVELS), rows)


def _new(key: Key, choice: AccessChoice, by: By) -> dict[str, object]:
    email, customer, location = key
    return {
        "email": email,
        "customer_id": customer,
        "location_id": location,
        "level": choice.value,
        "changed_at": by.at.astimezone(UTC),
        "changed_by": by.actor,
    }


def _entry(by: By, key: Key, was: AccessChoice, now: AccessChoice) -> Entry:
    email, customer, location = key
    return by.did_to(
        Action.ACCESS_SET,
        email,
        customer=customer,
        location=location or None,
        before=was.value,
        after=now.value,
    )


def _cut(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (values[start : start + size] for start in range(0, len(values), size))
