"""Which operations may begin to ask ServiceTitan, and who is told to come again, and when.

Operations are served in the order they came: their questions stand in the line at the place of the
operation. One that cannot be finished in its time is told so before it has asked anything, with the
moment at which it can, and its place is kept until then.
"""

from weakref import WeakSet

from adapters.servicetitan.counters import Counters
from adapters.servicetitan.errors import UpstreamBusy
from adapters.servicetitan.pacing import Pace
from adapters.servicetitan.places import KeptPlaces, Place
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.statuses import busy
from adapters.servicetitan.turns import Turns, for_the_line

IDLE_SECONDS = 1.0
"""Whoever is served within this goes at once: nobody who is still to come back loses by it."""
GRACE_SECONDS = 5.0
"""For how long after the moment that was told a place is kept."""

_SPARE_SHARE = 1 / 8
"""Of the time that somebody can stand in the line: left to spare, for much is guessed."""
_EARLY_SHARE = 3 / 8
"""Of the time that somebody is let in for: so much before their turn they are to come back."""
_USUAL = 2.0
"""How many calls an operation takes, as long as none has told."""
_SMOOTHING = 0.1


class Admission:
    """Says of each operation, once, whether it may ask; `patience` is how long one may wait.

    It reckons with the line, with what operations that were let in are still to ask, and with those
    who will come back to an earlier place.
    """

    def __init__(
        self, turns: Turns, pace: Pace, kept: KeptPlaces, counters: Counters, patience: float
    ) -> None:
        self._turns = turns
        self._pace = pace
        self._kept = kept
        self._counters = counters
        self._patience = for_the_line(patience) * (1 - _SPARE_SHARE)
        self._usual = _USUAL
        self._inside: WeakSet[Place] = WeakSet()  # whoever ends without a word is not reckoned with

    async def admit(self, place: Place, subject: str) -> UpstreamBusy | None:
        """May this operation ask? Gives what to tell it where it may not."""
        if not place.is_admitted and place.told is None:
            async with place.lock:
                await self._decide(place)
        return None if place.told is None else busy(subject, place.told)

    async def _decide(self, place: Place) -> None:
        if place.is_admitted or place.told is not None:
            return
        if self._turns.ahead(place) or self._wait(place) > IDLE_SECONDS:
            claim = await self._kept.claim(place.holder)
            if claim.since is not None:
                place.since = min(place.since, claim.since)
            wait = self._wait(place, claim.before)
            if self._wait(place) > IDLE_SECONDS and wait > self._patience:
                self._counters.refused[Priority.PEOPLE] += 1
                await self.keep(place, wait - self._patience * _EARLY_SHARE)
                return
        place.is_admitted = True
        self._inside.add(place)

    def _wait(self, place: Place, coming: int = 0) -> float:
        """How many seconds until it has its last turn, `coming` of those before it to come back?"""
        asking = (max(0.0, self._usual - of.calls) for of in self._inside if of.order < place.order)
        ahead = self._turns.ahead(place) + sum(asking) + self._usual - 1.0
        return self._pace.soonest(ahead, Priority.PEOPLE, coming * self._usual)

    async def keep(self, place: Place, seconds: float) -> None:
        """Tell this operation to come again after so long, and keep its place; once."""
        if place.told is None:
            place.told = seconds
            self._inside.discard(place)
            await self._kept.keep(place.holder, place.since, seconds + GRACE_SECONDS)

    def leave(self, place: Place) -> None:
        """Take in that an operation is over: what it alone waits for is not asked any more."""
        place.is_over = True
        self._inside.discard(place)
        if place.calls and place.told is None:
            self._usual += _SMOOTHING * (place.calls - self._usual)
        self._turns.leave(place)

    async def aclose(self) -> None:
        """Let go of the places."""
        await self._kept.aclose()
