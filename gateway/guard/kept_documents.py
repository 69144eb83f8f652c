"""Documents that clients sent once and name by their digest from then on: so many, and so long."""

from collections import OrderedDict
from contextlib import suppress
from typing import Final, Protocol

from redis.typing import EncodableT

from adapters.redis_clients import PATIENCE, Briefly, RedisAway
from gateway.guard.trusted import digest_of

MOST: Final = 1_000
"""How many documents are kept; the one that was asked for longest ago makes room."""
MOST_CHARACTERS: Final = 4_000_000
"""How many characters one process keeps of them."""
KEPT_SECONDS: Final = 86_400
"""For how long Redis keeps one that nobody asks for."""

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
        self._redis = Briefly(url, "guard", "documents", patience)
        self._keep = self._redis.script(_KEEP)
        self._find = self._redis.script(_FIND)
        self._index = f"documents:{name}"
        self._most = most
        self._own = ProcessDocuments(most)

    async def find(self, digest: str) -> str | None:
        """Return the document of this digest; what Redis has under it is believed if it fits."""
        own = self._own.find_now(digest)
        if own is not None:
            return own
        try:
            told = await self._redis.run(self._find, self._keys(digest), [digest, KEPT_SECONDS])
        except RedisAway:
            return None
        text = None if told is None else told.decode(errors="replace")
        if text is None or digest_of(text) != digest:
            return None
        self._own.keep_now(digest, text)
        return str(text)

    async def keep(self, digest: str, text: str) -> None:
        """Keep this document, for the others as well where Redis answers."""
        self._own.keep_now(digest, text)
        arguments: list[EncodableT] = [digest, text, KEPT_SECONDS, self._most, f"{self._index}:"]
        with suppress(RedisAway):
            await self._redis.run(self._keep, self._keys(digest), arguments)

    async def aclose(self) -> None:
        """Close the connections to Redis."""
        await self._redis.aclose()

    def _keys(self, digest: str) -> list[str]:
        return [self._index, f"{self._index}:{digest}"]
