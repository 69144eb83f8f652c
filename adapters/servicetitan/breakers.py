"""A breaker for each module of ServiceTitan: what is down is left alone, and the rest goes on."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from adapters.servicetitan.counters import Counters
from adapters.servicetitan.errors import UpstreamUnavailable
from adapters.servicetitan.outcomes import Watched

WATCHED = 20
"""How many of the last calls are looked at."""
MOST_FAILED = 10
"""So many failures of those open the breaker."""
LOOKED_BACK = 30.0
"""Seconds after which a failure counts no more."""
FAIR_SECONDS = 1.5
"""What a call must have had before it is called slow: one that had less was begun too late."""
REST = 5.0
"""Seconds for which an open breaker lets nothing through."""


class BreakerState(Enum):
    """CLOSED lets everything through, OPEN nothing, HALF_OPEN one call to see how it goes."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half open"


class Breaker:
    """Opens where half of the last calls of a module have failed, and tries again after a rest."""

    def __init__(self, counters: Counters, module: str) -> None:
        self._counters = counters
        self._module = module
        self._failed: deque[tuple[float, bool]] = deque(maxlen=WATCHED)
        self._rests_until: float | None = None
        self._is_probing = False

    def state(self) -> BreakerState:
        """How is it now?"""
        if self._rests_until is None:
            return BreakerState.CLOSED
        is_over = _now() >= self._rests_until
        return BreakerState.HALF_OPEN if is_over else BreakerState.OPEN

    def require(self, subject: str) -> None:
        """Raise `UpstreamUnavailable` where a call would not be let through."""
        state = self.state()
        if state is BreakerState.OPEN or (state is BreakerState.HALF_OPEN and self._is_probing):
            self._counters.kept_out[self._module] += 1
            message = f"ServiceTitan fails to give its {subject} just now. Try again later."
            raise UpstreamUnavailable(message)

    @contextmanager
    def watched(self, subject: str, deadline: float) -> Iterator[Watched]:
        """Let a call through, or raise `UpstreamUnavailable`; watch how it goes."""
        self.require(subject)
        is_probe = self._is_probing = self.state() is BreakerState.HALF_OPEN
        call, began = Watched(), _now()
        try:
            yield call
        except BaseException as error:
            now = _now()
            call.ended(error, is_late=now >= deadline and now - began >= FAIR_SECONDS)
            raise
        finally:
            self._counters.calls[self._module, call.outcome] += 1
            self._judge(call.is_failure, is_probe=is_probe)

    def _judge(self, is_failure: bool | None, *, is_probe: bool) -> None:  # noqa: FBT001  # three-valued
        if is_probe:
            self._is_probing = False
            if is_failure is not None:
                self._failed.clear()
                self._rests_until = _now() + REST if is_failure else None
        elif self._rests_until is None and is_failure is not None:
            self._failed.append((_now(), is_failure))
            since = _now() - LOOKED_BACK
            if sum(failed and at > since for at, failed in self._failed) >= MOST_FAILED:
                self._rests_until = _now() + REST


class Breakers:
    """Every module's breaker."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._breakers: dict[str, Breaker] = {}

    def of(self, path: str) -> Breaker:
        """Give the breaker of the module that this path begins with."""
        module = path.partition("/")[0]
        return self._breakers.setdefault(module, Breaker(self._counters, module))

    def states(self) -> dict[str, BreakerState]:
        """How is each module that was ever asked?"""
        return {module: breaker.state() for module, breaker in self._breakers.items()}


def _now() -> float:
    return asyncio.get_running_loop().time()
