"""One question in one go of the driver: for what every operation asks, and one answer tells.

A transaction of SQLAlchemy's takes eight goes of SQLite's driver, and three calls to PostgreSQL.
"""

import sqlite3
from collections.abc import Callable
from typing import Any, Final

import aiosqlite
from sqlalchemy import Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

_ONCE: Final = False
"""It is no `executemany`: what listeners are told last."""


class Glance:
    """A question without parameters, asked outside of any transaction."""

    def __init__(self, question: Select[Any]) -> None:
        self._text = str(question)
        self._types: list[TypeEngine[Any]] = [each.type for each in question.selected_columns]

    async def rows(self, connection: AsyncConnection) -> list[tuple[Any, ...]]:
        """Return the rows as SQLAlchemy does, as they stand committed now.

        Who listens to what the engine asks hears it. Raises SQLAlchemyError, PostgresError or
        OSError.
        """
        driver: Any = (await connection.get_raw_connection()).driver_connection
        engine: Any = connection.sync_connection
        for hear in engine.dispatch.before_cursor_execute:
            hear(engine, None, self._text, (), None, _ONCE)
        try:
            if isinstance(driver, aiosqlite.Connection):
                rows = await driver.execute_fetchall(self._text)
            else:
                rows = await driver.fetch(self._text)
        except sqlite3.Error as error:
            raise DBAPIError(self._text, None, error) from error
        reading = [_reading(each, connection) for each in self._types]
        return [
            tuple(read(value) for read, value in zip(reading, row, strict=True)) for row in rows
        ]


def _reading(kind: TypeEngine[Any], connection: AsyncConnection) -> Callable[[Any], Any]:
    """Return what makes Python's value of the driver's."""
    dialect = connection.dialect
    return kind.dialect_impl(dialect).result_processor(dialect, None) or _as_it_is


def _as_it_is(value: object) -> object:
    return value
