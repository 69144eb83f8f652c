"""The numbers of the last changes of rights and of payments, and how new the directory is."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.tables import RIGHTS

REVISIONS = select(RIGHTS.c.revision, RIGHTS.c.directory_read_at, RIGHTS.c.payments_revision)
"""What tells the numbers, in one row."""


class Revisions(NamedTuple):
    """What stood at one moment: what was remembered beside these numbers still holds at them.

    `rights` is of who may see what; `read_at` is when every feed of the directory was last read to
    its end, None before the first time; `payments` is of what is being paid or is subtracted from
    what is owed.
    """

    rights: int
    read_at: datetime | None
    payments: int


async def read_revisions(connection: AsyncConnection) -> Revisions:
    """Return the numbers as this transaction sees them."""
    return revisions_of(*(await connection.execute(REVISIONS)).one())


def revisions_of(rights: int, read_at: datetime | None, payments: int) -> Revisions:
    """Return the numbers of the row that `REVISIONS` asks for."""
    return Revisions(rights, None if read_at is None else in_utc(read_at), payments)


async def raise_revision(connection: AsyncConnection) -> None:
    """Say that rights changed; what else this transaction has to write stands before it.

    The row is locked until the transaction ends, so revisions are seen in their order.
    """
    await connection.execute(update(RIGHTS).values(revision=RIGHTS.c.revision + 1))


async def raise_payments_revision(connection: AsyncConnection) -> None:
    """Say that payments changed; nothing that this transaction has to write stands after it."""
    raised = RIGHTS.c.payments_revision + 1
    await connection.execute(update(RIGHTS).values(payments_revision=raised))


async def directory_was_read(connection: AsyncConnection, at: datetime) -> None:
    """Note when the reading began that has now read every feed of the directory to its end."""
    await connection.execute(update(RIGHTS).values(directory_read_at=at.astimezone(UTC)))


def in_utc(moment: datetime) -> datetime:
    """Return a moment as the database gave it with its zone: SQLite keeps none, and means UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
