"""When to try again: three attempts at most, short random pauses, all before a deadline."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import stamina

from adapters.servicetitan.counters import Counters
from adapters.servicetitan.errors import UpstreamError, UpstreamUnavailable

T = TypeVar("T")

ATTEMPTS = 3
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0
_EARNED = 0.1
_MOST_KEPT = 10.0


class Transient(Exception):  # noqa: N818  # not an error yet: a state that may pass
    """A failure that may have passed by the next attempt; `error` is what it is if it has not.

    `pause` is how many seconds ServiceTitan asked us to wait, if it did.
    """

    def __init__(self, error: UpstreamError, pause: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.pause = pause


class Paused(Transient):
    """A refusal after which everybody pauses, and this call with them: it waits in the line.

    It costs no retry of the budget, for ServiceTitan did nothing for it, and nothing is sent before
    the pause is over.
    """

    def __init__(self, error: UpstreamError) -> None:
        super().__init__(error, 0.0)


class RetryBudget:
    """A tenth of the calls may be further attempts, so that trouble is not made worse by them.

    Each first attempt earns a tenth of a further one; up to ten are kept for when they are needed.
    """

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._left = _MOST_KEPT

    def earn(self) -> None:
        """Take in that something is asked for the first time."""
        self._left = min(_MOST_KEPT, self._left + _EARNED)

    def spend(self) -> bool:
        """May it be tried again? Counts it where it may."""
        if self._left < 1:
            self._counters.not_retried += 1
            return False
        self._left -= 1
        self._counters.retries += 1
        return True


async def persist(
    attempt: Callable[[int], Awaitable[T]],
    subject: str,
    deadline: float,
    budget: RetryBudget | None = None,
) -> T:
    """Make the attempt, with its number from 1, until it succeeds, fails for good, or time is up.

    `deadline` is in the event loop's own time. Without a `budget` only the attempts are bounded.
    Raises `UpstreamError`.
    """
    budget = budget or RetryBudget(Counters())
    budget.earn()
    try:
        async with asyncio.timeout_at(deadline):
            return await _attempts(attempt, deadline, budget)
    except TimeoutError:
        message = f"ServiceTitan did not give its {subject} in time. Try again later."
        raise UpstreamUnavailable(message) from None
    except Transient as failure:
        raise failure.error from None


async def _attempts(
    attempt: Callable[[int], Awaitable[T]], deadline: float, budget: RetryBudget
) -> T:
    made = 0

    def pause_after(failure: Exception) -> bool | float:
        if not isinstance(failure, Transient) or made == ATTEMPTS:
            return False
        pause = full_jitter(made) if failure.pause is None else failure.pause
        if asyncio.get_running_loop().time() + pause >= deadline:
            return False
        return pause if isinstance(failure, Paused) or budget.spend() else False

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
