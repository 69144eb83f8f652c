"""How often somebody had a card tried that nothing was paid with (PA-28).

The attempts tell of payments alone, and whoever keeps a card learns by it whether it is good. They
stand in the ledger, as attempts do: every worker counts the same.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.ledger import Ledger
from adapters.ledger.rights import in_utc
from adapters.ledger.tables import CARD_TRIES

KEPT: Final = timedelta(days=1)
"""For how long a try is known of: longer than anybody is made to wait for one."""

_ROW = CARD_TRIES.c
_MOST = 1000


class CardTries:
    """The tries of all viewers; every verb raises LedgerUnavailable."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def begin(self, principal: str, at: datetime) -> int:
        """Note that this viewer has a card tried now, before it is; return the try's id.

        It is declined, as far as anybody knows, until it is told otherwise.
        """
        row = {"principal": principal, "at": at.astimezone(UTC), "declined": True}
        old = delete(CARD_TRIES).where(_ROW.at < at.astimezone(UTC) - KEPT)

        async def work(connection: AsyncConnection) -> int:
            await connection.execute(old)
            told = insert(CARD_TRIES).values(row).returning(_ROW.id)
            return int((await connection.execute(told)).scalar_one())

        return await self._ledger.write(work)

    async def succeeded(self, of: int) -> None:
        """Note that it was not declined."""
        change = update(CARD_TRIES).where(_ROW.id == of).values(declined=False)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(change)

        await self._ledger.write(work)

    async def lately(
        self, principal: str, since: datetime, before: int | None = None
    ) -> list[tuple[bool, datetime]]:
        """Return of this viewer's tries since then whether each was declined, and when it began.

        Newest first, a thousand at most. `before` is the id of one: those begun before it.
        """
        mine = [_ROW.principal == principal, _ROW.at >= since.astimezone(UTC)]
        if before is not None:
            mine.append(_ROW.id < before)
        asked = select(_ROW.declined, _ROW.at).where(*mine).order_by(_ROW.id.desc()).limit(_MOST)

        async def work(connection: AsyncConnection) -> list[tuple[bool, datetime]]:
            rows = await connection.execute(asked)
            return [(declined, in_utc(at)) for declined, at in rows]

        return await self._ledger.read(work)
