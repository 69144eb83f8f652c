"""A glance tells what a transaction would, in one go of the driver, and fails like one."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import aiosqlite
import asyncpg  # type: ignore[import-untyped]  # it has no types
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.glance import Glance
from adapters.ledger.ledger import Ledger
from adapters.ledger.rights import (
    Revisions,
    directory_was_read,
    glance_at_revisions,
    raise_payments_revision,
    raise_revision,
    read_revisions,
)
from adapters.ledger.tables import LEASES, RIGHTS

NOON = datetime(2026, 7, 14, 12, 30, 15, 123456, tzinfo=UTC)
GLANCED = str(select(RIGHTS.c.revision, RIGHTS.c.directory_read_at, RIGHTS.c.payments_revision))


async def test_it_tells_what_a_transaction_does(ledger: Ledger) -> None:
    first = await ledger.read(glance_at_revisions)
    assert first == await ledger.read(read_revisions) == Revisions(first.rights, None, 1)
    await ledger.write(raise_revision)
    await ledger.write(lambda on: directory_was_read(on, NOON))
    await ledger.write(raise_payments_revision)
    assert await ledger.read(glance_at_revisions) == Revisions(first.rights + 1, NOON, 2)
    assert await ledger.read(read_revisions) == Revisions(first.rights + 1, NOON, 2)


async def test_it_sees_nothing_that_is_not_committed(shared_url: str) -> None:
    ledger, other = Ledger(shared_url), Ledger(shared_url)
    await ledger.open()
    await other.open()
    before = await other.read(glance_at_revisions)
    seen: list[Revisions] = []

    async def work(connection: AsyncConnection) -> None:
        await raise_revision(connection)
        seen.append(await other.read(glance_at_revisions))

    await ledger.write(work)
    assert seen == [before]
    assert (await other.read(glance_at_revisions)).rights == before.rights + 1
    await ledger.aclose()
    await other.aclose()


async def test_it_is_one_go_of_the_driver(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def noting(driver: type, name: str) -> None:
        plain = getattr(driver, name)

        def noted(self: object, told: Any, *more: Any, **named: Any) -> Any:  # noqa: ANN401  # of any driver
            asked.append(told if isinstance(told, str) else told.__name__)
            return plain(self, told, *more, **named)

        monkeypatch.setattr(driver, name, noted)

    await ledger.read(glance_at_revisions)
    noting(aiosqlite.Connection, "_execute")
    noting(asyncpg.Connection, "fetch")
    noting(asyncpg.Connection, "prepare")
    await ledger.read(glance_at_revisions)
    ends = [name for name in asked if name not in {"rollback", ";"}]  # of the pool: was it left so?
    assert len(ends) == 1
    assert ends[0] in {"_execute_fetchall", GLANCED}


async def test_no_rows_are_no_rows(ledger: Ledger) -> None:
    assert await ledger.read(Glance(select(LEASES)).rows) == []


async def test_what_fails_shuts_the_ledger_like_anything_else(ledger: Ledger) -> None:
    broken = Glance(select(text("1 FROM nowhere")))
    with pytest.raises(LedgerUnavailable):
        await ledger.read(broken.rows)
    assert str(ledger.trouble()).startswith("The ledger's database (PORTAL_DATABASE_URL) fails:")
    await ledger.read(glance_at_revisions)
    assert ledger.trouble() is None


async def test_many_glances_and_writes_beside_each_other(ledger: Ledger) -> None:
    before = (await ledger.read(glance_at_revisions)).rights

    async def write_and_look(_: int) -> None:
        await ledger.write(raise_revision)
        assert (await ledger.read(glance_at_revisions)).rights > before

    await asyncio.gather(*(write_and_look(of) for of in range(20)))
    assert (await ledger.read(glance_at_revisions)).rights == before + 20
