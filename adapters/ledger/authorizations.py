"""What payers by bank agreed to, word for word: a bank may ask for it for two years (R30)."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.tables import AUTHORIZATION_TEXTS
from adapters.ledger.upserts import insert_into

_ROW = AUTHORIZATION_TEXTS.c


async def keep_text(
    connection: AsyncConnection, version: str | None, text: str | None, at: datetime
) -> None:
    """Keep the text of this version, once; what needed no agreement has none."""
    if version is None or text is None:
        return
    row = {"version": version, "text": text, "first_at": at.astimezone(UTC)}
    kept = insert_into(connection, AUTHORIZATION_TEXTS).values(row)
    await connection.execute(kept.on_conflict_do_nothing())


async def read_text(connection: AsyncConnection, version: str) -> str | None:
    """Return the text of this version; None where it was agreed to before texts were kept."""
    asked = select(_ROW.text).where(_ROW.version == version)
    return (await connection.execute(asked)).scalar_one_or_none()
