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
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Self

from gateway.http.lanes import Lane, Line
from gateway.http.refusals import Refused, overloaded, too_many_at_once

ROUNDS: Final = 12
"""How often the loop goes round between two beginnings, while somebody waits, at most.

A round is long in which many are sent away. Who has ended is not waited for.
"""

SPREAD_MS: Final = (1000, 3000)
"""Who is sent away is told to come again within these, each at another moment."""

AT_ONCE_SECONDS: Final = 0.004
"""How much of a round of the loop may go to those who are answered in one go, in seconds."""

_SMOOTHING: Final = 0.1


MOST: Final[Mapping[Lane, int]] = MappingProxyType(
    {Lane.PEOPLE: 400, Lane.STAFF: 100, Lane.CHANGES: 100, Lane.EVENTS: 100}
)
"""How many of each lane may be inside, waiting and begun, where no setting says otherwise."""


@dataclass(slots=True)
class Shed:
    """Counted since the start: who was sent away by lane, and who for asking too much at once."""

    lanes: Counter[Lane] = field(default_factory=Counter)
    at_once: int = 0


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
        self._lines = {lane: Line(lane, clock()) for lane in Lane}
        self._of: Counter[Hashable] = Counter()
        self._coming: Counter[Lane] = Counter()
        self._at_once_seconds = 0.0
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

    async def _begin(self, lane: Lane, who: Hashable) -> int:
        """Wait until this may begin; return in which turn it did."""
        if self.inside[lane] >= self._most[lane]:
            raise self.sent_away(lane)
        self.inside[lane] += 1
        try:
            if self._begun or self._goes_round:
                await self._wait(lane, who)
        except BaseException:
            self.inside[lane] -= 1
            raise
        self._begun += 1
        self._begun_in_turn += 1
        # What is over without waiting would else let all begin that came in this round of the loop.
        self._go_round()
        return self._turn

    async def _wait(self, lane: Lane, who: Hashable) -> None:
        """Stand in the line; where it is too long, whoever is last in it is sent away."""
        line, now = self._lines[lane], self._clock()
        if not line.waiting:
            line.last_empty = now
        if not line.may_stand(who, now):
            raise self.sent_away(lane)
        waiter = line.stand(who)
        if line.is_too_long(self._turn_seconds, now):
            line.send_last_away(self.sent_away(lane))
        self._go_round()
        try:
            await waiter.told
        finally:
            line.leave(waiter)

    def is_strained(self, lane: Lane) -> bool:
        """Are some sent away from this lane at this moment?"""
        is_full = self.inside[lane] + self._coming[lane] >= self._most[lane]
        now, line = self._clock(), self._lines[lane]
        return is_full or line.is_strained(self._coming[lane], self._turn_seconds, now)

    def has_place(self, lane: Lane, who: Hashable) -> bool:
        """Would they get into this lane's line, if they came now?"""
        coming = self._coming[lane]
        if self.inside[lane] + coming >= self._most[lane]:
            return False
        return self._lines[lane].has_place(who, coming, self._turn_seconds, self._clock())

    def may_pass(self, lane: Lane, names: Sequence[Hashable], most: int) -> bool:
        """May somebody come by who leaves before anybody else could begin?

        Not where they would be sent away from this lane, nor who has `most` inside by any of their
        names. Those who wait do not begin later for it than for somebody who is sent away.
        """
        for name in names:
            if self._of.get(name, 0) >= most:
                return False
        return self.has_place(lane, names[0])

    def has_time(self) -> bool:
        """May somebody be answered in one go, in this round of the loop?

        For so much of each: those who wait do not begin much later for them, and whoever changes
        something does not wait much longer between its steps.
        """
        return self._at_once_seconds < AT_ONCE_SECONDS

    def spent_at_once(self, seconds: float) -> None:
        """Count how long somebody took who was answered so, or should have been."""
        if not self._at_once_seconds:
            asyncio.get_running_loop().call_soon(self._end_at_once)
        self._at_once_seconds += seconds

    def _end_at_once(self) -> None:
        self._at_once_seconds = 0.0

    def expect(self, lane: Lane) -> None:
        """Expect somebody to come to this lane before the loop has gone round."""
        if not self._coming:
            asyncio.get_running_loop().call_soon(self._coming.clear)
        self._coming[lane] += 1

    def sent_away(self, lane: Lane) -> Refused:
        """Count somebody who is sent away from this lane; return what to tell them."""
        self.shed.lanes[lane] += 1
        soon, late = SPREAD_MS
        return overloaded(soon + int((late - soon) * random.random()))  # noqa: S311  # spreads, hides nothing

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
