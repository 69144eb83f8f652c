"""What the audit trail calls a customer instead of their email: a number that is told here alone.

The trail is sealed, so a name in it stands there for ever. A number whose row is deleted is
nobody's from then on, and nothing of the trail had to be changed for it (LG-10).
"""

from collections.abc import Collection, Iterable, Iterator
from secrets import token_hex
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.tables import PSEUDONYMS

PERSON: Final = "person "
"""What a pseudonym begins with; a number follows that says nothing of whose it is."""

_ROW: Final = PSEUDONYMS.c
_SOME: Final = 500
"""So many are asked for at once: a database takes so many values and no more."""


async def pseudonyms_of(connection: AsyncConnection, emails: Collection[str]) -> dict[str, str]:
    """Return the pseudonym of each of these emails; who has none is given one.

    Whoever asks holds the chain of the trail: no two are given to the same email.
    """
    known = dict[str, str]()
    for some in _cut(emails):
        asked = select(_ROW.email, _ROW.pseudonym).where(_ROW.email.in_(some))
        known |= {row.email: row.pseudonym for row in await connection.execute(asked)}
    new = {email: f"{PERSON}{new_number()}" for email in emails if email not in known}
    if new:
        rows = [{"email": email, "pseudonym": name} for email, name in new.items()]
        await connection.execute(insert(PSEUDONYMS), rows)
    return known | new


async def emails_of(connection: AsyncConnection, pseudonyms: Iterable[str]) -> dict[str, str]:
    """Return the email of each of these pseudonyms that is still somebody's."""
    known = dict[str, str]()
    for some in _cut(pseudonyms):
        asked = select(_ROW.email, _ROW.pseudonym).where(_ROW.pseudonym.in_(some))
        known |= {row.pseudonym: row.email for row in await connection.execute(asked)}
    return known


async def pseudonym_of(connection: AsyncConnection, email: str) -> str | None:
    """Return what the trail calls this email, None where it never told of it."""
    asked = select(_ROW.pseudonym).where(_ROW.email == email)
    return (await connection.execute(asked)).scalar_one_or_none()


def new_number() -> str:
    """Return a number that is nobody's yet."""
    return token_hex(8)


def _cut(values: Iterable[str]) -> Iterator[list[str]]:
    told = sorted(set(values))
    return (told[start : start + _SOME] for start in range(0, len(told), _SOME))
