"""What runs beside requests, for as long as the gateway does."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol

import structlog

from adapters.directory.mirror import Mirror
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.servicetitan.errors import UpstreamError

RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)

_log = structlog.get_logger("directory")
_ledger_log = structlog.get_logger("ledger")


async def follow(mirror: Mirror, every_seconds: Callable[[], float]) -> None:
    """Keep the directory as new as its feeds, until cancelled; a failure is tried again soon."""
    failures = 0
    while True:
        try:
            await mirror.read()
        except UpstreamError as error:
            wait = min(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)], every_seconds())
            failures += 1
            _log.warning("feeds not read", problem=str(error), rows=mirror.rows, again_in=wait)
        else:
            if failures or mirror.readings == 1:
                _log.info("directory read", rows=mirror.rows)
            failures, wait = 0, every_seconds()
        await asyncio.sleep(wait)


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
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


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
