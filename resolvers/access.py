"""What an email reaches, and how much of it: levels of customers and of their places."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TypeGuard

from adapters.directory.people import Standing
from adapters.servicetitan.customers import CustomerType
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from resolvers.levels import AccessLevel
from resolvers.policy import Access
from resolvers.rules import Rule, judged
from resolvers.verdict import Refusal, Verdict

_TOLD = 3
_RANK = {AccessLevel.NONE: 0, AccessLevel.NON_BILLING: 1, AccessLevel.BILLING: 2}


class GrantSource(Enum):
    """Where a level comes from."""

    CUSTOMER_CONTACT = "CUSTOMER_CONTACT"
    LOCATION_CONTACT = "LOCATION_CONTACT"
    OVERRIDE = "OVERRIDE"


@dataclass(frozen=True, slots=True)
class Party:
    """A customer record in reach: who it is, and the level on it."""

    id: int
    name: str
    type: CustomerType
    level: AccessLevel
    source: GrantSource = GrantSource.CUSTOMER_CONTACT

    @property
    def named(self) -> str:
        """What staff call it, such as "customer 1001 (Pat Sullivan)"."""
        return named("customer", self.id, self.name)


@dataclass(frozen=True, slots=True)
class Place:
    """A location in reach: what it is called, whose it is, and the level on it."""

    id: int
    name: str
    customer_id: int
    level: AccessLevel
    active: bool
    source: GrantSource = GrantSource.CUSTOMER_CONTACT

    @property
    def named(self) -> str:
        """What staff call it, such as "location 2001 (Home)"."""
        return named("location", self.id, self.name)


def named(kind: str, of: int, name: str | None) -> str:
    """Name a record as staff read it on their screen: by its number, and its name if it has any."""
    told = (name or "").strip()
    return f"{kind} {of} ({told})" if told else f"{kind} {of}"


@dataclass(frozen=True, slots=True)
class Reach:
    """All that one viewer may come near.

    For a person: customers, their places, and places reached alone. For a direct link: the
    `invoices` or the `estimates` it opens. For staff by themselves `everywhere` is their level on
    every record there is; their `parties` and `places` are those met on the way of one operation.
    A person's cannot be added to: operations share them.
    `revision` is that of the rights this was made from, and `payments_revision` that of what was
    being paid, or taken off what is owed, at the same moment.
    """

    parties: Mapping[int, Party] = field(default_factory=dict)
    places: Mapping[int, Place] = field(default_factory=dict)
    invoices: frozenset[int] = frozenset()
    estimates: frozenset[int] = frozenset()
    everywhere: AccessLevel = AccessLevel.NONE
    revision: int = field(default=0, compare=False)
    payments_revision: int = field(default=0, compare=False)

    @property
    def is_staff(self) -> bool:
        """Is this the reach of a member of staff by themselves?"""
        return self.everywhere is not AccessLevel.NONE

    @property
    def is_link(self) -> bool:
        """Is this what a direct link opens, and nothing else?"""
        return bool(self.invoices or self.estimates)

    def billed(self, customer: int | None, location: int | None) -> AccessLevel:
        """How much may be seen of what is billed to this customer for work at this location?"""
        holder = self.billed_by(customer, location)
        return self.everywhere if holder is None else holder.level

    def billed_by(self, customer: int | None, location: int | None) -> Party | Place | None:
        """Whose level counts for what is billed to this customer for work at this location?

        The location's counts only where it is one of the customer's own (R18).
        """
        place = self.places.get(location) if location is not None else None
        if place is not None and place.customer_id == customer:
            return place
        return self.parties.get(customer) if customer is not None else None

    def done_at(self, customer: int | None, location: int | None) -> AccessLevel:
        """How much may be seen of what is done at this location for this customer?"""
        holder = self.done_by(customer, location)
        return self.everywhere if holder is None else holder.level

    def done_by(self, customer: int | None, location: int | None) -> Party | Place | None:
        """Whose level counts for what is done at this location for this customer?

        The most specific wins (R4); a place in reach decides whoever the work is for (R19).
        """
        place = self.places.get(location) if location is not None else None
        if place is not None:
            return place
        return self.parties.get(customer) if customer is not None else None

    def customers_showing(self, least: AccessLevel) -> Iterator[int]:
        """Which customers in reach have this level, or a place with it (R5)?

        None for staff: whose records they ask for they say themselves.
        """
        if self.is_staff:
            return iter(())
        by_place = {place.customer_id for place in self._showing(least)}
        return (p.id for p in self.parties.values() if reaches(p.level, least) or p.id in by_place)

    def among(self, customers: Iterable[int], least: AccessLevel) -> list[int]:
        """Which of these have this level, or a place with it (R5)? Each once, in their order."""
        asked = dict.fromkeys(customers)
        if self.is_staff:
            return [*asked] if reaches(self.everywhere, least) else []
        showing = set(self.customers_showing(least))
        return [of for of in asked if of in showing]

    def holds_anywhere(self, least: AccessLevel) -> bool:
        """Is there anything that this viewer sees with this level?"""
        return reaches(self.everywhere, least) or any(
            True for of in (self.customers_showing(least), self._showing(least)) for _ in of
        )

    def places_alone(self, least: AccessLevel) -> Iterator[Place]:
        """Which places have this level though their customer is out of reach (R3)?"""
        return (place for place in self._showing(least) if place.customer_id not in self.parties)

    def places_showing(
        self, least: AccessLevel, customer: int | None = None, location: int | None = None
    ) -> Iterator[Place]:
        """Which places have this level; with `customer` or `location`, of those alone?

        None for staff who name neither, as in customers_showing.
        """
        if self.is_staff and customer is None and location is None:
            return iter(())
        return (
            place
            for place in self._showing(least)
            if customer in {None, place.customer_id} and location in {None, place.id}
        )

    def _showing(self, least: AccessLevel) -> Iterator[Place]:
        return (place for place in self.places.values() if reaches(place.level, least))


NOWHERE = Reach()


def reaches(level: AccessLevel, least: AccessLevel) -> bool:
    """Is this level at least that one?"""
    return _RANK[level] >= _RANK[least]


def rank(level: AccessLevel) -> int:
    """How much does this level open, in order?"""
    return _RANK[level]


def lesser(level: AccessLevel, other: AccessLevel) -> AccessLevel:
    """Which of two levels opens less?"""
    return level if _RANK[level] <= _RANK[other] else other


def is_known(_email: str, standing: Standing, _access: Access) -> Verdict:
    """Is the email, whatever its case and outer spaces, on a customer or a location (R2, R11)?"""
    if standing.customers or standing.locations:
        return True
    return Refusal("R2", "The email is on no customer and on no location.")


def is_somebodys(email: str, standing: Standing, access: Access) -> Verdict:
    """Is it one person's email, and no placeholder that the office wrote on many records (R12)?"""
    if email in access.trusted_emails:
        return True
    if email in access.placeholder_emails:
        return Refusal("R12", "The policy names this email as a placeholder, which is nobody's.")
    households = _households(standing)
    if households > access.most_customers_of_an_email:
        return Refusal("R12", f"The email is on {households} customers: it looks like nobody's.")
    return True


def _on_what(_email: str, standing: Standing, _access: Access) -> str:
    told = [named("customer", entry.id, entry.name) for entry in standing.customers]
    told += [named("location", entry.id, entry.name) for entry in standing.locations]
    more = f" and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    return f"The email is on {', '.join(told[:_TOLD])}{more}."


def _whose(email: str, standing: Standing, access: Access) -> str:
    if email in access.trusted_emails:
        return "The policy names this email as one to trust."
    many, most = _households(standing), access.most_customers_of_an_email
    return f"The email is no placeholder: it is on {many} of at most {most} customers."


OPENING = (
    Rule("R2", "Is the email on a customer or a location?", is_known, _on_what),
    Rule("R12", "Is it one person's email, and no placeholder?", is_somebodys, _whose),
)
"""What an email is asked before anything it stands on: (the email folded, standing, access)."""


def may_open_portal(email: str, standing: Standing, access: Access) -> Verdict:
    """May this email open anything at all (R2, R12)?"""
    return judged(OPENING, email, standing, access)


def _households(standing: Standing) -> int:
    owners = {entry.id for entry in standing.customers if is_live(entry)}
    return len(owners | {entry.id for entry in standing.owners.values() if is_live(entry)})


def reach_of(
    email: str, standing: Standing, access: Access, most: AccessLevel = AccessLevel.BILLING
) -> Reach:
    """What does this verified email reach, and how much of it (R1, R3, R4-R7, R12, R13)?

    No level is above `most`: that of the member of staff who looks through the person's eyes.
    """
    if not may_open_portal(email, standing, access):
        return Reach(revision=standing.revision, payments_revision=standing.payments_revision)
    levels = Levels(email, standing, access, most)
    parties: dict[int, Party] = {
        entry.id: levels.party(entry) for entry in filter(is_live, standing.customers)
    }
    places: dict[int, Place] = {
        entry.id: levels.place(entry, parties[of])
        for of, entries in standing.places.items()
        if of in parties
        for entry in entries
    }
    for entry in standing.locations:
        if entry.id not in places and entry.active and is_live(standing.owners[entry.customer_id]):
            places[entry.id] = levels.place(entry, None)
    return Reach(
        MappingProxyType(parties),
        MappingProxyType(places),
        revision=standing.revision,
        payments_revision=standing.payments_revision,
    )


def is_live(entry: CustomerEntry | None) -> TypeGuard[CustomerEntry]:
    """Does this id name a customer that is neither inactive nor merged into another (R13)?"""
    return entry is not None and entry.active and not entry.merged_to_id


class Levels:
    """The levels of one email: what the office set in the gateway, in the policy file, or neither.

    What was set in the gateway wins over the file, a location over its customer (R4).
    """

    def __init__(
        self,
        email: str,
        standing: Standing,
        access: Access,
        most: AccessLevel = AccessLevel.BILLING,
    ) -> None:
        self._access = access
        self._most = most
        file = {(o.customer, o.location): o.level for o in access.people.get(email, ())}
        here = {(own.customer, own.location): AccessLevel(own.level) for own in standing.levels}
        self._set = file | here
        self._here = here.keys()

    def where_set(self, customer: int, location: int | None = None) -> str | None:
        """Where did the office set a level for exactly this, None where it set none?"""
        key = customer, location
        if key not in self._set:
            return None
        return "in the gateway" if key in self._here else "in the policy file"

    def all_set(self) -> dict[tuple[int, int | None], AccessLevel]:
        """Return every level that was set for this email, at a customer or a location of it."""
        return dict(self._set)

    def party(self, entry: CustomerEntry) -> Party:
        """Return the customer with the level this email has on it."""
        own = self._set.get((entry.id, None))
        source = GrantSource.CUSTOMER_CONTACT if own is None else GrantSource.OVERRIDE
        level = lesser(own or self._access.customer_email, self._most)
        return Party(entry.id, entry.name.strip(), entry.type, level, source)

    def place(self, entry: LocationEntry, owner: Party | None) -> Place:
        """Return the place with the level this email has on it, by itself or by its owner."""
        own, source = self._set.get((entry.customer_id, entry.id)), GrantSource.OVERRIDE
        if own is None and owner is not None:
            own, source = owner.level, owner.source
        if own is None:
            own, source = self._access.location_email, GrantSource.LOCATION_CONTACT
        level = lesser(own, self._most)
        return Place(entry.id, entry.name.strip(), entry.customer_id, level, entry.active, source)
