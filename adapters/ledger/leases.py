"""Work that one process of the fleet does at a time, for as long as it keeps saying so."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.ledger import Ledger
from adapters.ledger.tables import LEASES
from adapters.ledger.upserts import insert_into

_RENEWED_AFTER = 1 / 3


class LeaseLost(Exception):  # noqa: N818  # the word for it
    """Another process does this work now: what was to be written must not be."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Another process does the work of {name} now.")


@dataclass(frozen=True, slots=True)
class _Term:
    """One unbroken holding of a lease, under a name of its own, and when to renew it."""

    holder: str
    renew_at: float


class Leases:
    """The leases this process holds, each by the name of its work; the clock is the database's.

    A lease that was lost and taken again is another term: what was begun in the first cannot be
    written in the second.
    """

    def __init__(self, ledger: Ledger, steady: Callable[[], float] = time.monotonic) -> None:
        self._ledger = ledger
        self._steady = steady
        self._terms: dict[str, _Term] = {}
        self._turn = asyncio.Lock()

    async def hold(self, name: str, seconds: float) -> bool:
        """Take this lease for so long, or go on holding it; False while another has it.

        Cheap to ask often: it is renewed when a third of its time is over. Raises
        LedgerUnavailable.
        """
        async with self._turn:
            began = self._steady()
            term = self._terms.get(name)
            if term is not None and began < term.renew_at:
                return True
            before = None if term is None else term.holder
            holder = await self._ledger.write(lambda on: _hold(on, name, before, seconds))
            if holder is None:
                self._terms.pop(name, None)
                return False
            self._terms[name] = _Term(holder, began + seconds * _RENEWED_AFTER)
            return True

    def term(self, name: str) -> str | None:
        """Return the name of the present holding; None where this process has not the lease."""
        term = self._terms.get(name)
        return None if term is None else term.holder

    async def let_go(self, name: str) -> None:
        """Give the lease up, so that another need not wait; raises LedgerUnavailable."""
        term = self._terms.pop(name, None)
        if term is not None:
            gone = delete(LEASES).where(LEASES.c.name == name, LEASES.c.holder == term.holder)
            await self._ledger.write(lambda on: on.execute(gone))


async def require(connection: AsyncConnection, name: str, term: str | None) -> None:
    """Let nobody take this lease before the transaction ends; LeaseLost where somebody has."""
    held = select(LEASES.c.name).where(LEASES.c.name == name, LEASES.c.holder == term)
    found = await connection.execute(held.with_for_update(read=True))
    if found.first() is None:
        raise LeaseLost(name)


async def _hold(
    connection: AsyncConnection, name: str, before: str | None, seconds: float
) -> str | None:
    """Renew the term of before, else begin one where nobody has the lease; return its name."""
    now = await _database_time(connection)
    until = now + timedelta(seconds=seconds)
    mine = (LEASES.c.name == name, LEASES.c.holder == before)
    renewed = await connection.execute(update(LEASES).where(*mine).values(until=until))
    if renewed.rowcount:
        return before
    told = insert_into(connection, LEASES).values(name=name, holder=uuid4().hex, until=until)
    taken = told.on_conflict_do_update(
        index_elements=[LEASES.c.name],
        set_={"holder": told.excluded.holder, "until": told.excluded.until},
        where=LEASES.c.until <= now,
    )
    return (await connection.execute(taken.returning(LEASES.c.holder))).scalar_one_or_none()


async def _database_time(connection: AsyncConnection) -> datetime:
    """Return the time of the database's machine, which for SQLite is this one."""
    if connection.dialect.name != "postgresql":
        return datetime.now(UTC)
    now: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return now
