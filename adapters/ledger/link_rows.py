"""Direct links in their table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import msgspec
from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.audit import By
from adapters.ledger.rights import in_utc
from adapters.ledger.tables import DIRECT_LINKS

_ROW = DIRECT_LINKS.c
_LINK = select(
    _ROW.id,
    _ROW.kind,
    _ROW.record_ids,
    _ROW.created_by,
    _ROW.created_at,
    _ROW.expires_at,
    _ROW.revoked_at,
    _ROW.last_used_at,
)


class LinkKind(Enum):
    """What a link is for: to see and pay one invoice, or to see and accept estimates."""

    PAYMENT_LINK = "PAYMENT_LINK"
    ESTIMATE_LINK = "ESTIMATE_LINK"


@dataclass(frozen=True, slots=True)
class DirectLinkRow:
    """A link; `ids` are ServiceTitan's, of the invoice or the estimates it opens.

    `last_used_at` is when its last use began, to a quarter of an hour.
    """

    id: int
    kind: LinkKind
    ids: tuple[int, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def stands(self, now: datetime) -> bool:
        """Does it open anything at this moment?"""
        return self.revoked_at is None and now < self.expires_at


async def insert_link(
    connection: AsyncConnection,
    secret_hash: str,
    kind: LinkKind,
    ids: tuple[int, ...],
    by: By,
    expires_at: datetime,
) -> DirectLinkRow:
    """Write a new link down, and return it."""
    row = {
        "kind": kind.value,
        "secret_hash": secret_hash,
        "record_ids": msgspec.json.encode(ids).decode(),
        "created_by": by.actor,
        "created_at": by.at.astimezone(UTC),
        "expires_at": expires_at.astimezone(UTC),
    }
    added = await connection.execute(insert(DIRECT_LINKS).values(row).returning(_ROW.id))
    return DirectLinkRow(added.scalar_one(), kind, ids, by.actor, by.at, expires_at)


async def find_link(connection: AsyncConnection, secret_hash: str) -> DirectLinkRow | None:
    """Return the link whose secret has this digest, ended or not."""
    found = (await connection.execute(_LINK.where(_ROW.secret_hash == secret_hash))).one_or_none()
    return None if found is None else _row(found)


async def read_links(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, DirectLinkRow]:
    """Return those of these links that there are, by id."""
    rows = await connection.execute(_LINK.where(_ROW.id.in_(ids)))
    return {row.id: row for row in map(_row, rows)}


async def note_use(connection: AsyncConnection, link: int, now: datetime, before: datetime) -> bool:
    """Note that a use begins now; False where one began after `before` already."""
    is_new = or_(_ROW.last_used_at.is_(None), _ROW.last_used_at <= before.astimezone(UTC))
    change = update(DIRECT_LINKS).where(_ROW.id == link, is_new)
    done = await connection.execute(change.values(last_used_at=now.astimezone(UTC)))
    return done.rowcount == 1


async def end_link(connection: AsyncConnection, link: int, now: datetime) -> bool:
    """Revoke a link; False where there is none, or it was revoked already."""
    change = update(DIRECT_LINKS).where(_ROW.id == link, _ROW.revoked_at.is_(None))
    done = await connection.execute(change.values(revoked_at=now.astimezone(UTC)))
    return done.rowcount == 1


def _row(told: Sequence[Any]) -> DirectLinkRow:
    of, kind, ids, by, created, expires, revoked, used = told
    return DirectLinkRow(
        of,
        LinkKind(kind),
        tuple(msgspec.json.decode(ids, type=list[int])),
        by,
        in_utc(created),
        in_utc(expires),
        None if revoked is None else in_utc(revoked),
        None if used is None else in_utc(used),
    )
