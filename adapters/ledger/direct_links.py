"""Direct links: a secret that was emailed, its digest here, and what it opens until it ends."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.audit import Action, By, append
from adapters.ledger.ledger import Ledger
from adapters.ledger.link_rows import (
    DirectLinkRow,
    LinkKind,
    end_link,
    find_link,
    insert_link,
    note_use,
    read_links,
)
from adapters.ledger.rights import raise_revision

__all__ = ["DirectLinkRow", "DirectLinks", "LinkKind"]

ONE_USE: Final = timedelta(minutes=15)
"""For how long a link that is exchanged again is still in the same use: as long as what it was
exchanged for lasts."""

_SECRET_BYTES: Final = 32
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_REMEMBERED: Final = 10_000


class DirectLinks:
    """Makes, exchanges and ends links; every verb raises LedgerUnavailable."""

    def __init__(self, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now
        self._standing: OrderedDict[int, tuple[int, DirectLinkRow]] = OrderedDict()

    async def create(
        self, kind: LinkKind, ids: Sequence[int], by: By, expires_at: datetime
    ) -> tuple[DirectLinkRow, str]:
        """Return a new link to these records, and its secret, which is told this once."""
        secret = token_urlsafe(_SECRET_BYTES)

        async def work(connection: AsyncConnection) -> DirectLinkRow:
            row = await insert_link(connection, digest_of(secret), kind, tuple(ids), by, expires_at)
            told = {"kind": kind.value, "records": list(ids), "expires": expires_at.isoformat()}
            await append(connection, by.did(Action.LINK_CREATED, _subject(row), **told))
            return row

        return await self._ledger.write(work), secret

    async def exchange(self, secret: str, request_id: str) -> DirectLinkRow | None:
        """Return the link of this secret; None where it is unknown, expired or revoked.

        It is found by the digest, so that no comparison tells how much of a guess was right. Every
        use is written down once, however often the page of that use asks.
        """
        if _SECRET.fullmatch(secret) is None:
            return None
        digest, now = digest_of(secret), self._now()
        found = await self._ledger.read(lambda connection: find_link(connection, digest))
        if found is None or not found.stands(now):
            return None
        if found.last_used_at is not None and now - found.last_used_at < ONE_USE:
            return found
        await self._ledger.write(lambda connection: _used(connection, found, now, request_id))
        return found

    async def stands(self, link: int, revision: int) -> bool:
        """Does this link still open what it opened, as rights are at this revision?

        What was read is remembered while the revision is the same: a link that is revoked raises
        it. Nothing is remembered of a link that there is not.
        """
        known = self._standing.get(link)
        if known is None or known[0] != revision:
            row = (await self.get([link])).get(link)
            if row is None:
                return False
            known = self._standing[link] = revision, row
            if len(self._standing) > _REMEMBERED:
                self._standing.popitem(last=False)
        return known[1].stands(self._now())

    async def revoke(self, link: int, by: By) -> DirectLinkRow | None:
        """End a link for everybody who holds it, from the next request on; None for no link.

        One that was revoked before stays as it was.
        """

        async def work(connection: AsyncConnection) -> DirectLinkRow | None:
            if await end_link(connection, link, by.at):
                await append(connection, by.did(Action.LINK_REVOKED, _named(link)))
                await raise_revision(connection)
            return (await read_links(connection, [link])).get(link)

        return await self._ledger.write(work)

    async def get(self, ids: Sequence[int]) -> dict[int, DirectLinkRow]:
        """Return those of these links that there are, by id."""
        return await self._ledger.read(lambda connection: read_links(connection, ids))


async def _used(
    connection: AsyncConnection, link: DirectLinkRow, now: datetime, request_id: str
) -> None:
    """Write a use down, unless another request has just done so."""
    if await note_use(connection, link.id, now, now - ONE_USE):
        holder = By("whoever holds the link", request_id, now)
        await append(connection, holder.did(Action.LINK_EXCHANGED, _subject(link)))


def digest_of(secret: str) -> str:
    """Return what is kept of a secret: 256 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _subject(link: DirectLinkRow) -> str:
    return _named(link.id)


def _named(link: int) -> str:
    return f"link {link}"
