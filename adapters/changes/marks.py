"""Where each feed of changes is read on, kept so that a crash loses no change."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.rights import in_utc
from adapters.ledger.tables import FEED_MARKS
from adapters.ledger.upserts import upsert

MARGIN = timedelta(days=1)
"""How much further back a feed is begun than need be: dates have no hours, clocks differ."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a feed is read on, None where it was never read, and when it was last moved."""

    continue_from: str | None = None
    moved_at: datetime | None = None

    def beginning(self, now: datetime) -> str:
        """From which day on must the feed be read, where it cannot be read on?

        What was remembered before then is too old to be answered, or was told of already.
        """
        since = min(self.moved_at or now, now) - MARGIN
        return since.astimezone(UTC).date().isoformat()


async def read_mark(connection: AsyncConnection, feed: str) -> Mark:
    """Return where this feed was left."""
    asked = select(FEED_MARKS.c.continue_from, FEED_MARKS.c.read_at)
    row = (await connection.execute(asked.where(FEED_MARKS.c.name == feed))).one_or_none()
    if row is None:
        return Mark()
    return Mark(row.continue_from, None if row.read_at is None else in_utc(row.read_at))


async def move_mark(connection: AsyncConnection, feed: str, to: Mark) -> None:
    """Read this feed on from there."""
    row = {"name": feed, "continue_from": to.continue_from, "read_at": to.moved_at}
    await connection.execute(upsert(connection, FEED_MARKS).values(row))
