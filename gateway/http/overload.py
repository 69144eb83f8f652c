"""Who is let in while the processor is busy: in turns, one lane beside the other, or sent away.

What waits for ServiceTitan or a database costs a worker nothing. What costs is computing, and all
of it is done by one event loop: whoever begins makes everybody else's round of it longer. So one
operation of each lane begins, and the next once it has ended, or the loop has gone round a few
times: where the processor is free that is at once, and where it is not, the last one waits for
somebody. Nobody has to guess how many may run at a time.
"""

import asyncio
import random
import time
from bisect import insort
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from types import MappingProxyType
from typing import Final, Self

from gateway.http.refusals import overloaded, too_many_at_once

ROUNDS: Final = 12
"""How often the loop goes round between two beginnings, while somebody waits, at most.

A round is long in which many are sent away. Who has ended is not waited for.
"""

PATIENCE_SECONDS: Final = 0.5
"""How long a line may be that was empty within as long: a burst is no overload."""

STANDING_SECONDS: Final = 0.1
"""How long a line may be that has not been empty for longer (CoDel: a queue that stands)."""

SPREAD_MS: Final = (1000, 3000)
"""Who is sent away is told to come again within these, each at another moment."""

_SMOOTHING: Final = 0.1


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

MOST: Final[Mapping[Lane, int]] = MappingProxyType(
    {Lane.PEOPLE: 400, Lane.STAFF: 100, Lane.CHANGES: 100, Lane.EVENTS: 100}
)
"""How many of each lane may be inside, waiting and begun, where no setting says otherwise."""


@dataclass(slots=True)
class Shed:
    """Counted since the start: who was sent away by lane, and who for asking too much at once."""

    lanes: Counter[Lane] = field(default_factory=Counter)
    at_once: int = 0


@dataclass(slots=True, eq=False)
class _Waiter:
    """Somebody in a line, and at which number of it; `told` is when they may begin."""

    order: tuple[int, int]
    told: asyncio.Future[None]

    def __lt__(self, other: "_Waiter") -> bool:
        return self.order < other.order


class _Line:
    """Those of one lane who wait, and since when there have always been some.

    Each viewer's stand one behind the other, and all viewers side by side: who asks for much waits
    for themselves, and nobody else for them (start-time fair queueing).
    """

    def __init__(self, now: float) -> None:
        self.waiting: list[_Waiter] = []
        self.last_empty = now
        self._numbers = count()
        self._at = 0
        self._last: dict[Hashable, int] = {}

    def stand(self, who: Hashable) -> _Waiter:
        """Put somebody into the line."""
        at = max(self._at, self._last.get(who, 0) + 1)
        if who is not None:
            self._last[who] = at
        told = asyncio.get_running_loop().create_future()
        waiter = _Waiter((at, next(self._numbers)), told)
        insort(self.waiting, waiter)
        return waiter

    def forget(self, who: Hashable) -> None:
        """Take in that somebody has nothing inside any more."""
        self._last.pop(who, None)

    def let_first_begin(self, now: float) -> None:
        """Let the first of those begin who still wait."""
        while self.waiting:
            first = self.waiting.pop(0)
            self._at = first.order[0]
            if not first.told.done():
                first.told.set_result(None)
                break
        if not self.waiting:
            self.last_empty = now

    def may_last(self, lane: Lane, now: float) -> float:
        """How many seconds may this line be long?"""
        if lane.is_urgent:
            return URGENT_SECONDS
        stands = now - self.last_empty > PATIENCE_SECONDS
        return STANDING_SECONDS if stands else PATIENCE_SECONDS


class Gate:
    """Lets operations begin; `most` bounds how many of each lane may be inside.

    `clock` counts seconds.
    """

    def __init__(
        self, most: Mapping[Lane, int] = MOST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.shed = Shed()
        self.inside: Counter[Lane] = Counter()
        self._most = most
        self._clock = clock
        self._lines = {lane: _Line(clock()) for lane in Lane}
        self._of: Counter[Hashable] = Counter()
        self._begun = 0
        self._turn = 0
        self._begun_in_turn = 0
        self._rounds = 0
        self._goes_round = False
        self._turn_began = clock()
        self._turn_seconds = 0.0

    def waiting(self) -> dict[Lane, int]:
        """How many stand in each line?"""
        return {lane: len(line.waiting) for lane, line in self._lines.items()}

    async def enter(self, lane: Lane, who: Hashable = None, most: int | None = None) -> "Entry":
        """Wait until this may begin; who enters leaves again.

        `who` may have `most` inside at a time. Raises Refused (503, 429).
        """
        with self._held(who, most):
            turn = await self._begin(lane, who)
        entry = Entry(self, lane, turn)
        entry.hold(who)
        return entry

    @contextmanager
    def _held(self, who: Hashable, most: int | None) -> Iterator[None]:
        """Count somebody in who waits to begin, and out of that again."""
        self._count_in(who, most)
        try:
            yield
        finally:
            self._count_out(who)

    def _count_in(self, who: Hashable, most: int | None) -> None:
        if who is None:
            return
        if most is not None and self._of[who] >= most:
            self.shed.at_once += 1
            raise too_many_at_once(most)
        self._of[who] += 1

    def _count_out(self, who: Hashable) -> None:
        if who is None:
            return
        self._of[who] -= 1
        if not self._of[who]:
            del self._of[who]
            for line in self._lines.values():
                line.forget(who)

    async def _begin(self, lane: Lane, who: Hashable) -> int:
        """Wait until this may begin; return in which turn it did."""
        if self.inside[lane] >= self._most[lane]:
            raise self._sent_away(lane)
        self.inside[lane] += 1
        try:
            if self._begun or self._goes_round:
                await self._wait(lane, who)
        except BaseException:
            self.inside[lane] -= 1
            raise
        self._begun += 1
        self._begun_in_turn += 1
        return self._turn

    async def _wait(self, lane: Lane, who: Hashable) -> None:
        """Stand in the line; where it is too long, whoever is last in it is sent away."""
        line, now = self._lines[lane], self._clock()
        if not line.waiting:
            line.last_empty = now
        waiter = line.stand(who)
        waiting = len(line.waiting)
        if waiting > HANDFUL and waiting * self._turn_seconds > line.may_last(lane, now):
            last = line.waiting.pop()
            last.told.set_exception(self._sent_away(lane))
            last.told.exception()  # noted, should they have left in this very moment
        self._go_round()
        try:
            await waiter.told
        finally:
            if waiter in line.waiting:
                line.waiting.remove(waiter)

    def _sent_away(self, lane: Lane) -> Exception:
        self.shed.lanes[lane] += 1
        return overloaded(random.randint(*SPREAD_MS))  # noqa: S311  # spreads, hides nothing

    def _go_round(self) -> None:
        if not self._goes_round:
            self._goes_round, self._rounds = True, 0
            self._turn_began = self._clock()
            asyncio.get_running_loop().call_soon(self._round)

    def _round(self) -> None:
        """Go round once more; the first of each line begins when the turn is over.

        That is after so many times, or when all who began in it have ended.
        """
        self._rounds += 1
        if self._rounds >= ROUNDS or not self._begun_in_turn:
            now, self._rounds = self._clock(), 0
            self._turn, self._begun_in_turn = self._turn + 1, 0
            self._turn_seconds += _SMOOTHING * (now - self._turn_began - self._turn_seconds)
            self._turn_began = now
            for line in self._lines.values():
                line.let_first_begin(now)
        self._goes_round = any(line.waiting for line in self._lines.values())
        if self._goes_round:
            asyncio.get_running_loop().call_soon(self._round)

    def _leave(self, lane: Lane, turn: int) -> None:
        self._begun -= 1
        self._begun_in_turn -= turn == self._turn
        self.inside[lane] -= 1


class Entry:
    """Somebody who has begun, in a lane and in a turn of the gate's, until they leave."""

    def __init__(self, gate: Gate, lane: Lane, turn: int) -> None:
        self._gate = gate
        self._lane: Lane | None = lane
        self._turn = turn
        self._of: list[Hashable] = []

    def hold(self, who: Hashable, most: int | None = None) -> None:
        """Be counted as theirs; raises Refused (429) where they have so many inside already."""
        self._gate._count_in(who, most)  # noqa: SLF001  # the two are one thing
        self._of.append(who)

    async def into(self, lane: Lane) -> None:
        """Go on in the lane it turned out to belong to, in its line. Raises Refused (503)."""
        if lane is self._lane or self._lane is None:
            return
        before, self._lane = self._lane, None
        gate, who = self._gate, self._of[0] if self._of else None
        gate._leave(before, self._turn)  # noqa: SLF001  # the two are one thing
        self._turn = await gate._begin(lane, who)  # noqa: SLF001  # as above
        self._lane = lane

    def leave(self) -> None:
        """Be inside no more; who has left has left."""
        if self._lane is not None:
            self._gate._leave(self._lane, self._turn)  # noqa: SLF001  # the two are one thing
            self._lane = None
        while self._of:
            self._gate._count_out(self._of.pop())  # noqa: SLF001  # as above

    def __enter__(self) -> Self:
        """Be inside for as long as the block lasts."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave."""
        self.leave()
