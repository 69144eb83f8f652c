"""What was just found to be not somebody's, so that asking again tells and costs nothing."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable


class Refusals:
    """Look-ups that ended in *not yours*, each believed for a while, the oldest forgotten first.

    Kept by viewer: whether a record is another's or nobody's is remembered alike (R14).
    """

    def __init__(
        self, seconds: float = 30, most: int = 20_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._until: OrderedDict[Hashable, float] = OrderedDict()

    def __contains__(self, lookup: Hashable) -> bool:
        """Was this look-up refused within the last seconds?"""
        return self._until.get(lookup, 0.0) > self._clock()

    def discard(self, lookup: Hashable) -> None:
        """Forget that this look-up was refused: it may be answered now."""
        self._until.pop(lookup, None)

    def __len__(self) -> int:
        """How many are kept, those that are no longer believed among them."""
        return len(self._until)

    def clear(self) -> None:
        """Forget them all: what decided is not what it was."""
        self._until.clear()

    def add(self, lookup: Hashable) -> None:
        """Remember that this look-up was refused."""
        self._until[lookup] = self._clock() + self._seconds
        self._until.move_to_end(lookup)
        if len(self._until) > self._most:
            self._until.popitem(last=False)
