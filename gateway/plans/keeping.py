"""What rows show by themselves, kept with the row: it is the same whoever asks, and when.

A frozen row shows the same through its attributes, and through functions that are given nothing but
the row. Who may see the row was decided before it came here, and is decided anew for each who asks.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from gateway.plans.sources import Kind
from gateway.plans.tree import Field, Place, Selection, Shape
from gateway.plans.views import View

MOST_BYTES: Final = 32 * 1024 * 1024
"""How much is kept, in bytes, as reckoned, before all of it is made anew."""

WORTH: Final = 3
"""What has to be worked out at least of a row, for it to be kept."""

_ENTRY: Final = 2_000
"""What is reckoned for an entry beside its row."""

_IN_MEMORY: Final = 4
"""How many bytes a row takes for each that it has as JSON: nobody else may hold it any more."""

_OF_OBJECT: Final = 3

Table = dict[int, tuple[Any, ...]]
"""By where a row lies in memory: the row, so that no other lies there, and what it shows."""


class Keeper:
    """Keeps what rows show, in tables; `empty` empties all of them, once too much was kept."""

    def __init__(self, empty: Callable[[], None], most: int = MOST_BYTES) -> None:
        self._empty = empty
        self._most = most
        self.weight = 0

    def keep(self, table: Table, row: object, shown: tuple[Any, ...]) -> tuple[Any, ...]:
        """Keep what this row shows, and return it after the row; objects as they are written."""
        told = [_written(one) for one in shown]
        weight = _ENTRY + _IN_MEMORY * len(msgspec.json.encode(row))
        weight += sum(len(bytes(one)) for one in told if type(one) is msgspec.Raw)
        if self.weight + weight > self._most:
            self._empty()
            self.weight = 0
        self.weight += weight
        kept = table[id(row)] = (row, *told)
        return kept


def _written(one: object) -> object:
    return msgspec.Raw(msgspec.json.encode(one)) if isinstance(one, View | list) else one


def is_worth_keeping(selection: Selection) -> bool:
    """Is enough of these objects worked out from frozen rows alone?"""
    model = getattr(selection.type.is_type_of, "model", None)
    if not (isinstance(model, type) and issubclass(model, msgspec.Struct)):
        return False
    config = model.__struct_config__
    return config.frozen and sum(map(_worth, filter(is_steady, selection.fields))) >= WORTH


def is_steady(field: Field) -> bool:
    """Does a frozen row always show the same here?"""
    source = field.source
    if source.kind is Kind.CALL and (source.info is not None or field.definition.args):
        return False
    return source.is_inline and _is_plain(field.place)


def _is_plain(place: Place) -> bool:
    if place.shape is Shape.ABSTRACT:
        return False
    of_items = place.item is None or _is_plain(place.item)
    return of_items and all(
        is_steady(field) for one in place.selections.values() for field in one.fields
    )


def _worth(field: Field) -> int:
    if field.place.shape is not Shape.LEAF:
        return _OF_OBJECT
    return int(field.source.kind is Kind.CALL)
