"""What a list can be asked for: each query parameter, how it is read, and what it keeps."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from adapters.sandbox.clock import ticks
from adapters.sandbox.problems import invalid, refused
from adapters.sandbox.reading import MOST_IDS, identifiers, number, truth
from adapters.sandbox.rows import Raw, column


class Related(Protocol):
    """The other records, for filters that reach through a relation."""

    def related(self, collection: str, path: str, number: int) -> Iterable[Raw]:
        """Return the rows of a collection with this id in the column."""
        ...


#: A row's values under a filter.
Values = Callable[[Raw, Related], tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Filter:
    """One query parameter of a list.

    `read` turns its text into what is wanted (ValueError with a sentence when it cannot),
    `values` takes the compared values from a row, `keeps` compares one of them.
    `path` names the column when it holds ids, so that an index can answer.
    `beside` is a second parameter, with its default, whose text is read before this one's.
    """

    name: str
    read: Callable[[str], Any]
    values: Values
    keeps: Callable[[Any, Any], bool]
    path: str | None = None
    beside: tuple[str, str] | None = None

    def wanted(self, query: Mapping[str, str]) -> Any:  # noqa: ANN401  # a type of each filter's own
        """Return what the query asks for, or refuse it by the parameter's name."""
        text = query[self.name]
        before = f"{query.get(*self.beside)} " if self.beside else ""
        try:
            return self.read(before + text)
        except (ValueError, InvalidOperation):
            raise invalid(self.name, f"The value '{text}' is not valid.") from None

    def matches(self, data: Raw, others: Related, wanted: object) -> bool:
        """Does any of the row's values answer what is wanted? One that is garbled does not."""
        try:
            return any(self.keeps(value, wanted) for value in self.values(data, others))
        except (TypeError, ValueError, InvalidOperation):
            return False


def at(path: str) -> Values:
    """Return the values that the row itself has under a dotted path."""
    read = column(path)
    return lambda data, _others: read(data)


def through(collection: str, path: str, shown: str) -> Values:
    """Return a column of the records that name this row in `path`."""
    read = column(shown)

    def values(data: Raw, others: Related) -> tuple[object, ...]:
        rows = others.related(collection, path, _id_under(data, "id"))
        return tuple(value for row in rows for value in read(row))

    return values


def joined(path: str, collection: str, shown: str) -> Values:
    """Return a column of the record that this row names in `path`."""
    read = column(shown)

    def values(data: Raw, others: Related) -> tuple[object, ...]:
        rows = others.related(collection, "id", _id_under(data, path))
        return tuple(value for row in rows for value in read(row))

    return values


def _id_under(data: Raw, name: str) -> int:
    value = data.get(name)
    return value if isinstance(value, int) else 0


def one(name: str, path: str) -> Filter:
    """Keep rows with this id in the column."""
    return Filter(name, lambda text: frozenset((number(text),)), at(path), _among, path)


def many(name: str, path: str, most: int | None = None) -> Filter:
    """Keep rows with any of these comma-separated ids in the column."""
    return Filter(name, lambda text: identifiers(name, text, most), at(path), _among, path)


def among(name: str, values: Values) -> Filter:
    """Keep rows related to any of these comma-separated ids."""
    return Filter(name, lambda text: identifiers(name, text, None), values, _among)


def word(name: str, source: str | Values) -> Filter:
    """Keep rows whose column is this text, in whatever case."""
    values = at(source) if isinstance(source, str) else source
    return Filter(name, str.casefold, values, _same)


def part(name: str, path: str) -> Filter:
    """Keep rows whose column contains this text, in whatever case."""
    return Filter(name, str.casefold, at(path), _inside)


def choice(name: str, source: str | Values, *allowed: str) -> Filter:
    """Keep rows whose column is this enum value; case-tolerant, as seen (facts.md g15)."""
    values = at(source) if isinstance(source, str) else source
    return Filter(name, lambda text: _chosen(text, allowed), values, _chosen_among)


def since(name: str, source: str | Values) -> Filter:
    """Keep rows whose moment is at or after this one."""
    values = at(source) if isinstance(source, str) else source
    return Filter(name, ticks, values, lambda value, wanted: ticks(str(value)) >= wanted)


def before(name: str, source: str | Values) -> Filter:
    """Keep rows whose moment is before this one."""
    values = at(source) if isinstance(source, str) else source
    return Filter(name, ticks, values, lambda value, wanted: ticks(str(value)) < wanted)


def at_least(name: str, source: str | Values) -> Filter:
    """Keep rows with this amount or more ("greater than or equal", whatever its name says)."""
    values = at(source) if isinstance(source, str) else source
    return Filter(name, Decimal, values, lambda value, wanted: Decimal(str(value)) >= wanted)


def at_most(name: str, source: str | Values) -> Filter:
    """Keep rows with this amount or less."""
    values = at(source) if isinstance(source, str) else source
    return Filter(name, Decimal, values, lambda value, wanted: Decimal(str(value)) <= wanted)


def flag(name: str, source: str | Values) -> Filter:
    """Keep rows whose boolean is this one."""
    values = at(source) if isinstance(source, str) else source
    return Filter(name, truth, values, lambda value, wanted: value is wanted)


def beyond(*names: str) -> tuple[Filter, ...]:
    """Return published filters that the sandbox does not have: 501, rather than ignoring them."""
    return tuple(Filter(name, _refuse(name), at("id"), _same) for name in names)


def _refuse(name: str) -> Callable[[str], object]:
    def read(_text: str) -> object:
        raise refused(501, f"The sandbox does not filter by {name}")

    return read


def _among(value: object, wanted: frozenset[int]) -> bool:
    return value in wanted


def _same(value: object, wanted: str) -> bool:
    return str(value).casefold() == wanted


def _inside(value: object, wanted: str) -> bool:
    return wanted in str(value).casefold()


def _chosen(text: str, allowed: tuple[str, ...]) -> frozenset[str]:
    wanted = frozenset(word.strip().casefold() for word in text.split(","))
    if not wanted <= {known.casefold() for known in allowed}:
        raise ValueError(text)
    return wanted


def _chosen_among(value: object, wanted: frozenset[str]) -> bool:
    return str(value).casefold() in wanted


#: The four filters by moment that nearly every list has.
CHANGES = (
    since("createdOnOrAfter", "createdOn"),
    before("createdBefore", "createdOn"),
    since("modifiedOnOrAfter", "modifiedOn"),
    before("modifiedBefore", "modifiedOn"),
)

IDS = many("ids", "id", MOST_IDS)
