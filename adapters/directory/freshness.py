"""How old the directory may be, and how old it is, by a clock that may jump."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_AHEAD = timedelta(minutes=1)
"""How far the clocks of two machines may lie apart."""

_TOO_OLD = "The directory of people could not be read for too long. Ask again later."
_WRONG_CLOCK = "The directory of people was read at a time that is still to come: a clock is wrong."


def unready(read_at: datetime | None, now: datetime, most_minutes: float) -> str | None:
    """Why can nobody be let in by a directory of this age? None where it is young enough.

    Rights fail closed: what was not read for too long opens nothing (decision 16), and neither
    does what says that it was read in the future.
    """
    if read_at is None:
        return "The directory of people is still being read."
    if read_at - now > _AHEAD:
        return _WRONG_CLOCK
    return _TOO_OLD if now - read_at > timedelta(minutes=most_minutes) else None


class Freshness:
    """Tells whether the directory is young enough; the mirror tells it how far the reading is.

    The time of day is what all processes share. Where it jumps back, the directory is at least as
    old as the time that this process has seen it stand.
    """

    def __init__(
        self,
        most_minutes: Callable[[], float],
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rows = 0
        self.read_at: datetime | None = None
        self._most_minutes = most_minutes
        self._clock = clock
        self._steady = steady
        self._since = (steady(), clock())

    def see(self, read_at: datetime | None) -> None:
        """Take note of when every feed was last read to its end."""
        if read_at != self.read_at:
            self.read_at = read_at
            self._since = (self._steady(), self._clock())

    def unready(self, read_at: datetime | None) -> str | None:
        """Why can nobody be let in by what was read then?"""
        self.see(read_at)
        if read_at is None:
            return f"The directory of people is still being read: {self.rows:,} of its rows so far."
        return unready(read_at, self._now(), self._most_minutes())

    def probe(self) -> str | None:
        """Why can nobody be let in by what was last seen?"""
        return self.unready(self.read_at)

    def is_ageing(self) -> bool:
        """Is it past half of the age that it may have, or was it never read?"""
        most = timedelta(minutes=self._most_minutes())
        return self.read_at is None or self._now() - self.read_at > most / 2

    def _now(self) -> datetime:
        """Return the time of day, or what it would be had it not jumped back."""
        steady, clock = self._since
        return datetime.fromtimestamp(max(self._clock(), clock + self._steady() - steady), UTC)
