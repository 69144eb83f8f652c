"""An operation's place among those that wait, and places kept for whoever is to come again."""

import asyncio
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple, Protocol

MOST_KEPT = 20_000
"""How many places are kept; whoever is told to come again past that comes as though anew."""
MOST_OF_ONE = 8
"""How many of those may be one holder's: a page asks several operations at once."""

_numbers = count()


@dataclass(slots=True, weakref_slot=True, eq=False)
class Place:
    """Where an operation stands: behind all that began before it.

    `since` is when it began, or when its holder first came for what they come again for, in the
    event loop's own time. `holder` is whoever may come back to the place; it names nobody.
    `calls` is how many turns it has asked for, `waiting` how many of them it waits for.
    `is_admitted` and `told` are how it went: it may ask, or its holder was told to come again after
    so many seconds. When `is_over`, nobody waits for it any more.
    """

    holder: str
    since: float
    calls: int = 0
    waiting: int = 0
    is_admitted: bool = False
    told: float | None = None
    is_over: bool = False
    _lock: asyncio.Lock | None = None
    _number: int = field(default_factory=_numbers.__next__)

    @property
    def lock(self) -> asyncio.Lock:
        """What whoever asks for it holds: most never ask."""
        if self._lock is None:
            self._lock = asyncio.Lock()
        return self._lock

    @property
    def order(self) -> tuple[float, int]:
        """What places are ordered by."""
        return self.since, self._number


class Claim(NamedTuple):
    """Since when a holder's kept place was theirs, None where none is kept.

    `before` is how many kept places come before it, or before somebody new.
    """

    since: float | None
    before: int


class KeptPlaces(Protocol):
    """The places of those who were told to come again. Moments are the event loop's own."""

    async def claim(self, holder: str) -> Claim:
        """Give a holder the first of their places back; it is kept no longer."""

    async def keep(self, holder: str, since: float, seconds: float) -> None:
        """Keep a place for so long."""

    async def aclose(self) -> None:
        """Let go of what it holds."""


class _Kept(NamedTuple):
    since: float
    until: float


class ProcessPlaces:
    """The places that one process keeps for whoever comes back to it."""

    def __init__(self) -> None:
        self._of: dict[str, list[_Kept]] = {}

    async def claim(self, holder: str) -> Claim:
        """Give a holder the first of their places back."""
        return self.claim_now(holder)

    def claim_now(self, holder: str) -> Claim:
        """As `claim`."""
        self._forget_over()
        theirs = self._of.get(holder, [])
        since = min(theirs).since if theirs else None
        if theirs:
            theirs.remove(min(theirs))
        left = [kept for places in self._of.values() for kept in places]
        return Claim(since, sum(since is None or kept.since < since for kept in left))

    async def keep(self, holder: str, since: float, seconds: float) -> None:
        """Keep a place for so long."""
        self.keep_now(holder, since, seconds)

    def keep_now(self, holder: str, since: float, seconds: float) -> None:
        """As `keep`."""
        self._forget_over()
        theirs = self._of.setdefault(holder, [])
        if len(theirs) < MOST_OF_ONE and sum(map(len, self._of.values())) < MOST_KEPT:
            theirs.append(_Kept(since, asyncio.get_running_loop().time() + seconds))

    async def aclose(self) -> None:
        """Hold nothing."""

    def _forget_over(self) -> None:
        now = asyncio.get_running_loop().time()
        still = {of: [k for k in places if k.until > now] for of, places in self._of.items()}
        self._of = {of: places for of, places in still.items() if places}
