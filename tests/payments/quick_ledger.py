"""The ledger's own statements on SQLite's own file, without a thread and without an engine between.

Ten thousand stories spend most of their time on waking threads and greenlets. Whatever reads or
writes here is what the ledger does; only the door is another: each transaction is done when it is
asked for, as one step.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from sqlalchemy import Executable, create_engine, event
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import StaticPool

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]


class _AtOnce:
    """A connection whose answers are there when they are awaited."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dialect = connection.dialect

    async def execute(self, statement: Executable, *parameters: Any) -> CursorResult[Any]:  # noqa: ANN401  # as SQLAlchemy has it
        return self._connection.execute(statement, *parameters)


class QuickLedger:
    """A ledger of one file, whose tables are there already."""

    def __init__(self, file: str) -> None:
        self._engine = create_engine(f"sqlite:///{file}", poolclass=StaticPool)
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", lambda on: on.exec_driver_sql("BEGIN IMMEDIATE"))

    async def read(self, work: Work[T]) -> T:
        """Return what this work reads."""
        return await self.write(work)

    async def write(self, work: Work[T], *, lone: bool = False) -> T:
        """Have all of this work written down, or none of it."""
        assert not lone
        await asyncio.sleep(0)
        with self._engine.begin() as connection:
            return await work(cast("AsyncConnection", _AtOnce(connection)))

    async def aclose(self) -> None:
        """Close the file."""
        self._engine.dispose()


def _prepare(connection: Any, _entry: object) -> None:  # noqa: ANN401  # the driver's own
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = OFF"):
        connection.execute(f"PRAGMA {pragma}")
