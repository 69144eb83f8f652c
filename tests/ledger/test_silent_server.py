"""A server that falls silent keeps nobody for ever: who writes is told, and may write again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger import ledger as ledgers
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from tests.cache.link import Link, link

SOON = 0.3
MANY = 20
"""More writers than a pool has connections."""


@dataclass
class Rows:
    """A table with a row for each that was written down, and the wire to it."""

    ledger: Ledger
    wire: Link

    async def add(self, *, last_words: bool = False) -> None:
        """Write one down; with `last_words` the server never hears that it is to keep it."""

        async def add(on: AsyncConnection) -> None:
            await on.execute(text("INSERT INTO rows VALUES (1)"))
            if last_words:
                self.wire.open.clear()

        await self.ledger.write(add)

    async def count(self) -> int:
        """How many are there?"""
        told = await self.ledger.read(lambda on: on.execute(text("SELECT count(*) FROM rows")))
        return int(told.scalar_one())


@pytest.fixture
async def rows(postgresql: str) -> AsyncIterator[Rows]:
    """No rows yet."""
    there = make_url(postgresql)
    async with link() as wire:
        wire.onward = there.host or "", there.port or 0
        here = there.set(host="127.0.0.1", port=wire.port)
        ledger = Ledger(here.render_as_string(hide_password=False))
        await ledger.open()
        await ledger.write(lambda on: on.execute(text("CREATE TABLE rows (at INT)")))
        yield Rows(ledger, wire)
        await ledger.aclose()


async def test_writers_to_a_server_that_fell_silent_are_told_and_write_again(
    monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    monkeypatch.setattr(ledgers, "WRITE_SECONDS", SOON)
    rows.wire.open.clear()
    told = await asyncio.gather(*(rows.add() for _ in range(MANY)), return_exceptions=True)
    assert [type(of) for of in told] == [LedgerUnavailable] * MANY
    assert rows.ledger.trouble() is not None
    monkeypatch.undo()
    rows.wire.open.set()
    await asyncio.gather(*(rows.add() for _ in range(MANY)))
    assert rows.ledger.trouble() is None
    assert await rows.count() == MANY  # nothing that was given up is done later


async def test_what_was_to_be_kept_as_it_fell_silent_may_be_kept(
    monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    monkeypatch.setattr(ledgers, "WRITE_SECONDS", SOON)
    with pytest.raises(LedgerUnavailable):
        await rows.add(last_words=True)
    monkeypatch.undo()
    rows.wire.open.set()
    await rows.add()
    assert await rows.count() in {1, 2}  # nobody knows which


async def test_what_takes_long_is_waited_for(monkeypatch: pytest.MonkeyPatch, rows: Rows) -> None:
    monkeypatch.setattr(ledgers, "WRITE_SECONDS", SOON)
    sleeping = text(f"SELECT pg_sleep({SOON * 2})")
    with pytest.raises(LedgerUnavailable):
        await rows.ledger.write(lambda on: on.execute(sleeping))
    await rows.ledger.write(lambda on: on.execute(sleeping), takes_long=True)
    await rows.ledger.write(lambda on: on.execute(sleeping), lone=True)
