"""Writing a row whether it is there already or not, as both databases spell it."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def insert_into(connection: AsyncConnection, table: Table) -> Any:  # noqa: ANN401  # either's own
    """Return an INSERT that can be told what to do where the row is there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def upsert(connection: AsyncConnection, table: Table) -> Any:  # noqa: ANN401  # as insert_into
    """Return an INSERT that overwrites the row of the same key."""
    told = insert_into(connection, table)
    kept = {column.name: told.excluded[column.name] for column in table.c if not column.primary_key}
    return told.on_conflict_do_update(index_elements=list(table.primary_key), set_=kept)
