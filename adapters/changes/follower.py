"""The feeds of changes, followed from where they were left by one process of the fleet."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.cache.errors import CacheUnavailable
from adapters.changes.applying import Applier
from adapters.changes.counts import FeedCounts
from adapters.changes.marks import Mark, move_mark, read_mark
from adapters.changes.sources import SOURCES, Source
from adapters.ending import ended
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.leases import LeaseLost, Leases, require
from adapters.ledger.ledger import Ledger
from adapters.servicetitan.client import FeedPage
from adapters.servicetitan.errors import QuestionRefused, UpstreamError
from adapters.servicetitan.resource import Feed

LEASE = "changes"
LEASE_SECONDS = 60.0
FIRST_SECONDS = 2.0
"""How long people go first when a process starts: nothing is remembered yet that could be old."""

LOOK_SECONDS = 20.0
"""How often the process that follows says so, and the others look whether one does."""

TOGETHER = 4
"""How many feeds are read at the same time."""

PATIENCE = 3
"""From which failure in a row on the log warns: what passes by itself needs nobody."""

RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)

_TROUBLES = (UpstreamError, CacheUnavailable, LeaseLost)

_log = structlog.get_logger("changes")


class Feeds(Protocol):
    """Whoever reads a page of an export feed: the ServiceTitan client, after people's calls."""

    async def feed(self, feed: Feed[Any], continue_from: str | None) -> FeedPage[Any]:
        """Read the page after this token, or from this day on."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Follower:
    """Applies what the feeds tell; each is on its own, so that one in trouble delays no other.

    A page is applied before its mark is moved: a crash in between has it applied again.
    """

    source: Feeds
    ledger: Ledger
    applier: Applier
    now: Callable[[], datetime] = _now
    sources: Sequence[Source] = SOURCES
    retry_seconds: Sequence[float] = RETRY_SECONDS
    counts: dict[str, FeedCounts] = field(init=False)
    is_leading: bool = False
    _leases: Leases = field(init=False)
    _turns: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.counts = {source.name: FeedCounts() for source in self.sources}
        self._leases = Leases(self.ledger)
        self._turns = asyncio.Semaphore(TOGETHER)

    async def run(self, every_seconds: Callable[[], float]) -> None:
        """Follow every feed, or look after whoever does, until cancelled."""
        await asyncio.sleep(min(FIRST_SECONDS, every_seconds()))
        try:
            while True:
                if await self._holds():
                    await self._lead(every_seconds)
                await asyncio.sleep(min(LOOK_SECONDS, every_seconds()))
        finally:
            with suppress(LedgerUnavailable):
                await self._leases.let_go(LEASE)

    async def read(self, source: Source) -> None:
        """Apply what this feed tells since it was left, to its end.

        Raises UpstreamError, CacheUnavailable, LeaseLost, LedgerUnavailable.
        """
        counts, began = self.counts[source.name], self.now()
        mark = await self.ledger.read(lambda on: read_mark(on, source.name))
        page = await self._first(source, mark)
        while True:
            await self.applier.page(source, page)
            counts.note(len(page.rows), page.unreadable)
            if page.continue_from != mark.continue_from:
                mark = Mark(page.continue_from, began)
                await self._move(source, mark)
            if not page.has_more:
                break
            page = await self.source.feed(source.feed, page.continue_from)
        counts.read_at = began

    async def _first(self, source: Source, mark: Mark) -> FeedPage[Any]:
        """Read on or, where that is not possible, from a day before which nothing matters."""
        if mark.continue_from is not None:
            try:
                return await self.source.feed(source.feed, mark.continue_from)
            except QuestionRefused:
                self.counts[source.name].refused += 1
                _log.warning("feed begun again", feed=source.name)
            await self.applier.lost(source)
        return await self.source.feed(source.feed, mark.beginning(self.now()))

    async def _move(self, source: Source, mark: Mark) -> None:
        term = self._leases.term(LEASE)

        async def moved(connection: AsyncConnection) -> None:
            await require(connection, LEASE, term)
            await move_mark(connection, source.name, mark)

        await self.ledger.write(moved)

    async def _holds(self) -> bool:
        """Is it this process that follows? It stays so while the ledger does not answer."""
        try:
            return await self._leases.hold(LEASE, LEASE_SECONDS)
        except LedgerUnavailable:
            return self._leases.term(LEASE) is not None

    async def _lead(self, every_seconds: Callable[[], float]) -> None:
        """Follow every feed for as long as this process is the one to do it."""
        self.is_leading = True
        tasks = [asyncio.create_task(self._follow(of, every_seconds)) for of in self.sources]
        try:
            await self._until_lost()
        finally:
            self.is_leading = False
            await ended(tasks)

    async def _until_lost(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not await self._holds():
                _log.warning("another process follows the feeds now")
                return

    async def _follow(self, source: Source, every_seconds: Callable[[], float]) -> None:
        failures = 0
        while True:
            trouble = await self._try(source)
            if trouble is None:
                failures, wait = 0, every_seconds()
            else:
                wait = self.retry_seconds[min(failures, len(self.retry_seconds) - 1)]
                wait = min(wait, every_seconds())
                failures += 1
                self.counts[source.name].failures += 1
                say = _log.info if failures < PATIENCE else _log.warning
                say("feed not read", feed=source.name, problem=trouble, again_in=wait)
            await asyncio.sleep(wait)

    async def _try(self, source: Source) -> str | None:
        """Read this feed in its turn; why could it not be, if so?"""
        async with self._turns:
            try:
                await self.read(source)
            except _TROUBLES as error:
                return str(error)
            except Exception as error:  # noqa: BLE001  # no feed may stop for good, whatever it is
                _log.error("feed failed", feed=source.name, error=type(error).__name__)
                return "an error of ours"
        return None
