"""How Redis is spoken to: once, with little patience, and by nobody who waits for the disk."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError
from redis.typing import EncodableT

LOST: Final = (RedisError, OSError, TimeoutError)
"""What it raises where Redis did not answer, or not in time."""
PATIENCE: Final = 0.05
"""Seconds that Redis has to answer those who can do without it."""
NEXT_TRY: Final = 1.0
"""Seconds for which they let it alone after it failed."""


def impatient(url: str, seconds: float, **options: Any) -> Redis:  # noqa: ANN401  # of the driver
    """Return a client that waits so long for a connection or an answer, and asks nothing twice.

    What to do without an answer is for each of its users to say. Nothing is opened yet.
    """
    return Redis.from_url(
        url,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
        driver_info=None,  # to find out its own version, the library waits for the disk
        **options,
    )


class RedisAway(Exception):  # noqa: N818  # a state of Redis's
    """Redis did not answer in time, or failed a moment ago; what was asked may have been done."""


class Briefly:
    """Runs scripts for those who can do without Redis; once it failed, it is let alone for a while.

    `what` is shared by it, for the log, which is told where an outage begins and where it ends.
    `losses` is how often one began, `is_away` whether one lasts.
    """

    def __init__(self, url: str, logger: str, what: str, patience: float = PATIENCE) -> None:
        self.losses = 0
        self.is_away = False
        self._redis = impatient(url, patience)
        self._log = structlog.get_logger(logger)
        self._what = what
        self._patience = patience
        self._again_at = float("-inf")

    def script(self, text: str) -> AsyncScript:
        """Return a script of Lua to be run here."""
        return self._redis.register_script(text)

    async def run(
        self, script: AsyncScript, keys: Sequence[str], arguments: Sequence[EncodableT]
    ) -> Any:  # noqa: ANN401  # what the script returns
        """Run a script and return what it returns; raises RedisAway."""
        now = asyncio.get_running_loop().time
        if now() < self._again_at:
            raise RedisAway
        try:
            async with asyncio.timeout(self._patience):
                told = await script(keys, arguments)
        except LOST as error:
            self._again_at = now() + NEXT_TRY
            self._begin(type(error).__name__)
            raise RedisAway from error
        if self.is_away:
            self.is_away = False
            self._log.info(f"{self._what} shared again")
        return told

    def _begin(self, problem: str) -> None:
        if not self.is_away:
            self.is_away = True
            self.losses += 1
            self._log.warning(f"{self._what} not shared: Redis does not answer", problem=problem)

    async def aclose(self) -> None:
        """Close the connections to Redis."""
        await self._redis.aclose()
