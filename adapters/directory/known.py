"""Which emails the directory knows at all."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.tables import DIRECTORY_CONTACTS

_AT_ONCE = 5000
_EMAIL = DIRECTORY_CONTACTS.c.email


async def read_known(connection: AsyncConnection, emails: Sequence[str]) -> frozenset[str]:
    """Return those of these folded emails that are live contacts of anybody."""
    found: set[str] = set()
    for start in range(0, len(emails), _AT_ONCE):
        some = emails[start : start + _AT_ONCE]
        found.update(await connection.scalars(select(_EMAIL).where(_EMAIL.in_(some)).distinct()))
    return frozenset(found)
