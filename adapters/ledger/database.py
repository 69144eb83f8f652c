"""The ledger's database: SQLite in one file, or PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from adapters.ledger.prompt_connection import PromptConnection

SQLITE, POSTGRESQL = "sqlite+aiosqlite", "postgresql+asyncpg"
CONNECT_SECONDS = 3.0
WRITE_WAIT_SECONDS = 5.0
"""How long a writer to SQLite waits for those before it, here and in other processes."""
_LOCK = 0x706F7274616C  # "portal": one number for all that write to the whole of a table


def engine_of(url: str) -> AsyncEngine:
    """Return the engine of this address; nothing is opened before the first question."""
    parts = make_url(url)
    if parts.drivername == SQLITE:
        return _sqlite(parts)
    return create_async_engine(parts, pool_pre_ping=True, connect_args={"timeout": CONNECT_SECONDS})


def is_in_memory(url: str) -> bool:
    """Does what is written there go with the process?"""
    parts = make_url(url)
    return parts.drivername == SQLITE and _in_memory(parts)


def is_server(url: str) -> bool:
    """Is it a database that others may connect to, PostgreSQL?"""
    return make_url(url).drivername != SQLITE


def file_of(url: str) -> Path | None:
    """Return the file that holds what is written there, None where none of ours does."""
    parts = make_url(url)
    is_file = parts.drivername == SQLITE and not _in_memory(parts)
    return Path(parts.database or "") if is_file else None


def _in_memory(url: URL) -> bool:
    return url.database in {None, "", ":memory:"}


def _sqlite(url: URL) -> AsyncEngine:
    """SQLite in a file, or in memory.

    A database in memory lives in its one connection, which its users take in turns, each for
    several turns of the event loop: a crowd waits too long for it. It is for trying out.
    """
    pool: dict[str, Any] = {"pool_size": 1, "max_overflow": 0} if _in_memory(url) else {}
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        async_creator=lambda: _connected(url.database or ":memory:"),
        **pool,
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


async def _connected(file: str) -> PromptConnection:
    """Open the file; where that fails, the driver's thread has ended before it is told.

    Else it would speak to an event loop that may be gone.
    """
    connection = PromptConnection(file, WRITE_WAIT_SECONDS)
    thread = connection._thread  # noqa: SLF001  # the driver tells nobody when it ends
    thread.daemon = True
    try:
        _ = await connection
    except BaseException:
        await asyncio.to_thread(thread.join)
        raise
    return connection


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver leaves transactions to `_begin`
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Begin as who writes where that was said: to become one later may fail at once."""
    options = connection.get_execution_options()
    driver: Any = connection.connection.driver_connection
    driver.takes_long = options.get("takes_long", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN")


def writers_of(url: str) -> Callable[[], AbstractAsyncContextManager[None]]:
    """Return the line in which this process's writers to this database stand, one for all of them.

    SQLite lets one write at a time, and has the others ask again after ever longer pauses: of four
    at once the unlucky one waited a third of a second. PostgreSQL needs no line.
    """
    if make_url(url).drivername != SQLITE:
        return nullcontext
    line = asyncio.Lock()

    @asynccontextmanager
    async def in_turn() -> AsyncIterator[None]:
        async with asyncio.timeout(WRITE_WAIT_SECONDS):
            await line.acquire()
        try:
            yield
        finally:
            line.release()

    return in_turn


def writing(engine: AsyncEngine) -> AsyncEngine:
    """Return the same database for transactions that write."""
    return engine.execution_options(writes=True)


def at_length(engine: AsyncEngine) -> AsyncEngine:
    """Return the same database for transactions with very many rows."""
    return engine.execution_options(takes_long=True)


async def alone(connection: AsyncConnection) -> None:
    """Let no other import or migration run until this transaction ends."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
