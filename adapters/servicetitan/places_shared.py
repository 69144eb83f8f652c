"""Places kept for whoever comes back to any of several processes: in Redis, by its clock."""

import asyncio

from adapters.redis_clients import PATIENCE, Briefly, RedisAway
from adapters.servicetitan.places import MOST_KEPT, MOST_OF_ONE, Claim, ProcessPlaces

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
        self._redis = Briefly(url, "servicetitan", "places", patience)
        self._claim = self._redis.script(_CLAIM)
        self._keep = self._redis.script(_KEEP)
        self._keys = [f"places:since:{name}", f"places:until:{name}"]
        self._alone = ProcessPlaces()

    async def claim(self, holder: str) -> Claim:
        """Give a holder the first of their places back, wherever it was given to them."""
        own = self._alone.claim_now(holder)
        try:
            waited, before = await self._redis.run(self._claim, self._keys, [holder, MOST_OF_ONE])
        except RedisAway:
            return own
        since = None if waited < 0 else asyncio.get_running_loop().time() - waited / 1e6
        both = [moment for moment in (own.since, since) if moment is not None]
        return Claim(min(both, default=None), own.before + before)

    async def keep(self, holder: str, since: float, seconds: float) -> None:
        """Keep a place for so long, in all processes or else in this one."""
        waited = asyncio.get_running_loop().time() - since
        spans = (round(waited * 1e6), round(seconds * 1e6), _LONGEST_KEPT)
        arguments: list[str | int] = [holder, MOST_OF_ONE, MOST_KEPT, *spans]
        try:
            await self._redis.run(self._keep, self._keys, arguments)
        except RedisAway:
            self._alone.keep_now(holder, since, seconds)

    async def aclose(self) -> None:
        """Close the connections to Redis."""
        await self._redis.aclose()
