"""The tables of a database in memory: the migrations make them once, and all others copy those."""

import atexit
import sqlite3
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.ledger.database import is_in_memory
from adapters.ledger.migrate import migrate

_EMPTY: Final = sqlite3.connect(":memory:", check_same_thread=False)
atexit.register(_EMPTY.close)
_made: list[sqlite3.Connection] = []
"""Tables without a row, once a first database was migrated."""


async def migrate_once(engine: AsyncEngine) -> None:
    """Do as `migrate` does; what the same steps made of nothing before is copied."""
    if not is_in_memory(str(engine.url)) or await _has_tables(engine):
        await migrate(engine)
    elif _made:
        driver = await _driver(engine)
        await driver._execute(_made[0].backup, driver._conn)  # noqa: SLF001  # it copies from itself alone
    else:
        await migrate(engine)
        await (await _driver(engine)).backup(_EMPTY)
        _made.append(_EMPTY)


async def _has_tables(engine: AsyncEngine) -> bool:
    driver = await _driver(engine)
    async with driver.execute("SELECT count(*) FROM sqlite_master") as told:
        (count,) = await told.fetchone()
    return bool(count)


async def _driver(engine: AsyncEngine) -> Any:  # noqa: ANN401  # aiosqlite's connection
    """Return the one connection that a database in memory has."""
    async with engine.connect() as connection:
        return (await connection.get_raw_connection()).driver_connection
