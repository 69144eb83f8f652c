"""Rows that several workers may change: only as they were read, and one worker at a time.

Such a row has an id, a version that every write raises by one, `locked_until` while somebody works
on it, and `next_at`, when somebody has to look at it again.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Final, Protocol

from sqlalchemy import ColumnElement, Select, Table, Update, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

_ID: Final = "read_id"
_VERSION: Final = "read_version"
_NEW: Final = "new_"


class Versioned(Protocol):
    """What was read of such a row."""

    @property
    def id(self) -> int:
        """Which row it is."""

    @property
    def version(self) -> int:
        """Which version of it was read."""


async def swap(
    connection: AsyncConnection,
    table: Table,
    read: Versioned,
    values: Mapping[str, object],
    *where: ColumnElement[bool],
) -> bool:
    """Write these values over the row that was read; False where somebody changed it meanwhile."""
    told = {"version": read.version + 1, **map_moments(values)}
    change = _change(table, tuple(sorted(told)))
    asked = change.where(*where) if where else change
    given = {f"{_NEW}{name}": value for name, value in told.items()}
    known = {_ID: read.id, _VERSION: read.version}
    return (await connection.execute(asked, given | known)).rowcount == 1


@cache
def _change(table: Table, names: tuple[str, ...]) -> Update:
    """Build the change of these columns once: there are few sets of them, and many changes."""
    read = table.c.id == bindparam(_ID), table.c.version == bindparam(_VERSION)
    return update(table).where(*read).values({name: bindparam(f"{_NEW}{name}") for name in names})


def is_free(table: Table, now: datetime) -> ColumnElement[bool]:
    """Does nobody work on this row?"""
    until = table.c.locked_until
    return or_(until.is_(None), until <= now.astimezone(UTC))


def due(table: Table, now: datetime, most: int) -> Select[tuple[int]]:
    """Ask for rows that somebody has to look at now, and nobody does: the longest due first."""
    waits = table.c.next_at <= now.astimezone(UTC)
    asked = select(table).where(waits, is_free(table, now))
    return asked.order_by(table.c.next_at, table.c.id).limit(most)


def map_moments(values: Mapping[str, object]) -> dict[str, object]:
    """Return the values with each moment in UTC, as the database keeps them."""
    return {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value
        for name, value in values.items()
    }
