"""Buckets of operations and of cost that refill steadily, one pair for each who asks.

A bucket is kept as the moment at which it will be full again: each point taken from it moves that
moment on by what it takes to refill, and it may not lie more than a minute ahead.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

MINUTE: Final = 60_000_000
"""Microseconds in which an empty bucket fills: each holds what a minute allows."""

MOST_REMEMBERED: Final = 20_000
"""How many buckets one process keeps; whoever asked longest ago begins anew past that."""

ROUNDING: Final = 0.5
"""Microseconds by which a sum of parts may be off."""


@dataclass(frozen=True, slots=True)
class Allowance:
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

    async def aclose(self) -> None:
        """Let go of what it holds."""


class _Full(NamedTuple):
    """When both will be full again, in microseconds."""

    operations: float
    cost: float


class ProcessBuckets:
    """The buckets of one process; `now` is a monotonic clock in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._full: OrderedDict[str, _Full] = OrderedDict()

    async def take(self, of: str, allowed: Allowance, points: int) -> Taken:
        """Take one operation and so many points, both or none."""
        return self.take_now(of, allowed, points)

    def take_now(self, of: str, allowed: Allowance, points: int) -> Taken:
        """As `take`."""
        now = self._now() * 1_000_000
        full = self._full.get(of, _Full(0.0, 0.0))
        before = _Full(*(min(max(moment, now), now + MINUTE) for moment in full))
        after = _Full(
            before.operations + MINUTE / allowed.operations,
            before.cost + points * MINUTE / allowed.cost,
        )
        wait = max(after) - now - MINUTE
        if wait > ROUNDING:
            return Taken(_up(wait / 1000), _left(before.cost - now, allowed))
        self._full[of] = after
        self._full.move_to_end(of)
        if len(self._full) > MOST_REMEMBERED:
            self._full.popitem(last=False)
        return Taken(0, _left(after.cost - now, allowed))

    async def aclose(self) -> None:
        """Hold nothing."""


def _left(missing: float, allowed: Allowance) -> int:
    """How many points are in a bucket that needs so long to be full?"""
    return int((MINUTE - missing + ROUNDING) * allowed.cost // MINUTE)


def _up(milliseconds: float) -> int:
    return -int(-milliseconds // 1)
