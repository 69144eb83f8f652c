"""All that the ledger knows of one email."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from adapters.servicetitan.feeds import CustomerEntry, LocationEntry


@dataclass(frozen=True, slots=True)
class LevelSet:
    """A level that the office set in the gateway for an email: BILLING, NON_BILLING or NONE.

    It is one on the customer or, where `location` is set, on that place of the customer's.
    """

    customer: int
    level: str
    location: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the ledger knows of one email, seen at one moment.

    The email is a live contact of `customers` (inactive and merged ones among them), whose
    locations are `places`, by customer; and of `locations`, whose customers are `owners`, by their
    ids. A record that no feed has told of is not in it, nor a location without its customer.
    `read_at` is when all feeds were last read to their end; None before the first time.
    `revision` is that of rights, and `payments_revision` that of payments, at that moment.
    """

    revision: int
    read_at: datetime | None
    customers: tuple[CustomerEntry, ...] = ()
    places: Mapping[int, tuple[LocationEntry, ...]] = field(default_factory=dict)
    locations: tuple[LocationEntry, ...] = ()
    owners: Mapping[int, CustomerEntry] = field(default_factory=dict)
    levels: tuple[LevelSet, ...] = ()
    payments_revision: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ContactLine:
    """An email that reaches a customer: its own or, where `location` is set, that place's."""

    email: str
    location: int | None = None
