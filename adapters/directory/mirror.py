"""The export feeds that fill the directory, followed from where they were left."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.directory.freshness import Freshness
from adapters.directory.marks import Mark, read_mark
from adapters.directory.measures import count_rows, learn_sizes
from adapters.directory.pages import Turn, take
from adapters.directory.shelves import SHELVES, Shelf
from adapters.ledger.leases import LeaseLost, Leases, require
from adapters.ledger.ledger import Ledger
from adapters.ledger.rights import directory_was_read, read_revisions
from adapters.servicetitan.client import FeedPage
from adapters.servicetitan.errors import QuestionRefused
from adapters.servicetitan.model import Model
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.resource import Feed

M = TypeVar("M", bound=Model)

LEASE = "directory"
LEASE_SECONDS = 60.0
"""Longer than a page of a feed may take, with all its attempts."""
LOOK_SECONDS = 20.0


def _now() -> datetime:
    return datetime.now(UTC)


class Feeds(Protocol):
    """Whoever reads a page of an export feed: the ServiceTitan client."""

    async def feed(
        self, feed: Feed[M], continue_from: str | None, priority: Priority
    ) -> FeedPage[M]:
        """Read the page after this token, or the first one."""


@dataclass(slots=True)
class Mirror:
    """Keeps the directory in the ledger as new as its four feeds; one process of a fleet does.

    Each page is written down with its mark in one transaction: a failure, a crash or another
    process in between loses nothing and takes nothing in twice. `unreadable` counts rows that could
    not be read: one that has an id is gone from the directory, as though it had been removed.
    """

    source: Feeds
    ledger: Ledger
    freshness: Freshness
    now: Callable[[], datetime] = _now
    readings: int = 0
    unreadable: int = 0
    leases: Leases = field(init=False)
    _pages: int = 0
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.leases = Leases(self.ledger)

    @property
    def rows(self) -> int:
        """How many rows this process knows to have been taken in."""
        return self.freshness.rows

    async def turn(self, every_seconds: float) -> float:
        """Read the feeds where that is this process's to do and time; return when to come again.

        In seconds. Raises UpstreamError, LeaseLost.
        """
        mine = await self.leases.hold(LEASE, LEASE_SECONDS)
        read_at = await self._look()
        due = 0.0 if read_at is None else self._due(read_at, every_seconds)
        if mine and due <= 0:
            await self.read()
            due = every_seconds
        return min(max(due, 0.0) if mine else every_seconds, LOOK_SECONDS)

    async def read(self) -> None:
        """Read every feed from where it was left to its end; raises UpstreamError, LeaseLost."""
        began = self.now()
        _ = await self._hold()
        results = await asyncio.gather(
            *(self._follow(shelf) for shelf in SHELVES), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result
        term = await self._hold()
        await self._learn(term)
        await self._write(term, lambda on: directory_was_read(on, began))
        self.freshness.see(began)
        self.readings += 1

    async def let_go(self) -> None:
        """Leave the feeds to another process at once; raises LedgerUnavailable."""
        await self.leases.let_go(LEASE)

    async def _follow(self, shelf: Shelf) -> None:
        mark = await self.ledger.read(lambda on: read_mark(on, shelf))
        more = True
        while more:
            term = await self._hold()
            turn = await self._page(shelf, mark)
            if not turn.is_idle:
                await self._write(term, partial(take, turn))
                await self._grown(term)
            self.freshness.rows += len(turn.page.rows)
            self.unreadable += turn.page.unreadable
            more = turn.page.has_more
            mark = Mark(turn.page.continue_from, sweeps=turn.sweeps and more)

    async def _grown(self, term: str) -> None:
        """Count a page taken in; each time they are twice as many, let the database look at it."""
        self._pages += 1
        if self._pages.bit_count() == 1:
            await self._learn(term)

    async def _learn(self, term: str) -> None:
        """Let the database look at tables that are being filled for the first time."""
        if self.freshness.read_at is None:
            await self._write(term, learn_sizes)

    async def _page(self, shelf: Shelf, mark: Mark) -> Turn:
        """Read on from this mark or, where ServiceTitan knows it no more, from the beginning."""
        page, anew = None, mark.continue_from is None
        if not anew:
            try:
                page = await self.source.feed(shelf.feed, mark.continue_from, self._priority())
            except QuestionRefused:
                anew = True
        if page is None:
            page = await self.source.feed(shelf.feed, None, self._priority())
        return Turn(shelf, mark, page, anew, self.now())

    def _priority(self) -> Priority:
        """Go before other refreshes where people would be refused for the directory's age."""
        return Priority.PEOPLE if self.freshness.is_ageing() else Priority.REFRESH

    async def _hold(self) -> str:
        """Go on being who follows the feeds; return the name of this term of it."""
        held = await self.leases.hold(LEASE, LEASE_SECONDS)
        term = self.leases.term(LEASE) if held else None
        if term is None:
            raise LeaseLost(f"the {LEASE}")
        return term

    async def _write(self, term: str, work: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        """Write this down, if no other process has followed the feeds since this term began."""

        async def held(connection: AsyncConnection) -> None:
            await require(connection, LEASE, term)
            await work(connection)

        async with self._writing:
            await self.ledger.write(held, takes_long=True)

    async def _look(self) -> datetime | None:
        """See when the directory was last read, and until it was, how far it is."""
        read_at = (await self.ledger.read(read_revisions)).read_at
        if read_at is None:
            self.freshness.rows = await self.ledger.read(count_rows, takes_long=True)
        self.freshness.see(read_at)
        return read_at

    def _due(self, read_at: datetime, every_seconds: float) -> float:
        """In how many seconds is the next reading due? A reading still to come is none."""
        age = (self.now() - read_at).total_seconds()
        return every_seconds - age if age >= 0 else 0.0
