"""Who is billed and where work is done: customers, and the locations they own."""

from dataclasses import dataclass

from adapters.sandbox.homes.book import Row


@dataclass(frozen=True, slots=True)
class Address:
    """A street address in Illinois."""

    street: str
    city: str
    zip: str
    unit: str | None = None

    def row(self) -> Row:
        """Return it as invoices carry it."""
        return {
            "street": self.street,
            "unit": self.unit,
            "city": self.city,
            "state": "IL",
            "zip": self.zip,
            "country": "USA",
        }


@dataclass(frozen=True, slots=True)
class Party:
    """A customer: who owns locations and is billed."""

    id: int
    name: str
    address: Address
    commercial: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A location: where the work is done."""

    id: int
    name: str
    address: Address
    owner: Party


def home_of(party: Party, key: int) -> Place:
    """Return the one location of a household, named and addressed like its customer."""
    return Place(key, party.name, party.address, party)
