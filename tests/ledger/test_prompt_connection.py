"""What is short SQLite does at once; what waits, is forced to the disk or is long, its thread."""

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text

from adapters.ledger.database import WRITE_WAIT_SECONDS
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.ledger.prompt_connection import PromptConnection
from adapters.ledger.rights import raise_revision, read_revisions

BEGIN = ["cursor", "execute", "close"]


@pytest.fixture
def goes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the driver's thread is given to do, by name."""
    told: list[str] = []
    plain: Any = aiosqlite.Connection._execute  # noqa: SLF001  # nobody else is told

    async def noted(self: aiosqlite.Connection, fn: object, *more: Any, **named: Any) -> object:  # noqa: ANN401  # of any
        told.append(getattr(fn, "__name__", ""))
        return await plain(self, fn, *more, **named)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", noted)
    return told


async def opened(folder: Path) -> Ledger:
    """Open a ledger in a file, with two connections."""
    ledger = Ledger(f"sqlite+aiosqlite:///{folder}/ledger.db")
    await ledger.open()
    await ledger.read(lambda _first: ledger.read(read_revisions))
    return ledger


async def test_a_reading_takes_no_go_of_the_thread_and_a_write_the_one_to_the_disk(
    tmp_path: Path, goes: list[str]
) -> None:
    ledger = await opened(tmp_path)
    goes.clear()
    before = await ledger.read(read_revisions)
    assert goes == []
    await ledger.write(raise_revision)
    assert goes == ["commit"]
    assert (await ledger.read(read_revisions)).rights == before.rights + 1
    await ledger.aclose()


async def test_what_takes_long_is_all_done_in_the_thread(tmp_path: Path, goes: list[str]) -> None:
    ledger = await opened(tmp_path)
    goes.clear()
    await ledger.read(read_revisions, takes_long=True)
    assert goes == [*BEGIN, "execute", "fetchall", "close", "rollback"]
    goes.clear()
    await ledger.write(raise_revision, takes_long=True)
    long = goes.copy()
    goes.clear()
    await ledger.write(raise_revision, lone=True)
    assert goes == long == [*BEGIN, *BEGIN, "commit", "rollback"]
    for _ in range(2):
        await ledger.read(read_revisions)
    goes.clear()
    await ledger.read(read_revisions)
    assert goes == []  # both connections are as they were
    await ledger.aclose()


async def test_who_writes_elsewhere_is_waited_for_in_the_thread_while_others_read(
    tmp_path: Path, goes: list[str]
) -> None:
    ledger = await opened(tmp_path)
    before = await ledger.read(read_revisions)
    elsewhere = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    elsewhere.execute("BEGIN IMMEDIATE")
    goes.clear()
    writing = asyncio.create_task(ledger.write(raise_revision))
    while not goes and not writing.done():  # noqa: ASYNC110  # nobody is told
        await asyncio.sleep(0)
    assert goes == ["execute"]
    assert await ledger.read(read_revisions) == before
    assert not writing.done()
    elsewhere.execute("ROLLBACK")
    elsewhere.close()
    await writing
    assert goes == ["execute", "commit"]
    assert (await ledger.read(read_revisions)).rights == before.rights + 1
    await ledger.aclose()


async def test_what_fails_otherwise_is_not_done_again(tmp_path: Path, goes: list[str]) -> None:
    ledger = await opened(tmp_path)
    goes.clear()
    with pytest.raises(LedgerUnavailable):
        await ledger.write(lambda on: on.execute(text("SELECT * FROM nothing")))
    assert goes == []
    await ledger.aclose()


async def test_nothing_overtakes_what_is_under_way_though_its_waiter_left(
    tmp_path: Path, goes: list[str]
) -> None:
    connection = PromptConnection(str(tmp_path / "some.db"), WRITE_WAIT_SECONDS)
    _ = await connection
    began, free = threading.Event(), threading.Event()

    def hold() -> int:
        began.set()
        return int(free.wait(5))

    await connection.create_function("hold", 0, hold)
    connection.takes_long = True
    waiting = asyncio.create_task(connection.execute_fetchall("SELECT hold()"))
    await asyncio.to_thread(began.wait)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    connection.takes_long = False
    goes.clear()
    next_one = asyncio.create_task(one(connection))
    await asyncio.sleep(0)
    assert (goes, next_one.done()) == (["cursor"], False)
    free.set()
    assert await next_one == [(1,)]
    goes.clear()
    assert await one(connection) == [(1,)]
    assert goes == []
    await connection.close()


async def one(connection: aiosqlite.Connection) -> list[sqlite3.Row]:
    """Ask for a one, as SQLAlchemy asks."""
    cursor = await connection.cursor()
    await cursor.execute("SELECT 1")
    rows = list(await cursor.fetchall())
    await cursor.close()
    return rows
