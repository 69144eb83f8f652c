"""One question in one go of the driver: for what every operation asks, and one answer tells.

A transaction of SQLAlchemy's takes eight goes of SQLite's driver, and three calls to PostgreSQL.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import aiosqlite
from sqlalchemy import Connection, Engine, Select
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

_ONCE: Final = False
"""It is no `executemany`: what listeners are told last."""

Rows = list[tuple[Any, ...]]


class Glance:
    """A question without parameters, asked outside of any transaction."""

    def __init__(self, question: Select[Any]) -> None:
        self.text = str(question)
        self._types: list[TypeEngine[Any]] = [each.type for each in question.selected_columns]

    async def rows(self, connection: AsyncConnection) -> Rows:
        """Return the rows as SQLAlchemy does, as they stand committed now.

        Raises SQLAlchemyError, PostgresError, InterfaceError or OSError.
        """
        driver: Any = (await connection.get_raw_connection()).driver_connection
        engine: Any = connection.sync_connection
        self.tell(engine)
        try:
            if isinstance(driver, aiosqlite.Connection):
                rows = await driver.execute_fetchall(self.text)
            else:
                rows = await driver.fetch(self.text)
        except sqlite3.Error as error:
            raise DBAPIError(self.text, None, error) from error
        return self.read(rows, connection.dialect)

    def tell(self, engine: Engine | Connection) -> None:
        """Have whoever listens to what the engine asks hear that this is asked."""
        for hear in engine.dispatch.before_cursor_execute:
            hear(engine, None, self.text, (), None, _ONCE)

    def read(self, rows: Iterable[Sequence[Any]], dialect: Dialect) -> Rows:
        """Return rows of the driver's as SQLAlchemy does."""
        reading = [_reading(each, dialect) for each in self._types]
        return [
            tuple(read(value) for read, value in zip(reading, row, strict=True)) for row in rows
        ]


def _reading(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any]:
    """Return what makes Python's value of the driver's."""
    return kind.dialect_impl(dialect).result_processor(dialect, None) or _as_it_is


def _as_it_is(value: object) -> object:
    return value
