"""What of each feed's rows is kept, and where."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table

from adapters.ledger.emails import folded
from adapters.ledger.tables import DIRECTORY_CONTACTS, DIRECTORY_CUSTOMERS, DIRECTORY_LOCATIONS
from adapters.servicetitan.feeds import (
    CUSTOMER_CONTACT_FEED,
    CUSTOMER_FEED,
    LOCATION_CONTACT_FEED,
    LOCATION_FEED,
    ContactType,
    CustomerContactEntry,
    CustomerEntry,
    LocationContactEntry,
    LocationEntry,
)
from adapters.servicetitan.resource import Feed

Kept = tuple[Any, ...]
"""A row of a table, its values in the order of the table's columns."""

_LONGEST_EMAIL = 320
_NUL = "\x00"


@dataclass(frozen=True, eq=False)
class Shelf:
    """Where the rows of one feed are kept. `kept` makes a row of them, None where nothing is."""

    feed: Feed[Any]
    table: Table
    kept: Callable[[Any], Kept | None]
    kind: str | None = None

    @property
    def name(self) -> str:
        """What the feed's mark stands under."""
        return self.feed.name

    @property
    def own(self) -> tuple[ColumnElement[bool], ...]:
        """Which rows of the table are of this feed?"""
        return () if self.kind is None else (self.table.c.kind == self.kind,)


def email_of(value: str | None) -> str | None:
    """Which email does a contact's value spell, as emails are compared? None where it is none."""
    email = folded(value or "")
    return email if email and len(email) <= _LONGEST_EMAIL and _NUL not in email else None


def _text(value: str) -> str:
    return value.replace(_NUL, "")


def _customer(row: CustomerEntry) -> Kept:
    return (row.id, _text(row.name), row.type.value, row.active, row.merged_to_id or None)


def _location(row: LocationEntry) -> Kept:
    return (row.id, row.customer_id, _text(row.name), row.active, row.merged_to_id or None)


def _of_customer(row: CustomerContactEntry) -> Kept | None:
    return _contact("customer", row, row.customer_id)


def _of_location(row: LocationContactEntry) -> Kept | None:
    return _contact("location", row, row.location_id)


def _contact(
    kind: str, row: CustomerContactEntry | LocationContactEntry, owner: int
) -> Kept | None:
    email = email_of(row.value) if row.active and row.type is ContactType.EMAIL else None
    return None if email is None else (kind, row.id, owner, email)


SHELVES = (
    Shelf(CUSTOMER_FEED, DIRECTORY_CUSTOMERS, _customer),
    Shelf(LOCATION_FEED, DIRECTORY_LOCATIONS, _location),
    Shelf(CUSTOMER_CONTACT_FEED, DIRECTORY_CONTACTS, _of_customer, kind="customer"),
    Shelf(LOCATION_CONTACT_FEED, DIRECTORY_CONTACTS, _of_location, kind="location"),
)
