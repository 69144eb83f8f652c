"""What one operation cost upstream, and what memory saved it."""

from dataclasses import dataclass, field
from math import ceil

from adapters.servicetitan.places import Place


@dataclass(slots=True)
class Usage:
    """Counted while an operation runs: calls made for it, and questions answered without one.

    `stale_seconds` is by how much the oldest of its answers was past its fresh age; 0 where all
    were fresh. `ceiling` is how many calls it may cost, None where nobody counts; `flying` is how
    many of them are under way. `place` is where it stands among those who wait for ServiceTitan;
    without one each of its questions comes when it is asked.
    """

    calls: int = 0
    saved: int = 0
    stale_seconds: int = 0
    ceiling: int | None = None
    flying: int = field(default=0, compare=False)
    place: Place | None = field(default=None, compare=False)

    def room(self, wanted: int) -> int:
        """How many more calls, of those wanted, may be begun for this operation?"""
        if self.ceiling is None:
            return wanted
        return max(0, min(wanted, self.ceiling - self.calls - self.flying))

    def tell_age(self, seconds: float) -> None:
        """Remember that something was answered this long after it was fresh."""
        if seconds > self.stale_seconds:
            self.stale_seconds = ceil(seconds)
