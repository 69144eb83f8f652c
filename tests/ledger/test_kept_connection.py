"""PostgreSQL is asked for revisions over one connection that is kept, and let go when it fails."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.ledger.revisions import revisions_now
from adapters.ledger.rights import raise_revision
from tests.databases import on_server

BACKENDS = text(
    "SELECT pid FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = :kind"
)
KIND = {"kind": "client backend"}


@pytest.fixture
async def far(postgresql: str) -> AsyncIterator[Ledger]:
    """An open ledger on a server."""
    ledger = Ledger(postgresql)
    await ledger.open()
    yield ledger
    await ledger.aclose()


def taken(ledger: Ledger) -> int:
    """Return how many of the pool's connections are away from it."""
    pool: Any = ledger._engine.pool  # noqa: SLF001  # nothing else counts them
    return int(pool.checkedout())


async def others(connection: AsyncConnection) -> list[int]:
    """Return the server's processes that serve other connections to this database."""
    return [int(of) for of in (await connection.execute(BACKENDS, KIND)).scalars()]


async def test_one_connection_is_kept_and_asked_again(far: Ledger) -> None:
    assert taken(far) == 0
    first = await revisions_now(far)
    assert taken(far) == 1
    before = await far.read(others)
    for count in range(1, 4):
        await far.write(raise_revision)
        assert (await revisions_now(far)).rights == first.rights + count
    assert taken(far) == 1
    assert await far.read(others) == before


async def test_one_that_the_server_ended_is_not_missed(far: Ledger) -> None:
    first = await revisions_now(far)
    (kept,) = await far.read(others)
    await on_server(f"SELECT pg_terminate_backend({kept})")
    await far.write(raise_revision)
    assert (await revisions_now(far)).rights == first.rights + 1
    assert (far.trouble(), taken(far)) == (None, 1)
    (fresh,) = await far.read(others)
    assert fresh != kept


async def test_those_who_ask_at_once_have_their_own_and_one_stays(far: Ledger) -> None:
    first = await revisions_now(far)
    assert await asyncio.gather(*(revisions_now(far) for _ in range(4))) == [first] * 4
    assert taken(far) == 1


async def test_one_that_does_not_answer_in_time_is_let_go(
    far: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await revisions_now(far)
    monkeypatch.setattr("adapters.ledger.ledger.READ_SECONDS", 0.3)
    locked, done = asyncio.Event(), asyncio.Event()

    async def hold(connection: AsyncConnection) -> None:
        await connection.execute(text("LOCK TABLE rights IN ACCESS EXCLUSIVE MODE"))
        locked.set()
        await done.wait()

    holding = asyncio.create_task(far.write(hold))
    await locked.wait()
    with pytest.raises(LedgerUnavailable):
        await revisions_now(far)
    assert taken(far) == 1  # who holds the lock
    assert far.trouble() is not None
    done.set()
    await holding
    assert await revisions_now(far) == first
    assert (far.trouble(), taken(far)) == (None, 1)


async def test_what_fails_for_another_reason_fails_and_keeps_nothing(far: Ledger) -> None:
    await revisions_now(far)
    await far.write(lambda on: on.execute(text("ALTER TABLE rights RENAME TO gone")))
    with pytest.raises(LedgerUnavailable):
        await revisions_now(far)
    assert taken(far) == 0
    await far.write(lambda on: on.execute(text("ALTER TABLE gone RENAME TO rights")))
    assert (await revisions_now(far)).payments == 1
    assert taken(far) == 1


async def test_who_leaves_while_it_is_asked_takes_nothing_along(far: Ledger) -> None:
    first = await revisions_now(far)
    leaving = asyncio.create_task(revisions_now(far))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await revisions_now(far) == first
    assert taken(far) == 1


async def test_closed_it_leaves_no_connection(postgresql: str) -> None:
    ledger, watch = Ledger(postgresql), Ledger(postgresql)
    await ledger.open()
    await watch.open()
    await revisions_now(ledger)
    alone = len(await watch.read(others))
    assert alone > 0
    await ledger.aclose()
    async with asyncio.timeout(10):
        while await watch.read(others):  # noqa: ASYNC110  # the server tells nobody
            await asyncio.sleep(0.01)
    await watch.aclose()
