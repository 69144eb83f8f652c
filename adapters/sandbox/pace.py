"""The tenant's call rate: so many in any second, the rest are told to wait."""

from collections import deque
from collections.abc import Callable


class Pace:
    """A window of one second that slides; a call refused does not count."""

    def __init__(self, per_second: int, clock: Callable[[], float]) -> None:
        self._per_second = per_second
        self._clock = clock
        self._calls: deque[float] = deque()

    def allows(self) -> bool:
        """May one more call be made now? Counts it when it may."""
        present = self._clock()
        while self._calls and self._calls[0] <= present - 1.0:
            self._calls.popleft()
        if len(self._calls) >= self._per_second:
            return False
        self._calls.append(present)
        return True
