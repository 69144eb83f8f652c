"""Whether it is worth asking somebody who has just not answered."""

import time
from collections.abc import Callable

REST_SECONDS = 1.0
"""For how long nobody is asked after a failure; then one tries for all."""


class Fuse:
    """Blows at the first failure, and lets one try in every second until that one succeeds."""

    def __init__(
        self, seconds: float = REST_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._until: float | None = None

    @property
    def is_blown(self) -> bool:
        """Did the last try fail?"""
        return self._until is not None

    def lets_try(self) -> bool:
        """May this caller try? Where the last one failed, others wait for how this one fares."""
        if self._until is None:
            return True
        now = self._clock()
        if now < self._until:
            return False
        self._until = now + self._seconds
        return True

    def blow(self) -> None:
        """Note a failure."""
        self._until = self._clock() + self._seconds

    def mend(self) -> None:
        """Note an answer."""
        self._until = None
