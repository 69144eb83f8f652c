"""The ledger: one door to what must not be lost, open or shut, and never half so."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog
from asyncpg import InterfaceError, PostgresError  # type: ignore[import-untyped]  # it has no types
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ending import ended
from adapters.ledger.database import (
    alone,
    at_length,
    engine_of,
    file_of,
    is_server,
    writers_of,
    writing,
)
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.glance import Glance, Rows
from adapters.ledger.kept_connection import KeptConnection
from adapters.ledger.lookout import Lookout
from adapters.ledger.migrate import migrate
from adapters.ledger.planned_visits import Imported, PlannedVisit, VisitRow
from adapters.ledger.visit_rows import (
    Progress,
    read_agreement,
    read_ties,
    read_visits,
    write_visits,
)
from adapters.tracing import step

T = TypeVar("T")

_log = structlog.get_logger("ledger")

READ_SECONDS = 3.0
"""How long a reader waits for the database; a person is waiting for the reader."""

WRITE_SECONDS = 15.0
"""How long a writer waits for a database server; who holds a file is waited for by its own rules.

A server that fell silent would keep every connection until the system gives up, in a quarter of an
hour. What was on its way may be written down all the same, as where a connection breaks.
"""

END_SECONDS = 10.0
"""How long what is under way may take to end once the ledger is closed."""

_SHUT = (SQLAlchemyError, PostgresError, InterfaceError, OSError, TimeoutError)
_UNAVAILABLE = "What the gateway keeps itself cannot be read now. Try again later."
_NOT_YET = "The ledger's database (PORTAL_DATABASE_URL) is not open yet."


def _unheard(_done: int) -> None:
    """Tell nobody how far an import has come."""


class Ledger:
    """One tenant's ledger. Open it before it is asked, within one event loop, and close it.

    `url` is SQLAlchemy's: `sqlite+aiosqlite:///file` or `postgresql+asyncpg://…`.
    """

    def __init__(self, url: str) -> None:
        self._engine = engine_of(url)
        self._in_turn = writers_of(url)
        file = file_of(url)
        self._lookout = None if file is None else Lookout(file)
        self._kept = KeptConnection(self._engine) if is_server(url) else None
        self._trouble: str | None = _NOT_YET
        self._under_way: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        """Make the tables what this version needs them to be; raises LedgerUnavailable.

        To open it again does no harm, and finds out whether an outage is over.
        """
        await self._finished(self._open())

    async def _open(self) -> None:
        async with self._answering():
            await migrate(self._engine)
        if self._lookout is not None:
            await self._lookout.open()

    def trouble(self) -> str | None:
        """Why is the ledger not to be asked? None where it answered the last time."""
        return self._trouble

    async def visits_of(self, agreements: Sequence[int]) -> dict[int, tuple[PlannedVisit, ...]]:
        """Return the imported visits of each agreement, first due first; raises LedgerUnavailable.

        One question, however many agreements.
        """
        if not agreements:
            return {}
        return await self.read(lambda connection: read_visits(connection, agreements))

    async def agreement_of(self, visit: int) -> int | None:
        """Return the agreement that promises the visit of this id; raises LedgerUnavailable."""
        return await self.read(lambda connection: read_agreement(connection, visit))

    async def ties_at(self, locations: Sequence[int]) -> dict[int, frozenset[int]]:
        """Return which agreements each job at these places is owed to; raises LedgerUnavailable.

        Jobs that no imported visit names are not told. One question, however many places.
        """
        if not locations:
            return {}
        return await self.read(lambda connection: read_ties(connection, locations))

    async def import_visits(
        self, rows: Sequence[VisitRow], progress: Progress = _unheard
    ) -> Imported:
        """Write all of these down or, raising LedgerUnavailable, none.

        What is known already, by agreement, location, name and due day, keeps its id and takes
        over status and job. Nothing is taken away: a visit that is gone says so by its status.
        """
        return await self.write(
            lambda connection: write_visits(connection, rows, progress), lone=True
        )

    async def aclose(self) -> None:
        """Let what is under way end, and close every connection.

        What the database does not answer in time is ended, and undone there.
        """
        if self._under_way:
            _, late = await asyncio.wait(tuple(self._under_way), timeout=END_SECONDS)
            if late:
                _log.warning("ledger left in the middle", count=len(late))
                await ended(late)
        for each in (self._lookout, self._kept):
            if each is not None:
                await each.aclose()
        await self._engine.dispose()

    def seen(self, glance: Glance) -> Rows | None:
        """Return what is told at this moment; None where it takes waiting: ask `glance` then."""
        if self._lookout is None:
            return None
        with step("ledger.read"):
            rows = self._lookout.rows(glance)
        if rows is not None:
            glance.tell(self._engine.sync_engine)
            self._trouble = None
        return rows

    async def glance(self, glance: Glance) -> Rows:
        """Return what is told once this was asked; raises LedgerUnavailable."""
        kept = self._kept
        if kept is None:
            return await self.read(glance.rows)
        with step("ledger.read"):
            return await self._finished(self._glance(kept, glance))

    async def read(
        self, work: Callable[[AsyncConnection], Awaitable[T]], *, takes_long: bool = False
    ) -> T:
        """Return what this work reads, seen at one moment; raises LedgerUnavailable.

        What looks at very many rows `takes_long`: nobody's turn of the event loop waits for it.
        """
        with step("ledger.read"):
            return await self._finished(self._read(work, takes_long))

    async def write(
        self,
        work: Callable[[AsyncConnection], Awaitable[T]],
        *,
        lone: bool = False,
        takes_long: bool = False,
    ) -> T:
        """Have all of this work written down; raises LedgerUnavailable.

        Then none of it is, unless nobody can know: a server that falls silent when it is told to
        keep it all may have kept it. What the work itself raises undoes it too. With `lone` no
        other lone work runs meanwhile, in whatever process, and it may be long. `takes_long` is as
        for `read`.
        """
        with step("ledger.write"):
            return await self._finished(self._write(work, lone, takes_long or lone))

    async def _glance(self, kept: KeptConnection, glance: Glance) -> Rows:
        async with self._answering(), asyncio.timeout(READ_SECONDS):
            return await kept.rows(glance)

    async def _read(
        self,
        work: Callable[[AsyncConnection], Awaitable[T]],
        takes_long: bool,  # noqa: FBT001  # of `read`
    ) -> T:
        engine = at_length(self._engine) if takes_long else self._engine
        async with (
            self._answering(),
            asyncio.timeout(READ_SECONDS),
            engine.connect() as connection,
        ):
            return await work(connection)

    async def _write(
        self,
        work: Callable[[AsyncConnection], Awaitable[T]],
        lone: bool,  # noqa: FBT001  # of `write`
        takes_long: bool,  # noqa: FBT001  # of `write`
    ) -> T:
        engine = at_length(self._engine) if takes_long else self._engine
        is_timed = self._kept is not None and not takes_long
        async with (
            self._answering(),
            self._in_turn(),
            asyncio.timeout(WRITE_SECONDS if is_timed else None),
            writing(engine).begin() as connection,
        ):
            if lone:
                await alone(connection)
            return await work(connection)

    async def _finished(self, work: Coroutine[None, None, T]) -> T:
        """Let the work end though whoever waits for it leaves: a driver must not be cut short."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        task.add_done_callback(_noted)
        return await asyncio.shield(task)

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        try:
            yield
        except _SHUT as error:
            self._trouble = f"The ledger's database (PORTAL_DATABASE_URL) fails: {_kind(error)}."
            raise LedgerUnavailable(_UNAVAILABLE) from error
        self._trouble = None


def _noted(task: asyncio.Task[Any]) -> None:
    """Take note of how it ended, for when nobody waits any more."""
    if not task.cancelled():
        task.exception()


def _kind(error: BaseException) -> str:
    """Name what the driver itself raised: its words may hold what nobody else is to read."""
    told = getattr(error, "orig", None) or error
    return type(told.__cause__ or told).__name__
