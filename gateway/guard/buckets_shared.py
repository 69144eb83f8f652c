"""Buckets that several processes share: in Redis, by its clock, in one round trip."""

import asyncio
from typing import Final

import structlog
from redis.exceptions import RedisError

from adapters.redis_clients import impatient
from gateway.guard.buckets import MINUTE, ROUNDING, Allowance, ProcessBuckets, Taken

PATIENCE: Final = 0.05
"""Seconds that Redis has to answer; who waits longer is counted here alone."""
NEXT_TRY: Final = 1.0
"""Seconds for which Redis is let alone after it failed."""

_log = structlog.get_logger("guard")

_LOST = (RedisError, OSError, TimeoutError)

# As ProcessBuckets.take_now, in microseconds of Redis's own clock: exact as numbers of Lua.
_TAKE = """
local clock = redis.call('TIME')
local now, minute = clock[1] * 1000000 + clock[2], tonumber(ARGV[4])
local told = redis.call('HMGET', KEYS[1], 'operations', 'cost')
local function before(at)
  return math.min(math.max(tonumber(at) or 0, now), now + minute)
end
local function left(missing)
  return math.floor((minute - missing + ARGV[5]) * ARGV[2] / minute)
end
local cost = before(told[2])
local operations = before(told[1]) + minute / ARGV[1]
local after = cost + ARGV[3] * minute / ARGV[2]
local wait = math.max(operations, after) - now - minute
if wait > tonumber(ARGV[5]) then return {math.ceil(wait / 1000), left(cost - now)} end
redis.call('HSET', KEYS[1],
  'operations', string.format('%.3f', operations), 'cost', string.format('%.3f', after))
redis.call('PEXPIRE', KEYS[1], math.ceil((math.max(operations, after) - now) / 1000))
return {0, left(after - now)}
"""


class SharedBuckets:
    """The buckets of all processes that name the same in the same Redis.

    While Redis does not answer each process counts by itself, so that reading goes on (decision:
    what is bounded loosely for a while is asked of ServiceTitan within its own pace still).
    """

    def __init__(self, url: str, name: str, *, patience: float = PATIENCE) -> None:
        self._redis = impatient(url, patience)
        self._take = self._redis.register_script(_TAKE)
        self._name = name
        self._patience = patience
        self._alone = ProcessBuckets()
        self._again_at = float("-inf")

    async def take(self, of: str, allowed: Allowance, points: int) -> Taken:
        """Take one operation and so many points, both or none."""
        now = asyncio.get_running_loop().time
        if now() < self._again_at:
            return self._alone.take_now(of, allowed, points)
        arguments = [allowed.operations, allowed.cost, points, MINUTE, ROUNDING]
        try:
            async with asyncio.timeout(self._patience):
                return Taken(*await self._take([f"budget:{self._name}:{of}"], arguments))
        except _LOST as error:
            self._again_at = now() + NEXT_TRY
            problem = type(error).__name__
            _log.warning("budgets not shared: Redis does not answer", problem=problem)
            return self._alone.take_now(of, allowed, points)

    async def aclose(self) -> None:
        """Close the connections to Redis."""
        await self._redis.aclose()
