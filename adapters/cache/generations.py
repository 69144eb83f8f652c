"""Which fills began before something in them was forgotten (decision 7), within one process."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from enum import IntEnum

from adapters.cache.ages import HOLD_SECONDS

MARK_SECONDS = 900.0
"""For how long a forgetting is remembered: longer than any call may last."""

MOST_MARKS = 200_000
"""How many forgettings are remembered one by one; what began before the oldest is refused whole."""

Key = tuple[Hashable, ...]
"""(resource, id) of a record, (resource, by, value) of a question."""


class Storing(IntEnum):
    """What becomes of a part of a fill: HELD is kept, for the seconds of the hold alone."""

    REFUSED = 0
    KEPT = 1
    HELD = 2


class Generations:
    """A counter for each resource, and the number at which each key was last forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._numbers: dict[Hashable, int] = {}
        self._marks: OrderedDict[Key, tuple[int, float]] = OrderedDict()
        self._lists: dict[Hashable, tuple[int, float]] = {}
        self._lost: dict[Hashable, int] = {}

    def number(self, resource: str) -> int:
        """Return where the resource's counter stands."""
        return self._numbers.get(resource, 0)

    def floor(self, resource: str) -> int:
        """Return the number below which no question of the resource is believed."""
        return self._lists.get(resource, (0, 0.0))[0]

    def next(self, resource: str) -> int:
        """Return the number of the resource's next forgetting."""
        return self.number(resource) + 1

    def mark(self, resource: str, number: int, keys: list[Key], *, every_question: bool) -> None:
        """Write the number beside these keys, and beside every question where it is told so."""
        now = self._clock()
        self._numbers[resource] = max(number, self.number(resource))
        for key in keys:
            self._marks[key] = number, now
            self._marks.move_to_end(key)
        if every_question:
            self._lists[resource] = number, now
        self._let_go(now)

    def judge(self, resource: str, key: Key, began: int, *, is_question: bool) -> Storing:
        """May this be stored, of a fill that began when the counter stood at `began`?"""
        marks = [self._marks.get(key), self._lists.get(resource) if is_question else None]
        told = [mark for mark in marks if mark is not None]
        if began < self._lost.get(resource, 0) or any(number > began for number, _ in told):
            return Storing.REFUSED
        held = self._clock() - HOLD_SECONDS
        return Storing.HELD if any(when > held for _, when in told) else Storing.KEPT

    def _let_go(self, now: float) -> None:
        while self._marks:
            key, (number, when) = next(iter(self._marks.items()))
            is_crowded = len(self._marks) > MOST_MARKS
            if when > now - MARK_SECONDS and not is_crowded:
                return
            del self._marks[key]
            if is_crowded:
                self._lost[key[0]] = max(number, self._lost.get(key[0], 0))

    def clear(self) -> None:
        """Begin anew, as where the numbers come from somebody who began anew."""
        for kept in (self._numbers, self._marks, self._lists, self._lost):
            kept.clear()
