"""Documents that clients sent once and name by their digest from then on: so many, and so long."""

import asyncio
from collections import OrderedDict
from typing import Final, Protocol

import structlog
from redis.exceptions import RedisError
from redis.typing import EncodableT

from adapters.redis_clients import impatient
from gateway.guard.buckets_shared import NEXT_TRY, PATIENCE
from gateway.guard.trusted import digest_of

MOST: Final = 1_000
"""How many documents are kept; the one that was asked for longest ago makes room."""
MOST_CHARACTERS: Final = 4_000_000
"""How many characters one process keeps of them."""
KEPT_SECONDS: Final = 86_400
"""For how long Redis keeps one that nobody asks for."""

_log = structlog.get_logger("guard")

_LOST = (RedisError, OSError, TimeoutError)

# An index by the moment each was last asked for bounds how many there are.
_KEEP = """
local now = redis.call('TIME')[1]
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
local over = redis.call('ZCARD', KEYS[1]) - ARGV[4]
if over > 0 then
  for _, of in ipairs(redis.call('ZRANGE', KEYS[1], 0, over - 1)) do
    redis.call('DEL', ARGV[5] .. of)
    redis.call('ZREM', KEYS[1], of)
  end
end
return 1
"""
_FIND = """
local text = redis.call('GETEX', KEYS[2], 'EX', ARGV[2])
if text then redis.call('ZADD', KEYS[1], 'XX', redis.call('TIME')[1], ARGV[1]) end
return text
"""


class KeptDocuments(Protocol):
    """Where they are kept."""

    async def find(self, digest: str) -> str | None:
        """Return the document of this digest, None where it is not kept any more."""

    async def keep(self, digest: str, text: str) -> None:
        """Keep this document, which has this digest."""

    async def aclose(self) -> None:
        """Let go of what it holds."""


class ProcessDocuments:
    """Those of one process, bounded in number and in characters."""

    def __init__(self, most: int = MOST, most_characters: int = MOST_CHARACTERS) -> None:
        self._most = most
        self._most_characters = most_characters
        self._characters = 0
        self._texts: OrderedDict[str, str] = OrderedDict()

    async def find(self, digest: str) -> str | None:
        """Return the document of this digest."""
        return self.find_now(digest)

    def find_now(self, digest: str) -> str | None:
        """As `find`."""
        text = self._texts.get(digest)
        if text is not None:
            self._texts.move_to_end(digest)
        return text

    async def keep(self, digest: str, text: str) -> None:
        """Keep this document."""
        self.keep_now(digest, text)

    def keep_now(self, digest: str, text: str) -> None:
        """As `keep`."""
        self._characters += len(text) - len(self._texts.pop(digest, ""))
        self._texts[digest] = text
        while len(self._texts) > self._most or self._characters > self._most_characters:
            self._characters -= len(self._texts.popitem(last=False)[1])

    async def aclose(self) -> None:
        """Hold nothing."""


class SharedDocuments:
    """Those of all processes that name the same in the same Redis, each with its own in front.

    While Redis does not answer, each has those of its own: clients send the others once more.
    """

    def __init__(
        self, url: str, name: str, *, most: int = MOST, patience: float = PATIENCE
    ) -> None:
        self._redis = impatient(url, patience)
        self._keep = self._redis.register_script(_KEEP)
        self._find = self._redis.register_script(_FIND)
        self._index = f"documents:{name}"
        self._most = most
        self._patience = patience
        self._own = ProcessDocuments(most)
        self._again_at = float("-inf")

    async def find(self, digest: str) -> str | None:
        """Return the document of this digest; what Redis has under it is believed if it fits."""
        own = self._own.find_now(digest)
        if own is not None or self._is_resting():
            return own
        try:
            async with asyncio.timeout(self._patience):
                told = await self._find(self._keys(digest), [digest, KEPT_SECONDS])
        except _LOST as error:
            self._lost(error)
            return None
        text = None if told is None else told.decode(errors="replace")
        if text is None or digest_of(text) != digest:
            return None
        self._own.keep_now(digest, text)
        return str(text)

    async def keep(self, digest: str, text: str) -> None:
        """Keep this document, for the others as well where Redis answers."""
        self._own.keep_now(digest, text)
        if self._is_resting():
            return
        arguments: list[EncodableT] = [digest, text, KEPT_SECONDS, self._most, f"{self._index}:"]
        try:
            async with asyncio.timeout(self._patience):
                await self._keep(self._keys(digest), arguments)
        except _LOST as error:
            self._lost(error)

    async def aclose(self) -> None:
        """Close the connections to Redis."""
        await self._redis.aclose()

    def _keys(self, digest: str) -> list[str]:
        return [self._index, f"{self._index}:{digest}"]

    def _is_resting(self) -> bool:
        return asyncio.get_running_loop().time() < self._again_at

    def _lost(self, error: Exception) -> None:
        self._again_at = asyncio.get_running_loop().time() + NEXT_TRY
        _log.warning("documents not shared: Redis does not answer", problem=type(error).__name__)
