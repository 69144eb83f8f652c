"""Which customers and locations an email stands on, and what those are called."""

from collections import defaultdict
from dataclasses import dataclass

from adapters.servicetitan.feeds import (
    ContactType,
    CustomerContactEntry,
    CustomerEntry,
    LocationContactEntry,
    LocationEntry,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The records an email is a live contact of, by their ids."""

    customers: frozenset[int]
    locations: frozenset[int]


def folded(email: str) -> str:
    """Return the email as it is compared: trimmed and case-folded, otherwise exact (R11)."""
    return email.strip().casefold()


class Directory:
    """A mirror of contacts, customers and locations, kept from their export feeds.

    Asking it costs no call. It tells what stands in ServiceTitan, and decides nothing: which of it
    opens what to whom is a rule's to say.
    """

    def __init__(self) -> None:
        self._customers: dict[int, CustomerEntry] = {}
        self._locations: dict[int, LocationEntry] = {}
        self._places: defaultdict[int, set[int]] = defaultdict(set)
        self._customer_contacts = _Contacts()
        self._location_contacts = _Contacts()

    def standing(self, email: str) -> Standing:
        """Return what this email is a contact of, inactive and merged records among them."""
        of = folded(email)
        return Standing(self._customer_contacts.owners(of), self._location_contacts.owners(of))

    def customer(self, of: int) -> CustomerEntry | None:
        """Return the customer of this id, if the feed has told of one."""
        return self._customers.get(of)

    def location(self, of: int) -> LocationEntry | None:
        """Return the location of this id, if the feed has told of one."""
        return self._locations.get(of)

    def locations_of(self, customer: int) -> list[LocationEntry]:
        """Return the customer's locations, inactive ones among them, by id."""
        return [self._locations[of] for of in sorted(self._places.get(customer, ()))]

    def put_customer(self, entry: CustomerEntry) -> None:
        """Take in a customer as the feed now tells it."""
        self._customers[entry.id] = entry

    def put_location(self, entry: LocationEntry) -> None:
        """Take in a location as the feed now tells it; it may have moved to another customer."""
        before = self._locations.get(entry.id)
        if before is not None:
            self._places[before.customer_id].discard(entry.id)
        self._locations[entry.id] = entry
        self._places[entry.customer_id].add(entry.id)

    def put_customer_contact(self, contact: CustomerContactEntry) -> None:
        """Take in a customer's contact as the feed now tells it."""
        self._customer_contacts.put(contact, contact.customer_id)

    def put_location_contact(self, contact: LocationContactEntry) -> None:
        """Take in a location's contact as the feed now tells it."""
        self._location_contacts.put(contact, contact.location_id)


class _Contacts:
    """Emails and whose they are; a contact that changed or left takes its old email with it."""

    def __init__(self) -> None:
        self._by_email: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._email_of: dict[int, str] = {}

    def owners(self, email: str) -> frozenset[int]:
        return frozenset(self._by_email.get(email, {}).values())

    def put(self, contact: CustomerContactEntry | LocationContactEntry, owner: int) -> None:
        before = self._email_of.pop(contact.id, None)
        if before is not None:
            del self._by_email[before][contact.id]
            if not self._by_email[before]:
                del self._by_email[before]
        opens = contact.active and contact.type is ContactType.EMAIL
        email = folded(contact.value) if opens and contact.value else ""
        if email:
            self._by_email[email][contact.id] = owner
            self._email_of[contact.id] = email
