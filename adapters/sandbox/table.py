"""The rows of one collection, found by id, by the ids they hold, or in the order they changed."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from operator import attrgetter

from adapters.sandbox.collection import Collection
from adapters.sandbox.rows import Row

Index = defaultdict[object, set[int]]


class Table:
    """One collection's rows; a change replaces the row and moves it to the end of the log."""

    def __init__(self, collection: Collection, seed: Iterable[Row]) -> None:
        self.collection = collection
        self.seed = {row.id: row for row in seed}
        self.rows = dict(self.seed)
        self._gone: dict[int, Row] = {}
        self._log = list(self.seed.values())
        self._indexes: dict[str, Index] = {}

    def place(self, row: Row) -> None:
        """Put a row in, in place of the one with its id."""
        self._unindex(self.rows.get(row.id))
        self._gone.pop(row.id, None)
        self.rows[row.id] = row
        self._log.append(row)
        for path, index in self._indexes.items():
            _add(index, path, row)

    def bury(self, row: Row) -> None:
        """Take a row out of every list; its last version is still seen by those who follow."""
        self._unindex(self.rows.pop(row.id, None))
        self._gone[row.id] = row
        self._log.append(row)

    def holding(self, path: str, numbers: Iterable[int]) -> set[int]:
        """Return the ids of rows with any of these ids in the column."""
        if path == "id":
            return {number for number in numbers if number in self.rows}
        index = self._index(path)
        return {found for number in numbers for found in index.get(number, ())}

    def in_order(self, ids: Iterable[int] | None = None) -> list[Row]:
        """Return these rows, or all, by id."""
        return [self.rows[number] for number in sorted(self.rows if ids is None else ids)]

    def changed_after(self, sequence: int) -> Iterator[Row]:
        """Yield the present version of each row changed since then, in the order of change."""
        start = bisect_right(self._log, sequence, key=attrgetter("sequence"))
        for row in self._log[start:]:
            if self.rows.get(row.id, self._gone.get(row.id)) is row:
                yield row

    def _index(self, path: str) -> Index:
        """Return what holds which id in this column; made when it is first asked for."""
        index = self._indexes.get(path)
        if index is None:
            index = self._indexes[path] = defaultdict(set)
            for row in self.rows.values():
                _add(index, path, row)
        return index

    def _unindex(self, row: Row | None) -> None:
        if row is not None:
            for path, index in self._indexes.items():
                for value in row.numbers(path):
                    index[value].discard(row.id)


def _add(index: Index, path: str, row: Row) -> None:
    for value in row.numbers(path):
        index[value].add(row.id)
