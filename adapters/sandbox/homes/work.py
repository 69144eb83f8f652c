"""Jobs as they were booked: one job, its visits, and who was sent."""

from dataclasses import dataclass

from adapters.sandbox.homes.places import Party, Place
from adapters.sandbox.homes.trades import Trade

WINDOW_HOURS = 2


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment; `day` counts from today, `hour` is the local start of its arrival window."""

    id: int
    day: int
    status: str
    hour: int = 8
    unused: bool = False
    active: bool = True
    windowed: bool = True


@dataclass(frozen=True, slots=True)
class Work:
    """A job; `invoice` is 0 where it has none, `customer` is the location's owner unless named."""

    id: int
    trade: Trade
    place: Place
    status: str
    visits: tuple[Visit, ...]
    invoice: int = 0
    customer: Party | None = None
    membership: int | None = None
    sold_from: int | None = None
    equipment: tuple[int, ...] = ()

    @property
    def owner(self) -> Party:
        """The customer that the job's own row names."""
        return self.customer or self.place.owner

    @property
    def first_day(self) -> int:
        """The day of the earliest visit, counted from today."""
        return min(visit.day for visit in self.visits)

    @property
    def last_day(self) -> int:
        """The day of the last visit that took place or was meant to."""
        return max(visit.day for visit in self.visits)

    @property
    def booked(self) -> int:
        """How many days ago it was booked: three days before the first visit, or yesterday."""
        return max(3 - self.first_day, 2)
