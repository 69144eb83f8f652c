"""Lists of rows of which it may be kept what they show to one viewer: whole, with all below them.

What hangs from arguments that a request changes is not kept so, nor what rows are no frozen models.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any

import msgspec

from gateway.plans.arguments import Arguments
from gateway.plans.keeping import is_worth_keeping
from gateway.plans.tree import Field, Place, Selection, Shape, Tree

Make = Callable[[Any, Sequence[Any]], Awaitable[list[Any]]]
"""What makes the views of a list's rows for a request, and of all below them."""


@dataclass(slots=True, eq=False)
class Listed:
    """One list of a plan, by which it is known what it showed: it holds nothing of the plan."""

    title: str


def listed_places(tree: Tree, arguments: Sequence[Arguments]) -> set[int]:
    """Return the numbers of the selections whose lists are kept whole; none is below another."""
    found: set[int] = set()
    _look(tree.root, arguments, found)
    return found


def _look(selection: Selection, arguments: Sequence[Arguments], found: set[int]) -> None:
    for field in selection.fields:
        for place in _places(field.place):
            for below in place.selections.values():
                is_item = place is not field.place and place.shape is Shape.OBJECT
                if is_item and _is_kept(below, arguments):
                    found.add(below.number)
                else:
                    _look(below, arguments, found)


def _is_kept(selection: Selection, arguments: Sequence[Arguments]) -> bool:
    model = getattr(selection.type.is_type_of, "model", None)
    if not (isinstance(model, type) and _is_frozen(model)):
        return False
    below = [*_below(selection)]
    if any(arguments[field.number].constant is None for field in below):
        return False
    is_later = any(not field.source.is_inline for field in below)
    return is_later or is_worth_keeping(selection)


def _is_frozen(model: type) -> bool:
    if issubclass(model, msgspec.Struct):
        return model.__struct_config__.frozen
    return is_dataclass(model) and vars(model)["__dataclass_params__"].frozen


def _below(selection: Selection) -> Iterator[Field]:
    """Give every field of these objects, and of all below them."""
    for field in selection.fields:
        yield field
        for below in field.place.objects():
            yield from _below(below)


def _places(place: Place) -> Iterator[Place]:
    yield place
    if place.item is not None:
        yield from _places(place.item)
