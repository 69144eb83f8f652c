"""What runs beside requests, for as long as the gateway does."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Protocol

import structlog

from adapters.directory.freshness import Freshness
from adapters.directory.mirror import Mirror
from adapters.ending import ended
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.leases import LeaseLost
from adapters.ledger.ledger import Ledger
from adapters.servicetitan.errors import UpstreamError

RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
PROGRESS_SECONDS = 5.0
STOP_SECONDS = 6.0
"""How long one of these may take to end before it is told once more: it ends others first."""

_log = structlog.get_logger("directory")
_ledger_log = structlog.get_logger("ledger")


async def follow(mirror: Mirror, every_seconds: Callable[[], float]) -> None:
    """Keep the directory as new as its feeds, until cancelled; a failure is tried again soon.

    One process of a fleet reads; the others look whether it still does.
    """
    async with beside(_tell_progress(mirror.freshness)):
        try:
            await _follow(mirror, every_seconds)
        finally:
            with suppress(LedgerUnavailable):
                await mirror.let_go()


async def _follow(mirror: Mirror, every_seconds: Callable[[], float]) -> None:
    failures = 0
    while True:
        readings, unreadable = mirror.readings, mirror.unreadable
        try:
            wait = await mirror.turn(every_seconds())
        except LeaseLost as lost:
            wait = every_seconds()
            _log.info("directory left to another", problem=str(lost))
        except Exception as error:  # noqa: BLE001  # a follower that ends shuts everybody out
            wait = min(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)], every_seconds())
            failures += 1
            _log.warning("feeds not read", problem=_told(error), rows=mirror.rows, again_in=wait)
        else:
            if mirror.readings > readings and (failures or readings == 0):
                _log.info("directory read", rows=mirror.rows)
            failures = 0
        if mirror.unreadable > unreadable:
            _log.warning("feed rows not readable", count=mirror.unreadable - unreadable)
        await asyncio.sleep(wait)


def _told(error: Exception) -> str:
    """What is the log told of a failure? Of one that nobody foresaw, where it came from.

    Not its words: they may hold what nobody is to read.
    """
    if isinstance(error, UpstreamError):
        return str(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {last.name}, line {last.lineno}"


async def _tell_progress(freshness: Freshness) -> None:
    """Tell every few seconds how far the first reading is, until it is done."""
    while True:
        await asyncio.sleep(PROGRESS_SECONDS)
        if freshness.read_at is not None:
            return
        _log.info("directory being read", rows=freshness.rows)


class Closable(Protocol):
    """A part that has something to let go of when the gateway ends."""

    async def aclose(self) -> None:
        """Let go of it."""


@asynccontextmanager
async def closed_after(*parts: Closable) -> AsyncIterator[None]:
    """Close every part in the end, in this order, however it came to that."""
    async with AsyncExitStack() as stack:
        for part in reversed(parts):
            stack.push_async_callback(part.aclose)
        yield


@asynccontextmanager
async def beside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these beside what is done within, and end them with it."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        await ended(tasks, STOP_SECONDS)


async def opened(ledger: Ledger) -> bool:
    """Open the ledger; where that fails, say so in the log and nowhere else."""
    try:
        await ledger.open()
    except LedgerUnavailable:
        _ledger_log.warning("ledger not open", problem=ledger.trouble())
        return False
    _ledger_log.info("ledger open")
    return True


async def keep_open(ledger: Ledger) -> None:
    """Open the ledger again after each outage, until cancelled."""
    failures = 0
    while True:
        await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
        if ledger.trouble() is not None:
            failures = 0 if await opened(ledger) else failures + 1
