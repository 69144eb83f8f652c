"""What can befall a call, and the process that makes it: by a seed, so that it comes again."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from heapq import heappop, heappush
from itertools import count
from random import Random

MORE_THAN_A_LOCK = 150.0
LONGEST_LATE = 200.0
"""Seconds within which a request that was sent is done, if it ever is."""


class Fate(Enum):
    """How a call to a neighbour goes.

    LATE does what it was asked for, though not yet: its answer is lost before.
    """

    WELL = "WELL"
    NOT_REACHED = "NOT_REACHED"
    LOST_BEFORE = "LOST_BEFORE"
    LOST_AFTER = "LOST_AFTER"
    LATE = "LATE"


class Killed(BaseException):
    """The process is dead; nothing of it runs on."""


class Broken(BaseException):
    """A promise is broken; nobody may take it for a neighbour's failure."""


def require(holds: object, sentence: str) -> None:
    """Raise Broken unless this holds."""
    if not holds:
        raise Broken(sentence)


@dataclass
class Clock:
    """The time of all processes, and what happens by itself as it passes."""

    now: datetime
    _later: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _number: "count[int]" = field(default_factory=count)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def after(self, seconds: float, doing: Callable[[], None]) -> None:
        """Have this done when so much time has passed."""
        heappush(self._later, (self.now + timedelta(seconds=seconds), next(self._number), doing))

    def pass_by(self, seconds: float) -> None:
        """Let so much time pass."""
        self.reach(self.now + timedelta(seconds=seconds))

    def reach(self, moment: datetime) -> None:
        """Let time pass up to this moment."""
        while self._later and self._later[0][0] <= moment:
            at, _, doing = heappop(self._later)
            self.now = max(self.now, at)
            doing()
        self.now = max(self.now, moment)


@dataclass
class Fates:
    """Draws what happens; from `calm` on, nothing happens any more."""

    rng: Random
    clock: Clock
    trouble: float = 0.15
    calm: bool = False
    written: dict[str, list[Fate]] = field(default_factory=dict)
    written_late: float | None = None

    def of_call(self, times: float = 1.0, verb: str = "") -> Fate:
        """Return how a call goes that fails so many times as often as others.

        What is `written` for its verb comes first, once each.
        """
        if self.written.get(verb):
            return self.written[verb].pop(0)
        if self.calm or self.rng.random() >= self.trouble * times:
            return Fate.WELL
        return self.rng.choice([fate for fate in Fate if fate is not Fate.WELL])

    def late_by(self, longest: float) -> float:
        """Return how many seconds late a request is done that is."""
        return self.rng.random() * longest if self.written_late is None else self.written_late

    async def pause(self) -> None:
        """Let others have their turn, and time pass: now and then more than a lock lasts."""
        if self.calm:
            return
        draw = self.rng.random()
        if draw < 0.5:
            await asyncio.sleep(0)
        elif draw < 0.7:
            for _ in range(self.rng.randrange(8)):
                await asyncio.sleep(0)
        elif draw > 0.997:
            self.clock.pass_by(MORE_THAN_A_LOCK)
        elif draw > 0.9:
            self.clock.pass_by(self.rng.random() * 5)


@dataclass
class Life:
    """A process's: it ends at its `ends_at`-th step, and with it all that it does."""

    fates: Fates
    ends_at: int | None = None
    steps: int = 0
    is_over: bool = False

    async def step(self) -> None:
        """Go on by one step, unless it ends here."""
        self._require()
        self.steps += 1
        if self.steps == self.ends_at:
            self.is_over = True
        self._require()
        await self.fates.pause()
        self._require()

    def _require(self) -> None:
        if self.is_over:
            raise Killed
