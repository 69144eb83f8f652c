"""When to try again: three attempts at most, short random pauses, all before a deadline."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import stamina

from adapters.servicetitan.errors import UpstreamError, UpstreamUnavailable

T = TypeVar("T")

ATTEMPTS = 3
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0


class Transient(Exception):  # noqa: N818  # not an error yet: a state that may pass
    """A failure that may have passed by the next attempt; `error` is what it is if it has not.

    `pause` is how many seconds ServiceTitan asked us to wait, if it did.
    """

    def __init__(self, error: UpstreamError, pause: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.pause = pause


async def persist(attempt: Callable[[int], Awaitable[T]], subject: str, deadline: float) -> T:
    """Make the attempt, with its number from 1, until it succeeds, fails for good, or time is up.

    `deadline` is in the event loop's own time. Raises `UpstreamError`.
    """
    try:
        async with asyncio.timeout_at(deadline):
            return await _attempts(attempt, deadline)
    except TimeoutError:
        message = f"ServiceTitan did not give its {subject} in time. Try again later."
        raise UpstreamUnavailable(message) from None
    except Transient as failure:
        raise failure.error from None


async def _attempts(attempt: Callable[[int], Awaitable[T]], deadline: float) -> T:
    made = 0

    def pause_after(failure: Exception) -> bool | float:
        if not isinstance(failure, Transient):
            return False
        pause = full_jitter(made) if failure.pause is None else failure.pause
        return pause if asyncio.get_running_loop().time() + pause < deadline else False

    async for another in stamina.retry_context(pause_after, attempts=ATTEMPTS, timeout=None):
        with another:
            made = another.num
            return await attempt(made)
    raise AssertionError  # pragma: no cover  # the loop above returns or raises


def full_jitter(made: int) -> float:
    """Choose the seconds to wait after so many attempts.

    At random, below a bound that doubles, so that callers do not come back together.
    """
    return random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (made - 1)))  # noqa: S311  # spreads load, guards nothing


def retry_after(told: str | None, now: datetime | None = None) -> float | None:
    """Read a `Retry-After` header, in seconds or as a date, as seconds from now.

    None where there is none or it cannot be read (RFC 9110, 10.2.3).
    """
    if told is None:
        return None
    told = told.strip()
    if told.isascii() and told.isdigit():
        return float(told)
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
