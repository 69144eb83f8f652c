"""Buckets that several processes share: in Redis, by its clock, in one round trip."""

from adapters.redis_clients import PATIENCE, Briefly, RedisAway
from gateway.guard.buckets import MINUTE, ROUNDING, Allowance, ProcessBuckets, Taken

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
        self._redis = Briefly(url, "guard", "budgets", patience)
        self._take = self._redis.script(_TAKE)
        self._name = name
        self._alone = ProcessBuckets()

    async def take(self, of: str, allowed: Allowance, points: int) -> Taken:
        """Take one operation and so many points, both or none."""
        arguments = [allowed.operations, allowed.cost, points, MINUTE, ROUNDING]
        try:
            return Taken(
                *await self._redis.run(self._take, [f"budget:{self._name}:{of}"], arguments)
            )
        except RedisAway:
            return self._alone.take_now(of, allowed, points)

    def take_at_once(self, of: str, allowed: Allowance, points: int) -> Taken | None:
        """Take nothing: Redis has to be waited for."""
        del of, allowed, points
        return None

    def has(self, of: str, allowed: Allowance, points: int) -> bool:
        """Tell nothing: Redis has to be waited for."""
        del of, allowed, points
        return False

    async def aclose(self) -> None:
        """Close the connections to Redis."""
        await self._redis.aclose()
