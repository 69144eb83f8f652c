"""The steps make exactly the tables that the code declares."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import adapters.ledger.migrate
from adapters.ledger.database import engine_of
from adapters.ledger.migrate import migrate
from adapters.ledger.tables import METADATA
from tests.databases import bare_postgresql as postgresql

__all__ = ["postgresql"]

STEPS = Path(adapters.ledger.migrate.__file__).parent / "migrations"
EVERYTHING = text(
    "SELECT type, name, sql FROM sqlite_master WHERE type <> 'trigger' ORDER BY type, name"
)
CONSTRAINTS = text(
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE conrelid = 'agreement_visits'::regclass ORDER BY conname"
)


async def read(engine: AsyncEngine, asked: Callable[[Connection], object]) -> object:
    async with engine.connect() as connection:
        return await connection.run_sync(asked)


def differences(connection: Connection) -> object:
    options = {"compare_type": True, "compare_server_default": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)


async def test_nothing_is_left_to_migrate(url: str) -> None:
    engine = engine_of(url)
    await migrate(engine)
    assert await read(engine, differences) == []
    await migrate(engine)  # again does nothing
    assert await read(engine, differences) == []
    await engine.dispose()


def spelled(sql: str | None) -> str:
    return " ".join((sql or "").replace("(", " ( ").replace(")", " ) ").replace(",", " , ").split())


async def test_sqlite_tables_are_the_declared_ones_to_the_letter(tmp_path: Path) -> None:
    found = []
    for name in ("migrated", "declared"):
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/{name}.db")
        if name == "migrated":
            await migrate(engine)
        else:
            async with engine.begin() as connection:
                await connection.run_sync(METADATA.create_all)
        async with engine.connect() as connection:
            rows = (await connection.execute(EVERYTHING)).all()
        found.append({(r[0], r[1], spelled(r[2])) for r in rows if "alembic" not in r[1]})
        await engine.dispose()
    assert found[0] == found[1]
    tables = {name for kind, name, _ in found[0] if kind == "table"}
    assert tables == {*METADATA.tables, "sqlite_sequence"}


async def test_postgresql_constraints_are_the_declared_ones(postgresql: str) -> None:
    engine = create_async_engine(postgresql)
    await migrate(engine)
    async with engine.begin() as connection:
        migrated = (await connection.execute(CONSTRAINTS)).all()
        await connection.execute(text("DROP TABLE agreement_visits"))
        await connection.run_sync(METADATA.create_all)
        declared = (await connection.execute(CONSTRAINTS)).all()
    await engine.dispose()
    assert [tuple(row) for row in migrated] == [tuple(row) for row in declared]
    assert [row[0] for row in migrated] == [
        "agreement_visits_pkey",
        "ck_agreement_visits_status",
        "uq_agreement_visits_visit",
    ]


def test_the_steps_stand_in_one_line() -> None:
    steps = ScriptDirectory(STEPS)
    assert len(steps.get_heads()) == 1
    assert [step.revision for step in steps.walk_revisions()][-1] == "0001"


async def test_a_step_that_fails_leaves_the_database_as_it_was(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = ScriptDirectory(STEPS)
    step = steps.get_revision("0001")
    upgrade = step.module.upgrade

    def broken() -> None:
        upgrade()
        raise OSError

    monkeypatch.setattr(step.module, "upgrade", broken)
    monkeypatch.setattr(adapters.ledger.migrate, "_read", lambda: steps)
    engine = engine_of(url)
    with pytest.raises(OSError):  # noqa: PT011  # it has no words
        await migrate(engine)
    monkeypatch.undo()
    await migrate(engine)
    assert await read(engine, differences) == []
    await engine.dispose()
