"""Moments as ServiceTitan writes and compares them: UTC, to a ten-millionth of a second."""

import time
from datetime import UTC, datetime
from functools import lru_cache

PER_SECOND = 10_000_000
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


def now() -> str:
    """Return the present moment with seven fractional digits and a Z (facts.md g3)."""
    seconds, rest = divmod(time.time_ns() // 100, PER_SECOND)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{rest:07d}Z"


@lru_cache(maxsize=100_000)
def ticks(text: str) -> int:
    """Return the moment as a count of 100 ns since year 1; ValueError when it is none.

    Read to seven fractional digits, one more than `datetime` keeps, so that a row is found
    by the very moment it was given out with.
    """
    whole, dot, tail = text.partition(".")
    digits = tail[: len(tail) - len(tail.lstrip("0123456789"))] if dot else ""
    zone = tail[len(digits) :]
    moment = datetime.fromisoformat(whole + zone)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    passed = moment - BEGINNING
    seconds = passed.days * 86_400 + passed.seconds
    return seconds * PER_SECOND + int(digits.ljust(7, "0")[:7])
