"""Whose a changed record is, as far as its row tells: who may want to hear of it is found by it."""

from typing import Any, NamedTuple

from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.locations import LOCATIONS
from adapters.servicetitan.resource import Resource


class Owners(NamedTuple):
    """The customers and locations a record is of; none where nobody knows."""

    customers: tuple[int, ...] = ()
    locations: tuple[int, ...] = ()


def owners_of(resource: Resource[Any], row: Any) -> Owners:  # noqa: ANN401  # rows of records and of feeds have no base in common
    """Which customers and locations is the record of this row of, itself among them?"""
    customers, locations = named_by(row)
    if resource is CUSTOMERS:
        customers = _distinct([*customers, row.id])
    if resource is LOCATIONS:
        locations = _distinct([*locations, row.id])
    return Owners(customers, locations)


def named_by(row: Any) -> Owners:  # noqa: ANN401  # as owners_of
    """Which customers and locations does this row name?"""
    customers = [getattr(row, "customer_id", None), _id_of(row, "customer")]
    locations = [getattr(row, "location_id", None), _id_of(row, "location")]
    locations += getattr(row, "location_ids", None) or ()
    return Owners(_distinct(customers), _distinct(locations))


def _id_of(row: Any, name: str) -> int | None:  # noqa: ANN401  # as owners_of
    of: int | None = getattr(getattr(row, name, None), "id", None)
    return of


def _distinct(told: list[int | None]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(of for of in told if of))
