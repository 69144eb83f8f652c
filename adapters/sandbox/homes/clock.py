"""Times relative to one given day, in the contractor's time zone, written as ServiceTitan does."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from adapters.sandbox.homes.business import TIME_ZONE

NEVER: Final = "0001-01-01T00:00:00Z"
"""What ServiceTitan answers where it has no time."""

_ZONE = ZoneInfo(TIME_ZONE)
_TICKS = 10_000_000
_PLAIN_EVERY = 11
_MILLISECONDS_EVERY = 5


class Clock:
    """Counts days from `today`: 0 is that day, negative days are past."""

    def __init__(self, today: date) -> None:
        self.today = today

    def instant(self, days: int, hour: int, minute: int = 0) -> str:
        """Return the UTC instant of a local wall-clock time, to the second."""
        local = datetime.combine(
            self.today + timedelta(days=days), time(hour, minute), tzinfo=_ZONE
        )
        return f"{local.astimezone(UTC).isoformat()[:19]}Z"

    def stamp(self, days: int, mark: int) -> str:
        """Return when a record was written, in office hours, with up to seven fraction digits.

        A record is never written today, so that whatever the control plane changes comes later.
        """
        minutes = mark * 37 % 600
        whole = self.instant(min(days, -1), 8 + minutes // 60, minutes % 60)
        seconds = f"{whole[:17]}{mark * 13 % 60:02d}"
        return f"{seconds}{_fraction(mark)}Z"

    def midnight(self, days: int) -> str:
        """Return a business date: midnight UTC of the day it names, whatever the zone."""
        return f"{self.day(days)}T00:00:00Z"

    def day(self, days: int) -> str:
        """Return a plain date."""
        return (self.today + timedelta(days=days)).isoformat()


def _fraction(mark: int) -> str:
    """Return a fraction of a second as .NET prints it: none, milliseconds, or ticks."""
    if mark % _PLAIN_EVERY == 0:
        return ""
    ticks = mark * 7919 % _TICKS or 1
    digits = f"{ticks:07d}"[:3] if mark % _MILLISECONDS_EVERY == 0 else f"{ticks:07d}"
    return f".{digits.rstrip('0')}" if digits.strip("0") else ""
