"""The number of the last change of who may see what, and how new the directory is."""

from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.tables import RIGHTS

_ASKED = select(RIGHTS.c.revision, RIGHTS.c.directory_read_at)


async def read_revision(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """Return the revision, and when every feed of the directory was last read to its end."""
    revision, read_at = (await connection.execute(_ASKED)).one()
    return revision, None if read_at is None else in_utc(read_at)


async def raise_revision(connection: AsyncConnection) -> None:
    """Say that rights changed; what else this transaction has to write stands before it.

    The row is locked until the transaction ends, so revisions are seen in their order.
    """
    await connection.execute(update(RIGHTS).values(revision=RIGHTS.c.revision + 1))


async def directory_was_read(connection: AsyncConnection, at: datetime) -> None:
    """Note when the reading began that has now read every feed of the directory to its end."""
    await connection.execute(update(RIGHTS).values(directory_read_at=at.astimezone(UTC)))


def in_utc(moment: datetime) -> datetime:
    """Return a moment as the database gave it with its zone: SQLite keeps none, and means UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
