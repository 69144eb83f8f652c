"""A plan as a person reads it: what goes out together in which round, and what costs nothing."""

from collections.abc import Callable, Iterator

import msgspec

from gateway.plans.plans import Plan
from gateway.plans.sources import Kind
from gateway.plans.tree import Field, Place, Selection, Shape

Asks = Callable[[str], str]
"""What a field, named `Type.field`, asks of whom; empty where that is nobody."""


class Waited(msgspec.Struct, frozen=True, rename="camel"):
    """A field that is waited for: where it stands, and whether it is asked once for all there."""

    at: str
    field: str
    for_all: bool
    asks: str


class Free(msgspec.Struct, frozen=True):
    """What is answered without waiting, of the objects at one place."""

    at: str
    keys: list[str]


class Shown(msgspec.Struct, frozen=True):
    """How many fields there are, which of them are waited for in which round, and which are free.

    A round begins once all before it are there.
    """

    fields: int
    rounds: list[list[Waited]]
    free: list[Free]


def shown(plan: Plan, asks: Asks) -> Shown:
    """Return what this plan asks, round by round, and what it answers without waiting."""
    rounds: dict[int, list[Waited]] = {}
    free: dict[str, list[str]] = {}
    for number, place, field in _walked(plan.tree.root, 0, ""):
        if field.source.is_inline:
            free.setdefault(place or "the query", []).append(field.key)
        else:
            at, for_all = f"{place}.{field.key}".lstrip("."), field.source.kind is Kind.ALL
            told = Waited(at, field.title, for_all, asks(field.title))
            rounds.setdefault(number, []).append(told)
    in_order = [fields for _, fields in sorted(rounds.items())]
    return Shown(len(plan.tree.fields), in_order, [Free(*one) for one in free.items()])


def written(told: Shown, source: str) -> str:
    """Return the same as text, with the source that the plan is run by."""
    lines = [f"{_many(told.fields, 'field')}, {_many(len(told.rounds), 'round')}"]
    for number, fields in enumerate(told.rounds, 1):
        lines += ["", f"Round {number}, side by side:", *map(_line, fields)]
    lines += ["", "Without waiting for anybody:"]
    lines += [f"  {one.at}: {', '.join(one.keys)}" for one in told.free]
    return "\n".join([*lines, "", "The source:", "", source.rstrip()])


def _line(one: Waited) -> str:
    how = "once for all" if one.for_all else "for each by itself"
    told = f"asks {one.asks}" if one.asks else "asks nobody else"
    return f"  {one.at}: {one.field}, {how}, {told}"


def _walked(selection: Selection, number: int, place: str) -> Iterator[tuple[int, str, Field]]:
    """Give each field with its round and where its object stands, those of an object first."""
    below = [(number + (not one.source.is_inline), one) for one in selection.fields]
    for at, field in below:
        yield at, place, field
    for at, field in below:
        for inner, name in _inner(field.place, f"{place}.{field.key}".lstrip(".")):
            yield from _walked(inner, at, name)


def _inner(place: Place, name: str) -> Iterator[tuple[Selection, str]]:
    """Give what is asked of the objects that may stand here, with how that place is called."""
    if place.item is not None:
        yield from _inner(place.item, f"{name}[]")
    for of, selection in place.selections.items():
        yield selection, f"{name} ({of})" if place.shape is Shape.ABSTRACT else name


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
