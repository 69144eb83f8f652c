"""Everything the sandbox holds, as it was seeded and as it was changed since."""

from collections.abc import Iterable, Mapping

from adapters.sandbox.clock import now
from adapters.sandbox.collection import Collection
from adapters.sandbox.collections import COLLECTIONS
from adapters.sandbox.rows import Raw, Row, filled, last_change, merged
from adapters.sandbox.table import Table

Seed = Mapping[str, tuple[Row, ...]]


def planted(homes: Mapping[str, Iterable[Raw]]) -> Seed:
    """Return the seeded rows in the order they were last changed.

    They are whole but for what their list does not show; what else one lacks, it lacks on
    purpose, as rows older than their model do (facts.md g8).
    """
    seed: dict[str, tuple[Row, ...]] = {}
    sequence = 0
    for name, collection in COLLECTIONS.items():
        hidden = {known: collection.defaults[known] for known in collection.unlisted}
        rows = sorted((hidden | raw for raw in homes.get(name, ())), key=last_change)
        seed[name] = tuple(Row(data, sequence + count) for count, data in enumerate(rows, 1))
        sequence += len(rows)
    return seed


def _with_whole_parts(collection: Collection, row: Raw, moment: str) -> Raw:
    """Return the row with the parts of its lists made complete."""
    whole = {
        name: [filled(part, element, moment) if isinstance(part, dict) else part for part in parts]
        for name, element in collection.elements.items()
        if isinstance(parts := row.get(name), list)
    }
    return row | whole


class Store:
    """The tables, and the one order in which their rows change."""

    def __init__(self, seed: Seed) -> None:
        self.tables = {
            name: Table(collection, seed[name]) for name, collection in COLLECTIONS.items()
        }
        self._sequence = sum(len(rows) for rows in seed.values())

    def row(self, collection: str, number: int) -> Raw | None:
        """Return a raw row; None when there is none with this id."""
        known = self.tables[collection].rows.get(number)
        return known.data if known else None

    def related(self, collection: str, path: str, number: int) -> list[Raw]:
        """Return the rows of a collection with this id in the column."""
        table = self.tables[collection]
        return [table.rows[found].data for found in table.holding(path, (number,))]

    def put(self, collection: str, number: int, patch: Mapping[str, object]) -> Raw:
        """Create or merge a row and move its `modifiedOn`, unless the patch sets it."""
        table = self.tables[collection]
        moment = now()
        known = table.rows.get(number)
        patch = {"modifiedOn": moment, **patch, "id": number}
        row = (
            merged(known.data, patch) if known else filled(patch, table.collection.defaults, moment)
        )
        row = _with_whole_parts(table.collection, row, moment)
        table.place(Row(row, self._next()))
        return row

    def remove(self, collection: str, number: int) -> Raw | None:
        """Make a row inactive, as ServiceTitan does; None when there is none with this id."""
        known = self.row(collection, number)
        return None if known is None else self.put(collection, number, {"active": False})

    def new_id(self, collection: str) -> int:
        """Return an id that no row of the collection has."""
        return max(self.tables[collection].rows, default=0) + 1

    def reset(self) -> None:
        """Go back to the seed; followers of the feeds learn of every row this changes."""
        for table in self.tables.values():
            for row in list(table.rows.values()):
                seeded = table.seed.get(row.id)
                if seeded is None:
                    table.bury(Row(row.data | {"active": False}, self._next()))
                elif seeded.data is not row.data:
                    table.place(Row(seeded.data, self._next()))

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence
