"""Memberships as they were sold, and the visits they promise."""

from dataclasses import dataclass

from adapters.sandbox.homes.places import Party, Place
from adapters.sandbox.homes.trades import COOLING, HEATING, Trade

SERVICE_TYPES = 9700
"""A recurring service type has the id of its job type, counted from here."""

GOLD, SILVER, COMMERCIAL = 9501, 9502, 9503


@dataclass(frozen=True, slots=True)
class Level:
    """A type of membership: `shown` is its portal name, `cents` its price each billing."""

    id: int
    name: str
    shown: str | None
    cents: int
    frequency: str
    template: int
    promises: tuple[Trade, ...]


LEVELS = {
    GOLD: Level(
        GOLD, "GOLD MEMBERSHIP", "Gold Comfort Plan", 2495, "Monthly", 9601, (COOLING, HEATING)
    ),
    SILVER: Level(SILVER, "Silver Plan (res)", None, 17900, "Annual", 9602, (COOLING,)),
    COMMERCIAL: Level(
        COMMERCIAL, "Commercial PM", "Planned Care", 84000, "Quarterly", 9603, (COOLING, HEATING)
    ),
}


@dataclass(frozen=True, slots=True)
class Joined:
    """A membership; `day` is when it began, counted from today; no place means every location."""

    id: int
    party: Party
    level: int
    day: int
    place: Place | None = None
    status: str = "Active"
    months: int | None = 12


@dataclass(frozen=True, slots=True)
class Care:
    """A recurring service of a membership at one location."""

    id: int
    joined: Joined
    place: Place
    trade: Trade
    months: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """One visit that a recurring service promises; `job` is set once it was booked."""

    id: int
    care: Care
    day: int
    status: str = "NotAttempted"
    job: int | None = None
