"""Bring a database to the tables of today, by the steps in `migrations`."""

import asyncio
from pathlib import Path
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.ledger.database import alone, writing
from adapters.ledger.tables import METADATA

_STEPS = Path(__file__).parent / "migrations"


async def migrate(engine: AsyncEngine) -> None:
    """Take every step that this database has not taken yet: all of them, or none.

    Raises what the database's driver raises.
    """
    steps = await asyncio.to_thread(_read)
    async with writing(engine).begin() as connection:
        await alone(connection)
        await connection.run_sync(_upgrade, steps)


def _read() -> ScriptDirectory:
    steps = ScriptDirectory(_STEPS)
    _ = steps.get_heads()  # reads the files now
    return steps


def _upgrade(connection: Connection, steps: ScriptDirectory) -> None:
    def wanted(revision: Any, _context: MigrationContext) -> Any:  # noqa: ANN401  # Alembic's own
        return steps._upgrade_revs("head", revision)  # noqa: SLF001  # as Alembic's command does

    context = MigrationContext.configure(
        connection, opts={"fn": wanted, "target_metadata": METADATA}
    )
    with Operations.context(context):
        context.run_migrations()
