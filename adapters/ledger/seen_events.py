"""Events as they were received: each is written down once, and stays until it is done with."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.ledger import Ledger
from adapters.ledger.tables import SEEN_EVENTS
from adapters.ledger.upserts import insert_into

KEPT = timedelta(days=4)
"""How long an event is known again; ServiceTitan sends one again for minutes, people for days."""

TAKEN_SECONDS = 15.0
"""For how long an event is one process's to apply; one that ends in between leaves it then."""

MOST_PENDING = 10_000
"""How many events may wait; a further one is refused, so that it is sent again later."""

LONGEST_SECONDS = 60.0
"""For how long at most one is put off; later than that only a clock that was wrong can say."""

_FARTHEST = timedelta(seconds=LONGEST_SECONDS)
_PURGED = 1000
_DONE = SEEN_EVENTS.c.done_at


class Receipt(Enum):
    """What became of an event: ALTERED is known by its id and says something else, FULL is lost."""

    NEW = "NEW"
    KNOWN = "KNOWN"
    ALTERED = "ALTERED"
    FULL = "FULL"


class Told(NamedTuple):
    """An event to be written down: whose id, what it says (both as digests), what it names.

    One that names nothing is done with at once.
    """

    occurrence: str
    digest: str
    names: str | None


class Pending(NamedTuple):
    """An event that is this process's to apply; `attempts` counts this one too."""

    id: int
    names: str
    attempts: int


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SeenEvents:
    """The events of one tenant. Every method raises LedgerUnavailable.

    Processes share them: which events are whose to apply goes by the time of day, and where clocks
    lie apart an event may be applied twice.
    """

    ledger: Ledger
    now: Callable[[], datetime] = _now

    async def receive(self, told: Told) -> Receipt:
        """Write an event down, unless it is known."""
        return await self.ledger.write(lambda on: _receive(on, told, self.now()))

    async def knows(self, occurrence: str) -> bool:
        """Was this event written down before?"""
        return await self.ledger.read(lambda on: _digest(on, occurrence)) is not None

    async def take(self, most: int) -> list[Pending]:
        """Take up to so many events to apply, the oldest first, that nobody else has taken."""
        return await self.ledger.write(lambda on: _take(on, most, self.now()))

    async def finish(self, ids: Collection[int]) -> None:
        """Be done with these."""
        done = update(SEEN_EVENTS).where(SEEN_EVENTS.c.id.in_(ids)).values(done_at=self.now())
        await self.ledger.write(lambda on: on.execute(done))

    async def put_off(self, ids: Collection[int], seconds: float) -> None:
        """Have these taken again, by whomever, after so long (a minute at most)."""
        until = self.now() + timedelta(seconds=min(seconds, LONGEST_SECONDS))
        later = update(SEEN_EVENTS).where(SEEN_EVENTS.c.id.in_(ids)).values(taken_until=until)
        await self.ledger.write(lambda on: on.execute(later))

    async def waiting(self) -> int:
        """Return how many events are not done with."""
        return await self.ledger.read(_waiting, takes_long=True)

    async def purge(self) -> int:
        """Forget some of those that were done with four days ago; return how many."""
        before = self.now() - KEPT
        old = select(SEEN_EVENTS.c.id).where(SEEN_EVENTS.c.received_at < before, _DONE.is_not(None))
        gone = delete(SEEN_EVENTS).where(SEEN_EVENTS.c.id.in_(old.limit(_PURGED)))

        async def purged(connection: AsyncConnection) -> int:
            return (await connection.execute(gone)).rowcount

        return await self.ledger.write(purged, takes_long=True)


async def _receive(connection: AsyncConnection, told: Told, now: datetime) -> Receipt:
    known = await _digest(connection, told.occurrence)
    if known is None and told.names is not None and await _waiting(connection) >= MOST_PENDING:
        return Receipt.FULL
    if known is None and await _insert(connection, told, now):
        return Receipt.NEW
    known = known or await _digest(connection, told.occurrence)
    return Receipt.KNOWN if known == told.digest else Receipt.ALTERED


async def _digest(connection: AsyncConnection, occurrence: str) -> str | None:
    asked = select(SEEN_EVENTS.c.digest).where(SEEN_EVENTS.c.occurrence == occurrence)
    return (await connection.execute(asked)).scalar_one_or_none()


async def _insert(connection: AsyncConnection, told: Told, now: datetime) -> bool:
    """Write it down; False where somebody else did meanwhile."""
    row = insert_into(connection, SEEN_EVENTS).values(
        occurrence=told.occurrence,
        digest=told.digest,
        names=told.names or "[]",
        attempts=0,
        received_at=now,
        done_at=None if told.names is not None else now,
    )
    written = row.on_conflict_do_nothing(index_elements=[SEEN_EVENTS.c.occurrence])
    return bool((await connection.execute(written)).rowcount)


async def _waiting(connection: AsyncConnection) -> int:
    pending = select(SEEN_EVENTS.c.id).where(_DONE.is_(None)).limit(MOST_PENDING).subquery()
    return (await connection.execute(select(func.count()).select_from(pending))).scalar_one()


async def _take(connection: AsyncConnection, most: int, now: datetime) -> list[Pending]:
    until = SEEN_EVENTS.c.taken_until
    free = or_(until.is_(None), until <= now, until > now + _FARTHEST)
    asked = (
        select(SEEN_EVENTS.c.id, SEEN_EVENTS.c.names, SEEN_EVENTS.c.attempts)
        .where(_DONE.is_(None), free)
        .order_by(SEEN_EVENTS.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    found = (await connection.execute(asked)).all()
    if found:
        taken = update(SEEN_EVENTS).where(SEEN_EVENTS.c.id.in_([row.id for row in found]))
        until_then = now + timedelta(seconds=TAKEN_SECONDS)
        values = {"taken_until": until_then, "attempts": SEEN_EVENTS.c.attempts + 1}
        await connection.execute(taken.values(values))
    return [Pending(row.id, row.names, row.attempts + 1) for row in found]
