"""The audit trail's table: one chain of rows, each sealed together with all before it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.rights import in_utc
from adapters.ledger.tables import AUDIT

GENESIS: Final = "0" * 64
"""What stands in place of a seal before the first row."""

_LOCK: Final = 0x617564697420  # "audit ": the end of the chain, on PostgreSQL
_ROW = AUDIT.c
_HEAD = select(_ROW.digest).order_by(_ROW.id.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is sealed; `details` is written as JSON with its names in their order."""

    at: datetime
    actor: str
    as_whom: str | None
    action: str
    subject: str
    version: str | None
    details: Mapping[str, object]
    request_id: str


async def hold(connection: AsyncConnection) -> None:
    """Let nobody else append until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


async def add(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Add these rows to the end of the chain, which whoever does so holds."""
    head = (await connection.execute(_HEAD)).scalar() or GENESIS
    told: list[dict[str, object]] = []
    for row in rows:
        head = seal_of(head, row)
        written = asdict(row) | {"at": row.at.astimezone(UTC), "details": _spelled(row.details)}
        told.append(written | {"digest": head})
    await connection.execute(insert(AUDIT), told)


async def read_rows(
    connection: AsyncConnection, after: int, most: int
) -> list[tuple[int, Row, str]]:
    """Return the rows that follow the one of this id, each with its id and its seal."""
    asked = select(AUDIT).where(_ROW.id > after).order_by(_ROW.id).limit(most)
    return [
        (
            row.id,
            Row(
                at=in_utc(row.at),
                actor=row.actor,
                as_whom=row.as_whom,
                action=row.action,
                subject=row.subject,
                version=row.version,
                details=msgspec.json.decode(row.details),
                request_id=row.request_id,
            ),
            row.digest,
        )
        for row in await connection.execute(asked)
    ]


def seal_of(before: str, row: Row) -> str:
    """Return the seal of a row that follows the row with the seal `before` (SHA-256)."""
    told = (
        before,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.actor,
        row.as_whom,
        row.action,
        row.subject,
        row.version,
        _spelled(row.details),
        row.request_id,
    )
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def _spelled(details: Mapping[str, object]) -> str:
    return msgspec.json.encode(details, order="deterministic").decode()
