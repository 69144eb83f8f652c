"""Sessions of the office's staff, kept by the digest of their secret."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.tables import STAFF_SESSIONS

KEPT: Final = timedelta(hours=1)
"""How long the row of a session stays when it is over: longer than a sign-in may take, so that
none opens a second session."""

_ROW = STAFF_SESSIONS.c


@dataclass(frozen=True, slots=True)
class StaffSession:
    """Who signed in, with which right, and for how long."""

    staff_key: str
    email: str
    may_bill: bool
    created_at: datetime
    expires_at: datetime


async def start_session(
    connection: AsyncConnection, id_hash: str, sign_in_hash: str, session: StaffSession
) -> bool:
    """Write the session down; False, with nothing written, where its sign-in has one already.

    Rows of sessions that are over for an hour are deleted.
    """
    over = _ROW.expires_at < session.created_at - KEPT
    await connection.execute(delete(STAFF_SESSIONS).where(over))
    row = {
        "id_hash": id_hash,
        "sign_in_hash": sign_in_hash,
        "staff_key": session.staff_key,
        "email": session.email,
        "may_bill": session.may_bill,
        "created_at": session.created_at,
        "expires_at": session.expires_at,
    }
    try:
        async with connection.begin_nested():
            await connection.execute(insert(STAFF_SESSIONS).values(row))
    except IntegrityError:
        return False
    return True


async def find_session(
    connection: AsyncConnection, id_hash: str, now: datetime
) -> StaffSession | None:
    """Return the session, None where there is none or it is over."""
    columns = (_ROW.staff_key, _ROW.email, _ROW.may_bill, _ROW.created_at, _ROW.expires_at)
    asked = select(*columns).where(_ROW.id_hash == id_hash, _ROW.expires_at > now)
    found = (await connection.execute(asked)).one_or_none()
    if found is None:
        return None
    key, email, may_bill, created_at, expires_at = found
    return StaffSession(key, email, may_bill, _moment(created_at), _moment(expires_at))


async def end_session(connection: AsyncConnection, id_hash: str, now: datetime) -> None:
    """Let the session be over now, if it is not yet; its row stays for a while."""
    running = (_ROW.id_hash == id_hash, _ROW.expires_at > now)
    await connection.execute(update(STAFF_SESSIONS).where(*running).values(expires_at=now))


def _moment(told: datetime) -> datetime:
    """Return the moment; SQLite keeps no zone, and what is written is in UTC."""
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told
