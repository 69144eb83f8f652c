"""What an operation was told from memory, to ask later whether it would be told the same again."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import is_
from typing import Any, NamedTuple

from adapters.servicetitan.resource import Resource

_Rows = tuple[Any, ...]


class Reading(NamedTuple):
    """Questions of one kind, each with the very rows that answered it."""

    resource: Resource[Any]
    by: str
    answers: Mapping[int, _Rows]


@dataclass(slots=True)
class Readings:
    """What an operation was told, and what else it went by.

    `is_all`: went nothing into its answer but what stands here, and what it began with? `is_open`:
    may who begins now have its answer too, or did it read what nobody tells the changes of, or
    what must be read for each who asks? `until` is when it ends to be true by itself, None where it
    never does. `by_rights`: did it read what changes with the revision of rights alone?
    Where nobody wants to know of rows, `has_rows` is false, and none stand here.
    """

    is_all: bool = True
    is_open: bool = True
    until: datetime | None = None
    by_rights: bool = False
    has_rows: bool = True
    _told: defaultdict[tuple[Resource[Any], str], dict[int, _Rows]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def __iter__(self) -> Iterator[Reading]:
        """Tell what was read, the questions of each kind together."""
        return (Reading(resource, by, told) for (resource, by), told in self._told.items())

    def add(self, resource: Resource[Any], by: str, value: int, rows: _Rows) -> None:
        """Note what memory answered; another answer to the same question ends that it is all."""
        if not self.has_rows:
            return
        before = self._told[resource, by].setdefault(value, rows)
        if before is not rows and not are_same(before, rows):
            self.is_all = False

    def take_in(self, part: "Readings") -> None:
        """Note all that stands in these, of a part of the same operation."""
        self.is_all = self.is_all and part.is_all
        self.is_open = self.is_open and part.is_open
        self.by_rights = self.by_rights or part.by_rights
        if part.until is not None:
            self.ends(part.until)
        if self.has_rows:
            for resource, by, told in part:
                for value, rows in told.items():
                    self.add(resource, by, value, rows)

    def seal(self) -> None:
        """Note that something was read that stands nowhere here."""
        self.is_all = self.is_open = False

    def ends(self, at: datetime) -> None:
        """Note that the answer is another from this moment on."""
        self.until = at if self.until is None else min(self.until, at)


def are_same(rows: _Rows, others: _Rows) -> bool:
    """Are these the very same rows, in the same order? Alike ones are not."""
    return len(rows) == len(others) and all(map(is_, rows, others))
