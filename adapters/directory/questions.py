"""What is asked of the directory's tables."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import bindparam, literal, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.directory.entries import by_customer, customer_entry, location_entry
from adapters.directory.standing import ContactLine
from adapters.ledger.tables import DIRECTORY_CONTACTS, DIRECTORY_CUSTOMERS, DIRECTORY_LOCATIONS
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry

T = TypeVar("T")

_VALUES = 5000
_CONTACTS = DIRECTORY_CONTACTS.c
_CUSTOMERS = DIRECTORY_CUSTOMERS.c
_PLACES = DIRECTORY_LOCATIONS.c
_OF_CUSTOMER = union(
    select(_CONTACTS.email, literal(0).label("place")).where(
        _CONTACTS.kind == "customer", _CONTACTS.owner_id == bindparam("customer")
    ),
    select(_CONTACTS.email, _PLACES.id)
    .join(DIRECTORY_LOCATIONS, _PLACES.id == _CONTACTS.owner_id)
    .where(_CONTACTS.kind == "location", _PLACES.customer_id == bindparam("customer")),
).order_by("email", "place")


async def read_customers(
    connection: AsyncConnection, ids: Sequence[int]
) -> dict[int, CustomerEntry]:
    """Return those of these customers that the directory knows, by id."""
    found: dict[int, CustomerEntry] = {}
    for some in _cut(ids):
        asked = select(DIRECTORY_CUSTOMERS).where(_CUSTOMERS.id.in_(some))
        found |= {row.id: customer_entry(*row) for row in await connection.execute(asked)}
    return found


async def read_locations(
    connection: AsyncConnection, ids: Sequence[int]
) -> dict[int, LocationEntry]:
    """Return those of these locations that the directory knows, by id."""
    found: dict[int, LocationEntry] = {}
    for some in _cut(ids):
        asked = select(DIRECTORY_LOCATIONS).where(_PLACES.id.in_(some))
        found |= {row.id: location_entry(*row) for row in await connection.execute(asked)}
    return found


async def read_places(
    connection: AsyncConnection, customers: Sequence[int]
) -> dict[int, tuple[LocationEntry, ...]]:
    """Return the locations of each of these customers, none of one that has none."""
    found: list[LocationEntry] = []
    for some in _cut(customers):
        asked = select(DIRECTORY_LOCATIONS).where(_PLACES.customer_id.in_(some))
        found += [location_entry(*row) for row in await connection.execute(asked)]
    return by_customer(found)


async def read_contacts(connection: AsyncConnection, customer: int) -> tuple[ContactLine, ...]:
    """Return the live emails of this customer and of its locations."""
    rows = await connection.execute(_OF_CUSTOMER, {"customer": customer})
    return tuple(ContactLine(email, place or None) for email, place in rows)


def _cut(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[start : start + _VALUES] for start in range(0, len(values), _VALUES))
