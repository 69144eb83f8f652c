"""Who asks for many records that are not theirs: counted by viewer, told without naming any."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from gateway.security import What, tell

WINDOW_SECONDS: Final = 600.0
MANY: Final = 30
"""So many records that were not found, within the window: more than a stale bookmark explains."""
REMEMBERED: Final = 10_000


@dataclass(slots=True)
class _Window:
    """What one viewer did not find since `began`."""

    began: float
    count: int = 0


@dataclass(slots=True)
class Guesses:
    """Records asked for by id and not found (security.md, AZ-5), in windows of ten minutes.

    The viewers counted are those who missed last. Once in a window a line of the log tells that
    one of them has missed many, under the key that is theirs and names nobody.
    """

    now: Callable[[], float] = time.monotonic
    _windows: OrderedDict[str, _Window] = field(default_factory=OrderedDict)

    def add(self, viewer: str, count: int) -> None:
        """Count what this viewer did not find."""
        now = self.now()
        window = self._windows.pop(viewer, None)
        if window is None or now - window.began >= WINDOW_SECONDS:
            window = _Window(now)
        before, window.count = window.count, window.count + count
        self._windows[viewer] = window
        if len(self._windows) > REMEMBERED:
            self._windows.popitem(last=False)
        if before < MANY <= window.count:
            tell(What.GUESSES, count=window.count)

    def guessing(self) -> int:
        """How many viewers have missed many, in windows that are not over?"""
        return sum(count >= MANY for count in self._present())

    def most(self) -> int:
        """How many records has one viewer missed at most?"""
        return max(self._present(), default=0)

    def _present(self) -> list[int]:
        since = self.now() - WINDOW_SECONDS
        return [window.count for window in self._windows.values() if window.began > since]
