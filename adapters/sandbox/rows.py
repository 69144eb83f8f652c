"""A raw row, what it leaves out filled in, and its bytes kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from adapters.sandbox.clock import ticks

Raw = dict[str, object]

#: In a default: the moment at which the row is made.
NOW = object()


@dataclass(frozen=True, slots=True)
class Shape:
    """What one kind of answer shows of a row: all but some columns, and some only as null."""

    without: frozenset[str] = frozenset()
    blank: frozenset[str] = frozenset()

    def of(self, data: Raw) -> Raw:
        """Return what this kind of answer shows."""
        shown = {name: value for name, value in data.items() if name not in self.without}
        return shown | {name: None for name in self.blank if name in shown}


def nothing(*names: str) -> Raw:
    """Return these names, each null."""
    return dict.fromkeys(names)


def filled(given: Mapping[str, object], defaults: Mapping[str, object], now: str) -> Raw:
    """Return the row with its defaults for whatever it leaves out, at every depth."""
    row: Raw = {name: _either(given, name, value, now) for name, value in defaults.items()}
    return row | {name: value for name, value in given.items() if name not in defaults}


def _either(given: Mapping[str, object], name: str, default: object, now: str) -> object:
    if name not in given:
        return _fresh(default, now)
    value = given[name]
    both = isinstance(value, dict) and isinstance(default, dict)
    return filled(value, default, now) if both else value  # type: ignore[arg-type]  # both are dicts


def _fresh(default: object, now: str) -> object:
    if isinstance(default, dict):
        return {name: _fresh(value, now) for name, value in default.items()}
    if isinstance(default, list):
        return list(default)
    return now if default is NOW else default


def merged(old: Mapping[str, object], patch: Mapping[str, object]) -> Raw:
    """Return the old row with the patch over it; objects are merged, everything else replaced."""
    row: Raw = dict(old)
    for name, value in patch.items():
        before = row.get(name)
        both = isinstance(before, dict) and isinstance(value, dict)
        row[name] = merged(before, value) if both else value  # type: ignore[arg-type]  # as above
    return row


def column(path: str) -> Callable[[Raw], tuple[object, ...]]:
    """Return a reader of the values under a dotted path; lists on the way are walked through."""
    steps = path.split(".")

    def values(data: Raw) -> tuple[object, ...]:
        found: list[object] = [data]
        for step in steps:
            found = [part for thing in found for part in _under(thing, step)]
        return tuple(found)

    return values


def _under(thing: object, step: str) -> list[object]:
    value = thing.get(step) if isinstance(thing, dict) else None
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


class Row:
    """One version of one record; a change makes another, so versions can be shared."""

    __slots__ = ("_bytes", "_numbers", "active", "data", "id", "sequence")

    def __init__(self, data: Raw, sequence: int) -> None:
        self.data = data
        self.id = int(str(data["id"]))
        self.active = data.get("active") is not False
        self.sequence = sequence
        self._bytes: dict[Shape, bytes] = {}
        self._numbers: dict[str, tuple[int, ...]] = {}

    def encoded(self, shape: Shape) -> bytes:
        """Return the row as JSON in this shape; kept, as a page asks for a thousand."""
        known = self._bytes.get(shape)
        if known is None:
            known = self._bytes[shape] = msgspec.json.encode(shape.of(self.data))
        return known

    def numbers(self, path: str) -> tuple[int, ...]:
        """Return the ids in this column; kept, as every sandbox of the same day asks."""
        known = self._numbers.get(path)
        if known is None:
            found = column(path)(self.data)
            known = tuple(value for value in found if isinstance(value, int))
            self._numbers[path] = known
        return known

    def modified(self) -> int:
        """Return when the row was last changed, in ticks."""
        return last_change(self.data)


def last_change(data: Raw) -> int:
    """Return when the row was last changed, in ticks; 0 when it does not readably say."""
    try:
        return ticks(str(data.get("modifiedOn")))
    except ValueError:
        return 0
