"""What an email stands on, what each of it opens, where that comes from, or why it is closed."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from adapters.directory.people import Standing
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from resolvers.access import Levels, Party, may_open_portal
from resolvers.levels import AccessLevel
from resolvers.policy import Access
from resolvers.verdict import Refusal


class Origin(Enum):
    """Where a level comes from, the strongest first (R4, R7)."""

    GATEWAY = "GATEWAY"
    POLICY_FILE = "POLICY_FILE"
    CUSTOMER = "CUSTOMER"
    DEFAULT = "DEFAULT"


@dataclass(frozen=True, slots=True)
class Opening:
    """A customer that the email stands on or, with `location`, a place of one.

    `closed` says why it opens nothing, and then the level is NONE.
    """

    customer: CustomerEntry
    location: LocationEntry | None
    level: AccessLevel
    origin: Origin
    closed: Refusal | None = None


def openings_of(email: str, standing: Standing, access: Access) -> list[Opening]:
    """What does this email open, and why does the rest open nothing (R2-R7, R12, R13)?

    Each customer with its places, then the places that the email reaches alone. What is not closed
    here is in `reach_of`, with the same level, and nothing else is.
    """
    return list(_Openings(email, standing, access).all())


class _Openings:
    def __init__(self, email: str, standing: Standing, access: Access) -> None:
        may = may_open_portal(email, standing, access)
        self._shut = None if may is True else may
        self._standing = standing
        self._levels = Levels(email, standing, access)
        self._here = {(own.customer, own.location) for own in standing.levels}
        self._filed = {(own.customer, own.location) for own in access.people.get(email, ())}

    def all(self) -> Iterator[Opening]:
        through: set[int] = set()
        for entry in self._standing.customers:
            party = self._levels.party(entry)
            origin = self._origin(entry.id, None, Origin.DEFAULT)
            yield _opening(entry, None, party.level, origin, _first(self._shut, _gone(entry)))
            for place in self._standing.places.get(entry.id, ()):
                yield self._place(entry, place, party)
                through.add(place.id)
        for place in self._standing.locations:
            if place.id not in through:
                yield self._place(self._standing.owners[place.customer_id], place, None)

    def _place(self, owner: CustomerEntry, entry: LocationEntry, by: Party | None) -> Opening:
        level = self._levels.place(entry, by).level
        below = Origin.DEFAULT if by is None else Origin.CUSTOMER
        closed = _first(self._shut, _gone(owner))
        if closed is None and by is None and not entry.active:
            closed = Refusal("R13", "The location is inactive.")
        origin = self._origin(entry.customer_id, entry.id, below)
        return _opening(owner, entry, level, origin, closed)

    def _origin(self, customer: int, location: int | None, below: Origin) -> Origin:
        if (customer, location) in self._here:
            return Origin.GATEWAY
        return Origin.POLICY_FILE if (customer, location) in self._filed else below


def _opening(
    customer: CustomerEntry,
    location: LocationEntry | None,
    level: AccessLevel,
    origin: Origin,
    closed: Refusal | None,
) -> Opening:
    if closed is None and level is AccessLevel.NONE:
        closed = Refusal("R4", "The level is No access.")
    shown = level if closed is None else AccessLevel.NONE
    return Opening(customer, location, shown, origin, closed)


def _first(*refusals: Refusal | None) -> Refusal | None:
    """Return the first that there is; a refusal is false, so `or` would pass it over."""
    return next((refusal for refusal in refusals if refusal is not None), None)


def _gone(entry: CustomerEntry) -> Refusal | None:
    if entry.merged_to_id:
        return Refusal("R13", f"The customer was merged into customer {entry.merged_to_id}.")
    return None if entry.active else Refusal("R13", "The customer is inactive.")
