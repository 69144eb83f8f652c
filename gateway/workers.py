"""What runs beside requests, for as long as the gateway does."""

import asyncio

import structlog

from adapters.directory.mirror import Mirror
from adapters.servicetitan.errors import UpstreamError

RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)

_log = structlog.get_logger("directory")


async def follow(mirror: Mirror, every_seconds: float) -> None:
    """Keep the directory as new as its feeds, until cancelled; a failure is tried again soon."""
    failures = 0
    while True:
        try:
            await mirror.read()
        except UpstreamError as error:
            wait = min(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)], every_seconds)
            failures += 1
            _log.warning("feeds not read", problem=str(error), rows=mirror.rows, again_in=wait)
        else:
            if failures or mirror.readings == 1:
                _log.info("directory read", rows=mirror.rows)
            failures, wait = 0, every_seconds
        await asyncio.sleep(wait)
