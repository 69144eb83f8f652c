"""Lanes, and the lines that stand in them: who is before whom, and how long one may be."""

import asyncio
from bisect import insort
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Final

PATIENCE_SECONDS: Final = 0.5
"""How long a line may be that was empty within as long: a burst is no overload."""

STANDING_SECONDS: Final = 0.1
"""How long a line may be that has not been empty for longer (CoDel: a queue that stands)."""

APART: Final = 32
"""Behind so many who begin after they came stands each further one of somebody who waits already.

So it begins at last, however many others come, and whoever asks for much keeps nobody waiting.
"""


class Lane(StrEnum):
    """What is kept apart: reading, staff's reading, whatever changes something, and events."""

    PEOPLE = "people"
    STAFF = "staff"
    CHANGES = "changes"
    EVENTS = "events"

    @property
    def is_urgent(self) -> bool:
        """Is this waited for rather than sent away: money, and what is told of it?"""
        return self in {Lane.CHANGES, Lane.EVENTS}


HANDFUL: Final = 16
"""So many may always wait, however slow the machine is: one page of somebody's, or two."""

URGENT_SECONDS: Final = 2.0
"""How long the line of a lane may be that is urgent."""


@dataclass(slots=True, eq=False)
class Waiter:
    """Something of somebody's in a line, and at which number of it; `told` is when it may begin."""

    who: Hashable
    order: tuple[int, int]
    told: asyncio.Future[None]

    def __lt__(self, other: "Waiter") -> bool:
        return self.order < other.order


class Line:
    """Those of one lane who wait, and since when there have always been some.

    Each viewer's stand far behind one another, and all viewers side by side: who asks for much
    waits for themselves, and nobody else for them.
    """

    def __init__(self, lane: Lane, now: float) -> None:
        self.waiting: list[Waiter] = []
        self.last_empty = now
        self._lane = lane
        self._numbers = count()
        self._begun = 0
        self._of: Counter[Hashable] = Counter()

    def may_stand(self, who: Hashable, now: float, more: int = 0) -> bool:
        """May they stand in it, behind so many `more`? Where it stands nobody does twice.

        Of a handful anybody may.
        """
        is_short = len(self.waiting) + more < HANDFUL or not self._stands(now)
        return is_short or self._lane.is_urgent or not self._of[who]

    def stand(self, who: Hashable) -> Waiter:
        """Put somebody into the line."""
        told = asyncio.get_running_loop().create_future()
        waiter = Waiter(who, (self._at(who), next(self._numbers)), told)
        insort(self.waiting, waiter)
        if who is not None:
            self._of[who] += 1
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """Take somebody out of it, unless they are."""
        if waiter in self.waiting:
            self._take(self.waiting.index(waiter))

    def let_first_begin(self, now: float) -> None:
        """Let the first of those begin who still wait."""
        while self.waiting:
            first = self._take(0)
            if not first.told.done():
                self._begun += 1
                first.told.set_result(None)
                break
        if not self.waiting:
            self.last_empty = now

    def send_last_away(self, because: Exception) -> None:
        """Tell whoever is last that they will not begin."""
        last = self._take(-1)
        if not last.told.done():
            last.told.set_exception(because)
            last.told.exception()  # noted, should they leave in this very moment

    def is_too_long(self, turn_seconds: float, now: float, more: int = 0) -> bool:
        """Will the last in it, one of whom begins in each turn, wait for longer than is allowed?

        That is with so many `more` in it.
        """
        waiting = len(self.waiting) + more
        return waiting > HANDFUL and waiting * turn_seconds > self._may_last(now)

    def is_strained(self, more: int, turn_seconds: float, now: float) -> bool:
        """Are there some for whom it has no place, with so many more in it?"""
        is_handful = len(self.waiting) + more < HANDFUL
        return not is_handful and (
            self._stands(now) or self.is_too_long(turn_seconds, now, more + 1)
        )

    def has_place(self, who: Hashable, more: int, turn_seconds: float, now: float) -> bool:
        """Is there a place for them, be it that of somebody who would be sent away for them?"""
        if not self.may_stand(who, now, more):
            return False
        is_last = not self.waiting or self.waiting[-1].order[0] <= self._at(who)
        return not (is_last and self.is_too_long(turn_seconds, now, more + 1))

    def _at(self, who: Hashable) -> int:
        """How far back do they stand who come now?"""
        return self._begun + APART * self._of[who]

    def _take(self, at: int) -> Waiter:
        waiter = self.waiting.pop(at)
        self._of[waiter.who] -= 1
        if self._of[waiter.who] <= 0:
            del self._of[waiter.who]
        return waiter

    def _may_last(self, now: float) -> float:
        """How many seconds may this line be long?"""
        if self._lane.is_urgent:
            return URGENT_SECONDS
        return STANDING_SECONDS if self._stands(now) else PATIENCE_SECONDS

    def _stands(self, now: float) -> bool:
        return now - self.last_empty > PATIENCE_SECONDS
