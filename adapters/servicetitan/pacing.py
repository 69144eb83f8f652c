"""How fast ServiceTitan may be asked: a bucket of calls that fills evenly, with a share kept."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from adapters.servicetitan.priority import Priority

LONGEST_PAUSE = 3600.0
"""Seconds: a pause that is told longer (a clock that is wrong, say) is asked about after these."""

_HAIR = 1e-9
"""Of a call: what rounding may lack of a whole one."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many calls: `rate` a second, and up to `room` at once after a quiet moment.

    Of those in the room, `kept` are left to money and webhooks.
    """

    rate: float
    room: float
    kept: float

    @classmethod
    def of(cls, limit: float, use: float = 0.8, kept_share: float = 0.2) -> "Allowance":
        """Choose it such that no second, wherever it begins, holds more calls than `limit`.

        A second holds at most `rate` + `room` calls. `use` of the limit is the rate; the room is
        half of what is above it, and the other half allows for calls that overtake each other on
        the way. `limit` is calls a second, 2 or more; `use` and `kept_share` are parts of one.
        """
        rate = min(limit * use, limit - 1)
        room = max(1.0, min((limit - rate) / 2, rate / 4))
        return cls(rate, room, room * kept_share)

    def part(self, share: float) -> "Allowance":
        """Return this share of it, for a process that has to do without the others' knowledge."""
        room = max(1.0, self.room * share)
        return Allowance(self.rate * share, room, min(self.kept, room) * share)

    def needed(self, priority: Priority) -> float:
        """How many calls must be in the bucket for one of this priority to be taken?

        Each priority below money leaves more of them than the one above it. So the order holds
        between processes as well: where money waits, the bucket never fills up to what people need.
        """
        left = 0.0 if priority.is_kept_for else self.kept + (priority - Priority.PEOPLE)
        return 1.0 + min(left, self.room - 1.0)


@dataclass(slots=True)
class Bucket:
    """`level` calls were in it `at` this moment; a moment to come is the end of a pause."""

    level: float
    at: float

    def filled(self, now: float, allowance: Allowance) -> float:
        """How many calls are in it now?"""
        return min(allowance.room, self.level + max(0.0, now - self.at) * allowance.rate)

    def wait(self, now: float, allowance: Allowance, needed: float) -> float:
        """In how many seconds will so many calls be in it, 0 where they are?"""
        short = needed - self.filled(now, allowance)
        return max(0.0, self.at - now) + short / allowance.rate if short > _HAIR else 0.0


class Pace(Protocol):
    """Who says when the next call may be made. Times are seconds."""

    async def take(self, priority: Priority) -> float:
        """Take a call and give 0, or say in how many seconds to ask again."""

    def soonest(self, ahead: float, priority: Priority, everywhere: float = 0.0) -> float:
        """How soon at best, behind so many calls, will there be one for this priority?

        `ahead` are this process's own; `everywhere` are of all processes that keep this pace.
        """

    async def pause(self, seconds: float) -> None:
        """Have nobody make a call for so long."""

    def paused(self) -> float:
        """For how long, as far as is known, will nobody make a call?"""

    async def aclose(self) -> None:
        """Let go of what it holds."""


class ProcessPace:
    """The pace of a process that asks alone; `allowance` is asked anew for every call."""

    def __init__(self, allowance: Callable[[], Allowance]) -> None:
        self._allowance = allowance
        self._bucket: Bucket | None = None

    async def take(self, priority: Priority) -> float:
        """Take a call and give 0, or say in how many seconds to ask again."""
        return self.take_now(priority)

    def take_now(self, priority: Priority) -> float:
        """As `take`."""
        now, allowance, bucket = self._present()
        wait = bucket.wait(now, allowance, allowance.needed(priority))
        if wait <= 0:
            self._bucket = Bucket(bucket.filled(now, allowance) - 1.0, now)
        return wait

    def soonest(self, ahead: float, priority: Priority, everywhere: float = 0.0) -> float:
        """How soon will there be a call for this priority behind so many others?"""
        now, allowance, bucket = self._present()
        return bucket.wait(now, allowance, ahead + everywhere + allowance.needed(priority))

    async def pause(self, seconds: float) -> None:
        """Make no call for so long, and begin again evenly."""
        self.pause_now(seconds)

    def pause_now(self, seconds: float) -> None:
        """As `pause`; one that ends before another does changes nothing."""
        now, _, bucket = self._present()
        until = now + min(seconds, LONGEST_PAUSE)
        if until > bucket.at:
            self._bucket = Bucket(0.0, until)

    def paused(self) -> float:
        """For how long will nobody make a call?"""
        now, _, bucket = self._present()
        return max(0.0, bucket.at - now)

    async def aclose(self) -> None:
        """Hold nothing."""

    def _present(self) -> tuple[float, Allowance, Bucket]:
        now, allowance = asyncio.get_running_loop().time(), self._allowance()
        if self._bucket is None:
            self._bucket = Bucket(allowance.room, now)
        return now, allowance, self._bucket
