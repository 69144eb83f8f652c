"""Of a ledger in a file operations are told at once what stands there: by nobody's thread."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, select, text

from adapters.directory.people import LevelSet, People
from adapters.ledger.database import file_of
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.glance import Glance
from adapters.ledger.ledger import Ledger
from adapters.ledger.lookout import Lookout
from adapters.ledger.revisions import revisions_at_once, revisions_now
from adapters.ledger.rights import (
    Revisions,
    raise_payments_revision,
    raise_revision,
)
from adapters.ledger.tables import RIGHTS

PAT = "pat@example.com"
NUMBERS = Glance(select(RIGHTS.c.revision, RIGHTS.c.payments_revision))
BLOCKED = """
import sqlite3, sys
on = sqlite3.connect(sys.argv[1], isolation_level=None)
on.execute("BEGIN IMMEDIATE")
on.execute(
    "INSERT INTO access_levels (email, customer_id, location_id, level, changed_at, changed_by) "
    "VALUES ('pat@example.com', 7, 0, 'NONE', '2026-07-14 12:00:00', 'office')"
)
on.execute("UPDATE rights SET revision = revision + 1")
on.execute("COMMIT")
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the ledger lies."""
    return tmp_path / "ledger.db"


@pytest.fixture
async def opened(file: Path) -> AsyncIterator[Ledger]:
    """An open ledger in that file."""
    ledger = Ledger(f"sqlite+aiosqlite:///{file}")
    await ledger.open()
    yield ledger
    await ledger.aclose()


@contextmanager
def another(file: Path) -> Iterator[sqlite3.Connection]:
    """Open the file as another process would."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        yield connection


def asked_of(ledger: Ledger) -> list[str]:
    """Return what the ledger asks from here on, its transactions' frames left out."""
    asked: list[str] = []

    def hear(*told: object) -> None:
        if not str(told[2]).startswith("BEGIN"):
            asked.append(" ".join(str(told[2]).split())[:21])

    event.listen(ledger._engine.sync_engine, "before_cursor_execute", hear)  # noqa: SLF001  # they pass there
    return asked


async def test_what_another_process_committed_is_told_to_the_very_next(
    opened: Ledger, file: Path
) -> None:
    people = People(opened)
    assert (await people.standing(PAT)).levels == ()
    before = await people.standing(PAT)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", BLOCKED, str(file))
    assert await process.wait() == 0
    after = await people.standing(PAT)
    assert (after.revision, after.levels) == (before.revision + 1, (LevelSet(7, "NONE"),))


async def test_what_was_committed_here_is_told_to_the_very_next(opened: Ledger) -> None:
    first = revisions_at_once(opened)
    assert first is not None
    for count in range(1, 6):
        await opened.write(raise_revision)
        await opened.write(raise_payments_revision)
        assert revisions_at_once(opened) == (first.rights + count, None, first.payments + count)


async def test_what_is_not_committed_is_told_to_nobody(opened: Ledger, file: Path) -> None:
    before = revisions_at_once(opened)
    with another(file) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE rights SET revision = revision + 1")
        assert revisions_at_once(opened) == before
        other.execute("ROLLBACK")
        assert revisions_at_once(opened) == before


async def test_each_who_asks_has_it_read_once(opened: Ledger) -> None:
    people = People(opened)
    await people.standing(PAT)
    asked = asked_of(opened)
    for count in range(1, 4):
        await people.standing(PAT)
        assert asked == ["SELECT rights.revisio"] * count
    await asyncio.gather(*(people.standing(PAT) for _ in range(10)))
    assert asked == ["SELECT rights.revisio"] * 13


async def test_it_holds_up_nobody_who_writes(opened: Ledger, file: Path) -> None:
    await opened.write(raise_revision)
    assert revisions_at_once(opened) is not None
    with another(file) as other:
        (told,) = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        assert told == (0, 0, 0)  # nobody was in the way, and nothing is left in the log
    assert revisions_at_once(opened) is not None


async def test_it_waits_for_no_lock(tmp_path: Path) -> None:
    file = tmp_path / "without_a_log.db"
    with another(file) as other:
        other.execute("CREATE TABLE rights (revision, payments_revision)")
        other.execute("INSERT INTO rights VALUES (4, 5)")
        lookout = Lookout(file)
        await lookout.open()
        assert lookout.rows(NUMBERS) == [(4, 5)]
        other.execute("BEGIN EXCLUSIVE")
        assert lookout.rows(NUMBERS) is None
        assert lookout._connection is not None  # noqa: SLF001  # its patience is nobody else's to tell
        assert lookout._connection.execute("PRAGMA busy_timeout").fetchone() == (0,)  # noqa: SLF001  # as above
        other.execute("COMMIT")
        assert lookout.rows(NUMBERS) == [(4, 5)]
    await lookout.aclose()


async def test_it_writes_nothing(opened: Ledger) -> None:
    assert opened._lookout is not None  # noqa: SLF001  # nobody else may write through it
    connection = opened._lookout._connection  # noqa: SLF001  # as above
    assert connection is not None
    with pytest.raises(sqlite3.OperationalError, match="attempt to write a readonly database"):
        connection.execute("UPDATE rights SET revision = 0")


async def test_another_file_in_its_place_is_not_looked_at(opened: Ledger, file: Path) -> None:
    before = await revisions_now(opened)
    other = Ledger(f"sqlite+aiosqlite:///{file}.new")
    await other.open()
    for _ in range(5):
        await other.write(raise_revision)
    await other.aclose()
    os.replace(f"{file}.new", file)  # noqa: PTH105  # one call, as whoever restores a copy does it
    assert revisions_at_once(opened) is None
    assert await revisions_now(opened) == before  # as its other connections have it
    await opened.open()
    assert revisions_at_once(opened) is None  # what is written here goes to the one before


async def test_a_file_that_is_gone_is_not_looked_at(opened: Ledger, file: Path) -> None:
    assert revisions_at_once(opened) is not None
    os.replace(file, f"{file}.away")  # noqa: PTH105  # as above
    assert revisions_at_once(opened) is None
    os.replace(f"{file}.away", file)  # noqa: PTH105  # as above
    assert revisions_at_once(opened) is not None


async def test_what_fails_there_is_asked_as_before_and_shuts_the_ledger(
    opened: Ledger, file: Path
) -> None:
    people = People(opened)
    await people.standing(PAT)
    with another(file) as other:
        other.execute("ALTER TABLE rights RENAME TO gone")
        assert revisions_at_once(opened) is None
        with pytest.raises(LedgerUnavailable):
            await people.standing(PAT)
        assert opened.trouble() is not None
        other.execute("ALTER TABLE gone RENAME TO rights")
    assert (await people.standing(PAT)).levels == ()
    assert opened.trouble() is None


async def test_what_it_tells_shows_that_the_ledger_answers_again(opened: Ledger) -> None:
    with pytest.raises(LedgerUnavailable):
        await opened.glance(Glance(select(text("1 FROM nowhere"))))
    assert opened.trouble() is not None
    assert revisions_at_once(opened) is not None
    assert opened.trouble() is None


async def test_of_no_other_database_anything_is_told_at_once(ledger: Ledger, url: str) -> None:
    assert (revisions_at_once(ledger) is None) is (file_of(url) is None)
    assert await revisions_now(ledger) == Revisions(1, None, 1)


async def test_before_it_is_open_and_after_it_is_closed_nothing_is_told(file: Path) -> None:
    ledger = Ledger(f"sqlite+aiosqlite:///{file}")
    assert revisions_at_once(ledger) is None
    await ledger.open()
    assert revisions_at_once(ledger) == Revisions(1, None, 1)
    await ledger.aclose()
    assert revisions_at_once(ledger) is None


async def test_where_there_is_no_file_it_tells_nothing(tmp_path: Path) -> None:
    lookout = Lookout(tmp_path / "nowhere" / "ledger.db")
    await lookout.open()
    assert lookout.rows(NUMBERS) is None
    await lookout.aclose()
