"""Buckets of operations and of cost that refill steadily, one pair for each who asks.

A bucket is kept as the moment at which it will be full again: each point taken from it moves that
moment on by what it takes to refill, and it may not lie more than a minute ahead.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

MINUTE: Final = 60_000_000
"""Microseconds in which an empty bucket fills: each holds what a minute allows."""

MOST_REMEMBERED: Final = 20_000
"""How many buckets one process keeps; whoever asked longest ago begins anew past that."""

ROUNDING: Final = 0.5
"""Microseconds by which a sum of parts may be off."""


class Allowance(NamedTuple):
    """How many operations, and points of cost, somebody has for a minute: 1 or more of each."""

    operations: int
    cost: int


class Taken(NamedTuple):
    """How it went: `wait_ms` is 0 where it was taken, else when to ask again.

    `remaining` are the points of cost that are left.
    """

    wait_ms: int
    remaining: int


class Buckets(Protocol):
    """Where they are kept."""

    async def take(self, of: str, allowed: Allowance, points: int) -> Taken:
        """Take one operation and so many points from somebody's buckets, both or none."""

    def take_at_once(self, of: str, allowed: Allowance, points: int) -> Taken | None:
        """As `take`; None where that takes waiting: nothing is taken then."""

    def has(self, of: str, allowed: Allowance, points: int) -> bool:
        """Would `take_at_once` take that now?"""

    async def aclose(self) -> None:
        """Let go of what it holds."""


_NEVER_USED: Final = (0.0, 0.0)


class ProcessBuckets:
    """The buckets of one process; `now` is a monotonic clock in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._full: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """When the bucket of operations and that of cost will be full again, in microseconds."""

    async def take(self, of: str, allowed: Allowance, points: int) -> Taken:
        """Take one operation and so many points, both or none."""
        return self.take_now(of, allowed, points)

    def take_at_once(self, of: str, allowed: Allowance, points: int) -> Taken | None:
        """As `take`."""
        return self.take_now(of, allowed, points)

    def has(self, of: str, allowed: Allowance, points: int) -> bool:
        """Would `take` take that now?"""
        now = self._now() * 1_000_000
        return max(self._full_by(now, of, allowed, points)) - now - MINUTE <= ROUNDING

    def take_now(self, of: str, allowed: Allowance, points: int) -> Taken:
        """As `take`."""
        now = self._now() * 1_000_000
        operations, cost = full = self._full_by(now, of, allowed, points)
        wait = max(operations, cost) - now - MINUTE
        if wait > ROUNDING:
            before = cost - points * MINUTE / allowed.cost
            return Taken(_up(wait / 1000), _left(before - now, allowed))
        self._full[of] = full
        self._full.move_to_end(of)
        if len(self._full) > MOST_REMEMBERED:
            self._full.popitem(last=False)
        return Taken(0, _left(cost - now, allowed))

    def _full_by(self, now: float, of: str, allowed: Allowance, points: int) -> tuple[float, float]:
        """When would somebody's buckets be full again, if that were taken from them now?"""
        operations, cost = self._full.get(of, _NEVER_USED)
        return (
            min(max(operations, now), now + MINUTE) + MINUTE / allowed.operations,
            min(max(cost, now), now + MINUTE) + points * MINUTE / allowed.cost,
        )

    async def aclose(self) -> None:
        """Hold nothing."""


def _left(missing: float, allowed: Allowance) -> int:
    """How many points are in a bucket that needs so long to be full?"""
    return int((MINUTE - missing + ROUNDING) * allowed.cost // MINUTE)


def _up(milliseconds: float) -> int:
    return -int(-milliseconds // 1)
