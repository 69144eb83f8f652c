"""Places kept for whoever comes back to any of several processes: in Redis, by its clock."""

import asyncio

import structlog
from redis.exceptions import RedisError

from adapters.redis_clients import impatient
from adapters.servicetitan.pacing_shared import NEXT_TRY, PATIENCE
from adapters.servicetitan.places import MOST_KEPT, MOST_OF_ONE, Claim, ProcessPlaces

_log = structlog.get_logger("servicetitan")

_LOST = (RedisError, OSError, TimeoutError)
_LONGEST_KEPT = 7_200_000
"""Milliseconds: longer than anybody is told to stay away."""

# Two sets of the same members, a holder's numbered places: since when each is theirs, and until
# when it is kept. Microseconds of Redis's own clock, which are exact as numbers of Lua.
_OVER = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
for _, of in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 1000)) do
  redis.call('ZREM', KEYS[1], of)
  redis.call('ZREM', KEYS[2], of)
end
"""
_CLAIM = (
    _OVER
    + """
local first, since = nil, nil
for number = 1, tonumber(ARGV[2]) do
  local of = ARGV[1] .. ':' .. number
  local came = tonumber(redis.call('ZSCORE', KEYS[1], of))
  if came and (not since or came < since) then first, since = of, came end
end
if not first then return {-1, redis.call('ZCARD', KEYS[1])} end
redis.call('ZREM', KEYS[1], first)
redis.call('ZREM', KEYS[2], first)
return {now - since, redis.call('ZCOUNT', KEYS[1], '-inf', string.format('(%.0f', since))}
"""
)
_KEEP = (
    _OVER
    + """
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
for number = 1, tonumber(ARGV[2]) do
  local of = ARGV[1] .. ':' .. number
  if not redis.call('ZSCORE', KEYS[1], of) then
    redis.call('ZADD', KEYS[1], string.format('%.0f', now - ARGV[4]), of)
    redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[5]), of)
    redis.call('PEXPIRE', KEYS[1], ARGV[6])
    redis.call('PEXPIRE', KEYS[2], ARGV[6])
    return 1
  end
end
return 0
"""
)


class SharedPlaces:
    """The places that all processes keep which name the same in the same Redis.

    While Redis does not answer, each keeps those of its own.
    """

    def __init__(self, url: str, name: str, *, patience: float = PATIENCE) -> None:
        self._redis = impatient(url, patience)
        self._claim = self._redis.register_script(_CLAIM)
        self._keep = self._redis.register_script(_KEEP)
        self._keys = [f"places:since:{name}", f"places:until:{name}"]
        self._patience = patience
        self._alone = ProcessPlaces()
        self._again_at = float("-inf")

    async def claim(self, holder: str) -> Claim:
        """Give a holder the first of their places back, wherever it was given to them."""
        own = self._alone.claim_now(holder)
        told = None if self._is_resting() else await self._claimed(holder)
        if told is None:
            return own
        waited, before = told
        since = None if waited < 0 else asyncio.get_running_loop().time() - waited / 1e6
        both = [moment for moment in (own.since, since) if moment is not None]
        return Claim(min(both, default=None), own.before + before)

    async def keep(self, holder: str, since: float, seconds: float) -> None:
        """Keep a place for so long, in all processes or else in this one."""
        if self._is_resting() or not await self._is_kept(holder, since, seconds):
            self._alone.keep_now(holder, since, seconds)

    async def aclose(self) -> None:
        """Close the connections to Redis."""
        await self._redis.aclose()

    def _is_resting(self) -> bool:
        return asyncio.get_running_loop().time() < self._again_at

    async def _claimed(self, holder: str) -> tuple[int, int] | None:
        try:
            async with asyncio.timeout(self._patience):
                waited, before = await self._claim(self._keys, [holder, MOST_OF_ONE])
        except _LOST as error:
            self._lost(error)
            return None
        return waited, before

    async def _is_kept(self, holder: str, since: float, seconds: float) -> bool:
        """Does Redis keep it, or say that there are too many?"""
        waited = asyncio.get_running_loop().time() - since
        spans = (round(waited * 1e6), round(seconds * 1e6), _LONGEST_KEPT)
        try:
            async with asyncio.timeout(self._patience):
                await self._keep(self._keys, [holder, MOST_OF_ONE, MOST_KEPT, *spans])
        except _LOST as error:
            self._lost(error)
            return False
        return True

    def _lost(self, error: Exception) -> None:
        self._again_at = asyncio.get_running_loop().time() + NEXT_TRY
        _log.warning("places not shared: Redis does not answer", problem=type(error).__name__)
