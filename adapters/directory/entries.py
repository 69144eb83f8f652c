"""Rows of the directory's tables as what the feeds told."""

from collections import defaultdict
from collections.abc import Iterable

from adapters.servicetitan.customers import CustomerType
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from adapters.servicetitan.model import CustomerId, LocationId


def customer_entry(
    of: int,
    name: str,
    word: str,
    active: bool,  # noqa: FBT001  # a row has no names
    merged_to: int | None,
) -> CustomerEntry:
    """Return a row of the customers' table, its values in the table's order."""
    return CustomerEntry(
        id=CustomerId(of),
        name=name,
        type=CustomerType(word),
        active=active,
        merged_to_id=None if merged_to is None else CustomerId(merged_to),
    )


def location_entry(
    of: int,
    customer: int,
    name: str,
    active: bool,  # noqa: FBT001  # a row has no names
    merged_to: int | None,
) -> LocationEntry:
    """Return a row of the locations' table, its values in the table's order."""
    return LocationEntry(
        id=LocationId(of),
        customer_id=CustomerId(customer),
        name=name,
        active=active,
        merged_to_id=None if merged_to is None else LocationId(merged_to),
    )


def by_customer(entries: Iterable[LocationEntry]) -> dict[int, tuple[LocationEntry, ...]]:
    """Return the locations of each customer that has any, by id."""
    found: defaultdict[int, list[LocationEntry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.id):
        found[entry.customer_id].append(entry)
    return {of: tuple(entries) for of, entries in found.items()}
