"""Whose record it is, and how the email comes near it: told before the rules of its kind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.directory.people import Standing
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from resolvers.access import Levels, Party, Place, Reach, named
from resolvers.closed_records import may_be_reached, may_be_reached_alone
from resolvers.level_words import level_outcome
from resolvers.policy import Access
from resolvers.rules import Outcome, refused
from resolvers.verdict import Refusal, Verdict

Holder = Party | Place

_CONTACT = "Is the email a contact of the customer, or at the location, that the record is of?"
_LIVE = "Is that record active, and not merged into another?"


@dataclass(frozen=True, slots=True)
class Ties:
    """The customer and the locations that a record is of."""

    customer: int | None
    locations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose sight is explained: a folded email, where it stands, and what it reaches."""

    email: str
    standing: Standing
    access: Access
    reach: Reach

    def levels(self) -> Levels:
        """Return the levels of this email."""
        return Levels(self.email, self.standing, self.access)


def nearness(
    ties: Ties, person: Person, deciding: Holder | None, names: Reach
) -> Iterator[Outcome]:
    """Is the email near the record, and with which level (R1, R3-R7, R13)?

    `deciding` is whose level the record's own rules go by; `names` knows what records are called.
    All of it is read off the reach by which those rules decide.
    """
    holder = deciding or _near(ties, person.reach)
    if holder is None:
        yield from _far(ties, person.standing, names)
        return
    yield Outcome("R1", _CONTACT, passed=True, because=_contact(holder, person.reach))
    yield Outcome("R13", _LIVE, passed=True, because="It is active, and was not merged away.")
    yield level_outcome(holder, person.levels())


def _near(ties: Ties, reach: Reach) -> Holder | None:
    for location in ties.locations:
        if location in reach.places:
            return reach.places[location]
    return reach.parties.get(ties.customer) if ties.customer is not None else None


def _contact(holder: Holder, reach: Reach) -> str:
    if isinstance(holder, Party):
        return f"The email is a contact of {holder.named}."
    owner = reach.parties.get(holder.customer_id)
    if owner is None:
        return f"The email is a contact of {holder.named}."
    return f"The email is a contact of {owner.named}, whose place is {holder.named}."


def _far(ties: Ties, standing: Standing, names: Reach) -> Iterator[Outcome]:
    """Tell why nothing that the record is of is in reach."""
    closed = next(_closed(ties, standing), None)
    if closed is None:
        yield Outcome("R1", _CONTACT, passed=False, because=_no_contact(ties, names))
        return
    contact, verdict = closed
    yield Outcome("R1", _CONTACT, passed=True, because=f"The email is a contact of {contact}.")
    yield refused(verdict, _LIVE)


def _closed(ties: Ties, standing: Standing) -> Iterator[tuple[str, Refusal]]:
    """Which of the record's owners has this email as its contact, and is closed?"""
    owners = {ties.customer} | {
        customer
        for customer, places in standing.places.items()
        if any(place.id in ties.locations for place in places)
    }
    for customer in standing.customers:
        if customer.id in owners:
            yield from _if_closed("customer", customer, may_be_reached(customer))
    for location in standing.locations:
        if location.id in ties.locations:
            verdict = may_be_reached_alone(location, standing.owners[location.customer_id])
            yield from _if_closed("location", location, verdict)


def _no_contact(ties: Ties, names: Reach) -> str:
    told = [] if ties.customer is None else [_name("customer", ties.customer, names.parties)]
    told += [_name("location", of, names.places) for of in ties.locations[:3]]
    if not told:
        return "The record names neither a customer nor a location."
    return f"The email is no contact of {', nor of '.join(told)}."


def _if_closed(
    kind: str, record: CustomerEntry | LocationEntry, verdict: Verdict
) -> Iterator[tuple[str, Refusal]]:
    if verdict is not True:
        yield named(kind, record.id, record.name), verdict


def _name(kind: str, of: int, known: Mapping[int, Holder]) -> str:
    return known[of].named if of in known else f"{kind} {of}"
