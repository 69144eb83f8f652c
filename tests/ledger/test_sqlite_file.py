"""A file that several open for the first time at once, each as if it were alone."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from adapters.ledger.sqlite_file import open_file

SIDE_BY_SIDE = 4
FILES = 100


def _journal(connection: sqlite3.Connection) -> str:
    (told,) = connection.execute("PRAGMA journal_mode").fetchone()
    return str(told)


def test_whoever_opens_a_new_file_beside_others_has_it(tmp_path: Path) -> None:
    """Of four at once SQLite refuses one, of every ten files or so."""
    begins = threading.Barrier(SIDE_BY_SIDE)

    def one(file: Path) -> str:
        begins.wait(30)
        with closing(open_file(str(file), 30)) as connection:
            return _journal(connection)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        for at in range(FILES):
            told = threads.map(one, [tmp_path / f"{at}.db"] * SIDE_BY_SIDE)
            assert list(told) == ["wal"] * SIDE_BY_SIDE


def test_it_is_waited_for_no_longer_than_was_said(tmp_path: Path) -> None:
    file = str(tmp_path / "ledger.db")
    with closing(sqlite3.connect(file, isolation_level=None)) as first:
        first.execute("CREATE TABLE some (name TEXT)")
        first.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            open_file(file, 0.05)
        first.rollback()
        with closing(open_file(file, 0.05)) as second:
            assert _journal(second) == "wal"


def test_what_is_no_database_is_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    file.write_bytes(b"something else, and long enough to be read as a page" * 100)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        open_file(str(file), 3600)
