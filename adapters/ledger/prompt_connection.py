"""SQLite's driver without its thread for what is over in microseconds.

The driver has a thread of its own do everything, four goes for each statement, and each go waits
for the interpreter and for a turn of the event loop. A payment takes two hundred of them, most
while it keeps all other writers waiting. A statement by a key is done in less time than it takes
to have it done. So it is done at once, in the event loop's own thread; what would wait for another
process, what is forced to the disk, and what concerns many rows is done in the driver's.
"""

import sqlite3
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Final, TypeVar

import aiosqlite

from adapters.ledger.sqlite_file import is_busy, open_file

T = TypeVar("T")

_SHORT: Final = {
    sqlite3.Cursor: {"execute", "fetchall", "close"},
    sqlite3.Connection: {"cursor", "rollback"},
}
_CHUNK: Final = 64


class PromptConnection(aiosqlite.Connection):
    """A connection whose short work is done at once, unless it `takes_long` for a while.

    `patience` is for how many seconds others who write are waited for, in the driver's thread.
    """

    def __init__(self, file: str, patience: float) -> None:
        super().__init__(partial(open_file, file, patience), _CHUNK)
        self.takes_long = False
        self._patience = f"PRAGMA busy_timeout = {patience * 1000:.0f}"
        self._sent = self._done = 0

    async def _execute(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:  # noqa: ANN401  # as the driver
        """Do this, in whichever thread; raises sqlite3.Error."""
        if self._is_over_soon(fn, *args):
            try:
                return self._at_once(fn, *args, **kwargs)
            except sqlite3.OperationalError as error:
                if not is_busy(error):
                    raise

        @wraps(fn)
        def noted(*args: Any, **kwargs: Any) -> T:  # noqa: ANN401  # as the driver
            try:
                return fn(*args, **kwargs)
            finally:
                self._done += 1

        self._sent += 1
        found: T = await super()._execute(noted, *args, **kwargs)  # type: ignore[no-untyped-call]  # the driver's own
        return found

    def _is_over_soon(self, fn: Callable[..., object], *args: object) -> bool:
        """Is this short, and nothing before it still under way, whose waiter left?"""
        if self.takes_long or self._sent != self._done or not self._running:
            return False
        if args and str(args[0]).startswith("PRAGMA"):
            return False
        return getattr(fn, "__name__", "") in _SHORT.get(type(getattr(fn, "__self__", None)), ())

    def _at_once(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:  # noqa: ANN401  # as the driver
        """Do this, and wait for nobody."""
        if fn.__name__ != "execute":
            return fn(*args, **kwargs)
        self._conn.execute("PRAGMA busy_timeout = 0")
        try:
            return fn(*args, **kwargs)
        finally:
            self._conn.execute(self._patience)
