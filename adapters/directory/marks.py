"""Where each feed is read on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.directory.shelves import Shelf
from adapters.ledger.leases import LeaseLost
from adapters.ledger.tables import (
    DIRECTORY_UNSEEN,
    FEED_MARKS,
)
from adapters.ledger.upserts import insert_into


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a feed is read on: None from its beginning.

    `sweeps` tells that it is being read from its beginning again, after which what it did not tell
    of is taken away.
    """

    continue_from: str | None = None
    sweeps: bool = False


async def read_mark(connection: AsyncConnection, shelf: Shelf) -> Mark:
    """Return where this feed was left."""
    asked = select(FEED_MARKS.c.continue_from).where(FEED_MARKS.c.name == shelf.name)
    unseen = exists().where(DIRECTORY_UNSEEN.c.feed == shelf.name)
    left = (await connection.execute(asked)).scalar_one_or_none()
    sweeps = (await connection.execute(select(unseen))).scalar_one()
    return Mark(left, sweeps=bool(sweeps))


async def move_mark(
    connection: AsyncConnection, shelf: Shelf, before: str | None, after: str, at: datetime
) -> None:
    """Move this feed's mark from there to there; LeaseLost where somebody else has moved it.

    Whoever comes second waits for the first to end.
    """
    new = insert_into(connection, FEED_MARKS).values(name=shelf.name)
    await connection.execute(new.on_conflict_do_nothing())
    mark = FEED_MARKS.c
    stands = mark.continue_from.is_not_distinct_from(before)
    moved = await connection.execute(
        update(FEED_MARKS)
        .where(mark.name == shelf.name, stands)
        .values(continue_from=after, read_at=at)
    )
    if not moved.rowcount:
        raise LeaseLost(f"the {shelf.name}")


async def begin_again(connection: AsyncConnection, shelf: Shelf) -> None:
    """Note everything that is known from this feed as not seen yet."""
    await connection.execute(delete(DIRECTORY_UNSEEN).where(DIRECTORY_UNSEEN.c.feed == shelf.name))
    known = select(literal(shelf.name), shelf.table.c.id).where(*shelf.own)
    unseen = insert_into(connection, DIRECTORY_UNSEEN).from_select(["feed", "id"], known)
    await connection.execute(unseen)
