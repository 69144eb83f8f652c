"""What one operation cost upstream, and what memory saved it."""

from dataclasses import dataclass, field
from math import ceil
from typing import Any

from adapters.cache.interest import Interest
from adapters.cache.readings import Readings
from adapters.servicetitan.places import Place
from adapters.servicetitan.resource import Resource


@dataclass(slots=True)
class Usage:
    """Counted while an operation runs: calls made for it, and questions answered without one.

    `stale_seconds` is by how much the oldest of its answers was past its fresh age; 0 where all
    were fresh. `ceiling` is how many calls it may cost, None where nobody counts; `flying` is how
    many of them are under way. `place` is where it stands among those who wait for ServiceTitan;
    without one each of its questions comes when it is asked. `awaited` are flights it waits for,
    for as long as it is not over.
    `readings` are kept of an operation whose answer others may be given.
    """

    calls: int = 0
    saved: int = 0
    stale_seconds: int = 0
    ceiling: int | None = None
    flying: int = field(default=0, compare=False)
    place: Place | None = field(default=None, compare=False)
    awaited: set[Interest] = field(default_factory=set, compare=False, repr=False)
    is_over: bool = field(default=False, compare=False)
    readings: Readings | None = field(default=None, compare=False, repr=False)

    def room(self, wanted: int) -> int:
        """How many more calls, of those wanted, may be begun for this operation?"""
        if self.ceiling is None:
            return wanted
        return max(0, min(wanted, self.ceiling - self.calls - self.flying))

    def told(self, resource: Resource[Any], by: str, value: int, rows: tuple[Any, ...]) -> None:
        """Note that memory answered a question with these rows."""
        if self.readings is not None:
            self.readings.add(resource, by, value, rows)

    def asks(self) -> None:
        """Note that something is asked which memory does not answer."""
        if self.readings is not None:
            self.readings.is_all = False

    def end(self) -> None:
        """Wait for no flight any more: the operation is over."""
        self.is_over = True
        for interest in tuple(self.awaited):
            interest.end(id(self))
        self.awaited.clear()

    def tell_age(self, seconds: float) -> None:
        """Remember that something was answered this long after it was fresh."""
        if seconds > self.stale_seconds:
            self.stale_seconds = ceil(seconds)
