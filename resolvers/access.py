"""What an email reaches, and how much of it: levels of customers and of their places."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeGuard

from adapters.directory.directory import Standing
from adapters.servicetitan.customers import CustomerType
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override

_RANK = {AccessLevel.NONE: 0, AccessLevel.NON_BILLING: 1, AccessLevel.BILLING: 2}


@dataclass(frozen=True, slots=True)
class Party:
    """A customer record in reach: who it is, and the level on it."""

    id: int
    name: str
    type: CustomerType
    level: AccessLevel


@dataclass(frozen=True, slots=True)
class Place:
    """A location in reach: what it is called, whose it is, and the level on it."""

    id: int
    name: str
    customer_id: int
    level: AccessLevel
    active: bool


class Register(Protocol):
    """Who stands where: the directory."""

    def standing(self, email: str) -> Standing: ...  # noqa: D102  # as Directory has it
    def customer(self, of: int) -> CustomerEntry | None: ...  # noqa: D102  # as Directory has it
    def location(self, of: int) -> LocationEntry | None: ...  # noqa: D102  # as Directory has it
    def locations_of(self, customer: int) -> list[LocationEntry]: ...  # noqa: D102  # as Directory has it


@dataclass(frozen=True, slots=True)
class Reach:
    """All that one person may come near: customers, their places, and places reached alone."""

    parties: Mapping[int, Party]
    places: Mapping[int, Place]

    def billed(self, customer: int | None, location: int | None) -> AccessLevel:
        """How much may be seen of what is billed to this customer for work at this location?

        The location's level counts only where it is one of the customer's own (R18).
        """
        place = self.places.get(location) if location is not None else None
        if place is not None and place.customer_id == customer:
            return place.level
        return self._party(customer)

    def done_at(self, customer: int | None, location: int | None) -> AccessLevel:
        """How much may be seen of what is done at this location for this customer?

        The most specific level wins (R4); a place in reach decides whoever the work is for (R19).
        """
        place = self.places.get(location) if location is not None else None
        return self._party(customer) if place is None else place.level

    def _party(self, customer: int | None) -> AccessLevel:
        party = self.parties.get(customer) if customer is not None else None
        return AccessLevel.NONE if party is None else party.level

    def customers_showing(self, least: AccessLevel) -> Iterator[int]:
        """Which customers in reach have this level, or a place with it (R5)?"""
        by_place = {place.customer_id for place in self._showing(least)}
        return (p.id for p in self.parties.values() if reaches(p.level, least) or p.id in by_place)

    def places_alone(self, least: AccessLevel) -> Iterator[Place]:
        """Which places have this level though their customer is out of reach (R3)?"""
        return (place for place in self._showing(least) if place.customer_id not in self.parties)

    def _showing(self, least: AccessLevel) -> Iterator[Place]:
        return (place for place in self.places.values() if reaches(place.level, least))


NOWHERE = Reach({}, {})


def reaches(level: AccessLevel, least: AccessLevel) -> bool:
    """Is this level at least that one?"""
    return _RANK[level] >= _RANK[least]


def reach_of(email: str, register: Register, access: Access) -> Reach:
    """What does this verified email reach, and how much of it (R1, R3, R4-R7, R13)?"""
    standing = register.standing(email)
    overrides = access.people.get(email, ())
    parties: dict[int, Party] = {
        entry.id: _party(entry, overrides, access)
        for entry in map(register.customer, standing.customers)
        if _is_live(entry)
    }
    places: dict[int, Place] = {
        entry.id: _place(entry, _set_at(overrides, entry.customer_id, entry.id) or party.level)
        for party in parties.values()
        for entry in register.locations_of(party.id)
    }
    for entry in map(register.location, standing.locations):
        if entry is None or entry.id in places or not entry.active:
            continue
        if _is_live(register.customer(entry.customer_id)):
            own = _set_at(overrides, entry.customer_id, entry.id)
            places[entry.id] = _place(entry, own or access.location_email)
    return Reach(parties, places)


def _is_live(entry: CustomerEntry | None) -> TypeGuard[CustomerEntry]:
    """Does this id name a customer that is neither inactive nor merged into another (R13)?"""
    return entry is not None and entry.active and not entry.merged_to_id


def _party(entry: CustomerEntry, overrides: tuple[Override, ...], access: Access) -> Party:
    level = _set_at(overrides, entry.id, None) or access.customer_email
    return Party(entry.id, entry.name.strip(), entry.type, level)


def _place(entry: LocationEntry, level: AccessLevel) -> Place:
    return Place(entry.id, entry.name.strip(), entry.customer_id, level, entry.active)


def _set_at(
    overrides: tuple[Override, ...], customer: int, location: int | None
) -> AccessLevel | None:
    for override in overrides:
        if override.customer == customer and override.location == location:
            return override.level
    return None
