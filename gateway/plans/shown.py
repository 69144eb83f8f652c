"""A plan as a person reads it: what goes out together in which round, and what costs nothing."""

from collections.abc import Callable, Iterator

from gateway.plans.plans import Plan
from gateway.plans.sources import Kind
from gateway.plans.tree import Field, Place, Selection, Shape

Asks = Callable[[str], str]
"""What a field, named `Type.field`, asks of whom; empty where that is nobody."""

_HOW = {Kind.ALL: "once for all", Kind.EACH: "for each by itself"}


def shown(plan: Plan, asks: Asks) -> str:
    """Return the plan's rounds, what it answers without waiting, and the source it is run by."""
    rounds: dict[int, list[str]] = {}
    free: dict[str, list[str]] = {}
    for number, place, field in _walked(plan.tree.root, 0, ""):
        if field.source.is_inline:
            free.setdefault(place or "the query", []).append(field.key)
        else:
            rounds.setdefault(number, []).append(_line(place, field, asks))
    lines = [f"{_many(len(plan.tree.fields), 'field')}, {_many(len(rounds), 'round')}"]
    for number, fields in sorted(rounds.items()):
        lines += ["", f"Round {number}, side by side:", *fields]
    lines += ["", "Without waiting for anybody:"]
    lines += [f"  {place}: {', '.join(keys)}" for place, keys in free.items()]
    return "\n".join([*lines, "", "The source:", "", plan.source.rstrip()])


def _line(place: str, field: Field, asks: Asks) -> str:
    asked = asks(field.title)
    told = f"asks {asked}" if asked else "asks nobody else"
    at = f"{place}.{field.key}".lstrip(".")
    return f"  {at}: {field.title}, {_HOW[field.source.kind]}, {told}"


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
