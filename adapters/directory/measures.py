"""How large the directory is, for people who wait for it and for the database that searches it."""

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.tables import DIRECTORY_CONTACTS, DIRECTORY_CUSTOMERS, DIRECTORY_LOCATIONS

_TABLES = (DIRECTORY_CUSTOMERS, DIRECTORY_LOCATIONS, DIRECTORY_CONTACTS)


async def count_rows(connection: AsyncConnection) -> int:
    """Return how many rows the directory holds, whole or not."""
    counts = [select(func.count()).select_from(table).scalar_subquery() for table in _TABLES]
    return sum((await connection.execute(select(*counts))).one())


async def learn_sizes(connection: AsyncConnection) -> None:
    """Let the database look at tables that have grown.

    A planner that still takes them for empty reads them whole where an index would do: a look-up
    takes ten times as long, and the first reading of a large directory minutes instead of seconds.
    """
    for table in _TABLES:
        await connection.execute(text(f"ANALYZE {table.name}"))
