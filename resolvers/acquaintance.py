"""Whose records rows are: the customers and places that staff get to know by them."""

from collections.abc import Iterable

from adapters.changes.owners import named_by
from adapters.servicetitan.model import Model


def owners_of(rows: Iterable[Model]) -> tuple[set[int], set[int]]:
    """Which customers and which locations do these rows name?"""
    told = [named_by(row) for row in rows]
    customers = {of for owners in told for of in owners.customers}
    return customers, {of for owners in told for of in owners.locations}
