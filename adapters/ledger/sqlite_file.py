"""SQLite's file, opened with a log beside it, so that nobody who reads waits for who writes."""

import sqlite3
import time
from typing import Final

_RESULT: Final = 0xFF
"""The part of SQLite's codes that says what failed; the rest says how."""

_PAUSE_SECONDS: Final = 0.01


def open_file(file: str, patience: float) -> sqlite3.Connection:
    """Open it for any thread, of which no two use it at once; raises sqlite3.Error.

    `patience` is for how many seconds others who write are waited for. Several who open a new file
    change its journal all at once; for that SQLite waits for nobody, and refuses all but one. So
    they are waited for here: call it where a thread may sleep.
    """
    connection = sqlite3.connect(file, timeout=patience, check_same_thread=False)
    until = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            if not is_busy(error) or time.monotonic() > until:
                connection.close()
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return connection


def is_busy(error: sqlite3.Error) -> bool:
    """Was this refused because somebody else is at it, and may it be asked again?"""
    return getattr(error, "sqlite_errorcode", 0) & _RESULT == sqlite3.SQLITE_BUSY
