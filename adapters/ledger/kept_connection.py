"""One connection kept for glances: to take one from the pool asks the database three times more."""

from typing import Any, NamedTuple

from asyncpg import InterfaceError, PostgresError  # type: ignore[import-untyped]  # it has no types
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.ledger.glance import Glance, Rows

_FAILED = (SQLAlchemyError, PostgresError, InterfaceError, OSError)


class _Kept(NamedTuple):
    """A connection of the pool's, and the driver's own beneath it."""

    pooled: AsyncConnection
    driver: Any


class KeptConnection:
    """One of the pool's connections to PostgreSQL, which is not given back after a glance.

    One that fails is let go, and the pool's next one asked, which the pool has looked at before.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._kept: _Kept | None = None

    async def rows(self, glance: Glance) -> Rows:
        """Return the rows as they stand committed now; raises as `Glance.rows`.

        Who asks while somebody does has a connection of their own.
        """
        kept, self._kept = self._kept, None
        if kept is not None:
            try:
                return await self._asked(kept, glance)
            except _FAILED:
                pass  # it may be the connection: the pool knows of another
        return await self._asked(await self._taken(), glance)

    async def _taken(self) -> _Kept:
        pooled = await self._engine.connect()
        return _Kept(pooled, (await pooled.get_raw_connection()).driver_connection)

    async def _asked(self, kept: _Kept, glance: Glance) -> Rows:
        glance.tell(self._engine.sync_engine)
        try:
            told = await kept.driver.fetch(glance.text)
        except BaseException:
            await _let_go(kept)
            raise
        if self._kept is None:
            self._kept = kept
        else:
            await kept.pooled.close()
        return glance.read(told, self._engine.dialect)

    async def aclose(self) -> None:
        """Give it back."""
        kept, self._kept = self._kept, None
        if kept is not None:
            await kept.pooled.close()


async def _let_go(kept: _Kept) -> None:
    """Have the pool make another in its place; what is under way in it is not waited for."""
    kept.driver.terminate()
    await kept.pooled.invalidate()
    await kept.pooled.close()
