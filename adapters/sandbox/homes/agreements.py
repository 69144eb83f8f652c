"""Service agreements as they were signed with commercial customers."""

from dataclasses import dataclass

from adapters.sandbox.homes.places import Party, Place

_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement over some locations; `day` is its first day, counted from today."""

    id: int
    name: str
    party: Party
    places: tuple[Place, ...]
    status: str
    day: int
    cents: int
    months: int = 12

    @property
    def last_day(self) -> int:
        """Its last day, counted from today."""
        return self.day + round(self.months * _MONTH) - 1
