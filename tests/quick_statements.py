"""Statements spelled as SQL once for all ledgers: the engine of each would spell its own."""

from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from adapters.ledger.database import engine_of

_SPELLED: Final[LRUCache[Any, Any]] = LRUCache(10_000)
_dialects: Final[dict[str, Dialect]] = {}
"""By their driver's name: that of the first engine that has met its database, and so knows it."""


def engine_that_shares(url: str) -> AsyncEngine:
    """Do as `engine_of` does; what another engine has spelled is not spelled again."""
    engine = engine_of(url)
    within = engine.sync_engine
    own = within.dialect
    kind = f"{own.name}+{own.driver}"
    event.listen(within, "connect", lambda *_: _dialects.setdefault(kind, own))
    within.dialect = _dialects.get(kind, own)
    within._compiled_cache = _SPELLED  # noqa: SLF001  # what was spelled is kept nowhere else
    return engine
