"""Glances at SQLite's file from the event loop's own thread: some microseconds, and no waiting.

To have a thread ask takes fifty times as long, most of it for handing the interpreter to and fro.
Who reads such a file waits for nobody who writes to it.
"""

import asyncio
import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite

from adapters.ledger.glance import Glance, Rows

_DIALECT = SQLiteDialect_aiosqlite()


class Lookout:
    """A connection of the event loop's own to the ledger's file; it only looks.

    What would have to be waited for it does not tell. Nor does it tell anything once another file
    lies where its own lay: the ledger's other connections still write to the one before.
    """

    def __init__(self, file: Path) -> None:
        self._file = os.fspath(file)
        self._connection: sqlite3.Connection | None = None
        self._lay: tuple[int, int] | None = None
        self._told: dict[Glance, tuple[list[Any], Rows]] = {}

    async def open(self) -> None:
        """Look at the file; where that cannot be, tell nothing."""
        await self.aclose()
        try:
            connection, lies = await asyncio.to_thread(_opened, self._file)
        except (sqlite3.Error, OSError):
            return
        self._connection, self._lay = connection, self._lay or lies

    def rows(self, glance: Glance) -> Rows | None:
        """Return the rows as they stand committed now, None where it cannot tell at once."""
        if self._connection is None:
            return None
        try:
            if _where(self._file) != self._lay:
                return None
            told = self._connection.execute(glance.text).fetchall()
        except (sqlite3.Error, OSError):
            return None
        if (before := self._told.get(glance)) is not None and before[0] == told:
            return before[1]
        rows = glance.read(told, _DIALECT)
        self._told[glance] = told, rows
        return rows

    async def aclose(self) -> None:
        """Look no more."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await asyncio.to_thread(connection.close)


def _opened(file: str) -> tuple[sqlite3.Connection, tuple[int, int]]:
    lies = _where(file)
    # It waits for no lock, and is used by the event loop alone, though a thread opens it.
    connection = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection, lies


def _where(file: str) -> tuple[int, int]:
    """Return which file lies there, by the disk's own number of it."""
    told = os.stat(file)  # noqa: PTH116  # `Path.stat` takes twice as long, for every request
    return told.st_dev, told.st_ino
