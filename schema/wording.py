"""How an enumeration of the rules becomes one of the graph, each of its values with a sentence."""

from enum import Enum
from typing import Any, TypeVar, cast

import strawberry

E = TypeVar("E", bound=type[Enum])


def word(of: E, description: str, *, named: str | None = None, **values: str) -> E:
    """Show an enumeration whose values the rules declare, which know no Strawberry.

    `values` has a sentence for each of them by its name; raises ValueError where one is missing or
    too many.
    """
    if values.keys() != of.__members__.keys():
        raise ValueError(f"{of.__name__} has {[*of.__members__]}, described are {[*values]}.")
    strawberry.enum(of, name=named, description=description)
    for value in cast("Any", of).__strawberry_definition__.values:
        value.description = values[value.name]
    return of
