"""A glance tells what a transaction would, in one go of the driver, and fails like one."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import aiosqlite
import asyncpg  # type: ignore[import-untyped]  # it has no types
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.database import file_of, is_server
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.glance import Glance
from adapters.ledger.ledger import Ledger
from adapters.ledger.revisions import revisions_at_once, revisions_now
from adapters.ledger.rights import (
    Revisions,
    directory_was_read,
    raise_payments_revision,
    raise_revision,
    read_revisions,
)
from adapters.ledger.tables import LEASES, RIGHTS

NOON = datetime(2026, 7, 14, 12, 30, 15, 123456, tzinfo=UTC)
GLANCED = str(select(RIGHTS.c.revision, RIGHTS.c.directory_read_at, RIGHTS.c.payments_revision))


async def revisions_of(ledger: Ledger) -> Revisions:
    """Return the numbers as operations read them."""
    return revisions_at_once(ledger) or await revisions_now(ledger)


async def test_it_tells_what_a_transaction_does(ledger: Ledger) -> None:
    first = await revisions_of(ledger)
    assert first == await ledger.read(read_revisions) == Revisions(first.rights, None, 1)
    await ledger.write(raise_revision)
    await ledger.write(lambda on: directory_was_read(on, NOON))
    await ledger.write(raise_payments_revision)
    assert await revisions_of(ledger) == Revisions(first.rights + 1, NOON, 2)
    assert await ledger.read(read_revisions) == Revisions(first.rights + 1, NOON, 2)


async def test_it_sees_nothing_that_is_not_committed(shared_url: str) -> None:
    ledger, other = Ledger(shared_url), Ledger(shared_url)
    await ledger.open()
    await other.open()
    before = await revisions_of(other)
    seen: list[Revisions] = []

    async def work(connection: AsyncConnection) -> None:
        await raise_revision(connection)
        seen.append(await revisions_of(other))

    await ledger.write(work)
    assert seen == [before]
    assert (await revisions_of(other)).rights == before.rights + 1
    await ledger.aclose()
    await other.aclose()


async def test_it_is_one_go_of_the_driver_and_of_a_file_none(
    ledger: Ledger, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def noting(driver: type, name: str) -> None:
        plain = getattr(driver, name)

        def noted(self: object, told: Any, *more: Any, **named: Any) -> Any:  # noqa: ANN401  # of any driver
            asked.append(told if isinstance(told, str) else told.__name__)
            return plain(self, told, *more, **named)

        monkeypatch.setattr(driver, name, noted)

    await revisions_of(ledger)
    noting(aiosqlite.Connection, "_execute")
    noting(asyncpg.Connection, "fetch")
    noting(asyncpg.Connection, "prepare")
    await revisions_of(ledger)
    if is_server(url):
        assert asked == [GLANCED]
    elif file_of(url) is not None:
        assert asked == []
    else:
        assert [name for name in asked if name != "rollback"] == ["_execute_fetchall"]


async def test_no_rows_are_no_rows(ledger: Ledger) -> None:
    nobodys = Glance(select(LEASES))
    assert ledger.seen(nobodys) in (None, [])
    assert await ledger.glance(nobodys) == []


async def test_what_fails_shuts_the_ledger_like_anything_else(ledger: Ledger) -> None:
    broken = Glance(select(text("1 FROM nowhere")))
    with pytest.raises(LedgerUnavailable):
        await ledger.glance(broken)
    assert str(ledger.trouble()).startswith("The ledger's database (PORTAL_DATABASE_URL) fails:")
    await revisions_of(ledger)
    assert ledger.trouble() is None


async def test_many_glances_and_writes_beside_each_other(ledger: Ledger) -> None:
    before = (await revisions_of(ledger)).rights

    async def write_and_look(_: int) -> None:
        await ledger.write(raise_revision)
        assert (await revisions_of(ledger)).rights > before

    await asyncio.gather(*(write_and_look(of) for of in range(20)))
    assert (await revisions_of(ledger)).rights == before + 20
