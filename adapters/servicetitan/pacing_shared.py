"""The pace of several processes: one bucket in Redis, filled by the clock of Redis."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from adapters.redis_clients import PATIENCE, Briefly, RedisAway
from adapters.servicetitan.pacing import LONGEST_PAUSE, Allowance, Bucket, ProcessPace
from adapters.servicetitan.priority import Priority

_LONGEST_KEPT = 7_200_000
"""Milliseconds: longer than a pause, and than any bucket takes to fill."""
_SMOOTHING = 0.05
"""By how much one call of ours changes what is believed of all: twenty of them tell."""
_LEFT = 0.25
"""Seconds without asking again after which nobody waits: it is many times what a turn takes."""
_SPREAD = 0.8
"""Of the time between two calls: who waits asks again so much later at most, chosen at random."""

# Microseconds of Redis's own clock; `at` and `until` are moments, so the first says when the level
# was so, and the second when a pause ends. Where the clock was set back, time stands still until
# the next call.
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local rate, room = tonumber(ARGV[1]) / 1000000, tonumber(ARGV[2])
local needed, pause = tonumber(ARGV[3]), tonumber(ARGV[4])
local kept = redis.call('HMGET', KEYS[1], 'level', 'at', 'until', 'taken')
local level, at = tonumber(kept[1]) or room, tonumber(kept[2]) or now
local over, taken = tonumber(kept[3]) or 0, tonumber(kept[4]) or 0
local from = math.max(at, over)
if now > from then level = math.min(room, level + (now - from) * rate) end
if over > now + tonumber(ARGV[5]) then over = now end
if pause > 0 and now + pause > over then level, over = 0, now + pause end
local wait = math.max(0, over - now)
if level + 0.000001 < needed then wait = wait + (needed - level) / rate end
if pause == 0 and wait == 0 then level, taken = level - 1, taken + 1 end
redis.call('HSET', KEYS[1], 'level', string.format('%.17g', level), 'at',
  string.format('%.0f', now), 'until', string.format('%.0f', over), 'taken',
  string.format('%.0f', taken))
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return {math.ceil(wait), math.floor(level * 1000000), math.max(0, over - now), taken}
"""


@dataclass(frozen=True, slots=True)
class _Told:
    """What Redis said: seconds to wait, the bucket as it is, seconds of pause, calls by all."""

    wait: float
    level: float
    paused: float
    taken: int


@dataclass(slots=True)
class _Share:
    """How many calls all processes make for one of ours, smoothed; 1 while nobody has to wait."""

    calls_for_ours: float = 1.0
    _taken: int = 0
    _waited_at: float = float("-inf")

    def waits(self, taken: int, now: float) -> None:
        """Take in that one of ours has to wait, and how many calls were ever made."""
        if not self._is_waiting(now):
            self._taken = taken
        self._waited_at = now

    def goes(self, taken: int, now: float) -> None:
        """Take in that one of ours was made, and with it how many ever."""
        if self._is_waiting(now):
            made = max(1, taken - self._taken)
            self.calls_for_ours += _SMOOTHING * (made - self.calls_for_ours)
        else:
            self.calls_for_ours = 1.0
        self._waited_at = float("-inf")

    def _is_waiting(self, now: float) -> bool:
        """Is one of ours waiting still, and has not left meanwhile?"""
        return now - self._waited_at < _LEFT


class SharedPace:
    """The pace of every process that names the same bucket in the same Redis.

    While Redis does not answer, the process keeps a pace of its own: `alone` (a part of one) of the
    allowance, since it cannot know how many others there are.
    """

    def __init__(
        self,
        url: str,
        name: str,
        allowance: Callable[[], Allowance],
        alone: Callable[[], float] = lambda: 0.5,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._redis = Briefly(url, "servicetitan", "pace", patience)
        self._ask_bucket = self._redis.script(_SCRIPT)
        self._key = f"pace:{name}"
        self._allowance = allowance
        self._alone = ProcessPace(lambda: allowance().part(alone()))
        self._bucket: Bucket | None = None
        self._share = _Share()

    @property
    def losses(self) -> int:
        """How often it began that Redis did not answer."""
        return self._redis.losses

    async def take(self, priority: Priority) -> float:
        """Take a call and give 0, or say in how many seconds to ask again."""
        told = await self._ask(self._allowance().needed(priority), 0.0)
        if told is None:
            return self._alone.take_now(priority)
        now = asyncio.get_running_loop().time()
        if told.wait == 0:
            self._share.goes(told.taken, now)
            return 0.0
        self._share.waits(told.taken, now)
        return told.wait + self._spread()

    def soonest(self, ahead: float, priority: Priority, everywhere: float = 0.0) -> float:
        """How soon at best, by what Redis said last and by how many calls others make of all?"""
        if self._redis.is_away:
            return self._alone.soonest(ahead, priority, everywhere)
        if self._bucket is None:
            return 0.0
        allowance = self._allowance()
        needed = allowance.needed(priority) + ahead * self._share.calls_for_ours + everywhere
        return self._bucket.wait(asyncio.get_running_loop().time(), allowance, needed)

    async def pause(self, seconds: float) -> None:
        """Have no process make a call for so long; this one does not, whatever Redis says."""
        self._alone.pause_now(seconds)
        await self._ask(1.0, max(0.001, min(seconds, LONGEST_PAUSE)))

    def paused(self) -> float:
        """For how long, as far as is known, will nobody make a call?"""
        if self._redis.is_away or self._bucket is None:
            return self._alone.paused()
        return max(0.0, self._bucket.at - asyncio.get_running_loop().time())

    def _spread(self) -> float:
        """How much later to ask again, so that it is not always the same process that is first?

        Nothing is lost by it, for the bucket goes on filling; it is too little for somebody less
        urgent to come in between.
        """
        return random.uniform(0, _SPREAD / self._allowance().rate)  # noqa: S311  # spreads load, guards nothing

    async def aclose(self) -> None:
        """Close the connections to Redis."""
        await self._redis.aclose()

    async def _ask(self, needed: float, pause: float) -> _Told | None:
        """Take from the bucket, or have it pause; None where Redis does not say how that went."""
        allowance = self._allowance()
        spans = (ceil(pause * 1e6), round(LONGEST_PAUSE * 1e6), _LONGEST_KEPT)
        arguments = [allowance.rate, allowance.room, needed, *spans]
        try:
            said = await self._redis.run(self._ask_bucket, [self._key], arguments)
        except RedisAway:
            return None
        wait, level, paused, taken = said
        told = _Told(wait / 1e6, level / 1e6, paused / 1e6, taken)
        self._bucket = Bucket(told.level, asyncio.get_running_loop().time() + told.paused)
        if told.paused > 0:
            self._alone.pause_now(told.paused)
        return told
