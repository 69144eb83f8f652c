"""What is put away and found again: rows with their lives, and what a fill carries to its store."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from adapters.cache.ages import NOBODY_SECONDS, Life
from adapters.cache.generations import Key
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Resource

M = TypeVar("M", bound=Model)
Rows = tuple[M, ...]


class Held(msgspec.Struct, frozen=True, gc=False):
    """A row as memory holds it; `weight` is about how many bytes it takes."""

    row: Any
    life: Life
    weight: float = 0.0


class Listed(msgspec.Struct, frozen=True, gc=False):
    """A question's candidates as memory holds them; `weight` as for rows."""

    ids: tuple[int, ...]
    life: Life
    weight: float = 0.0


Entry = Held | Listed
"""What memory holds under one key: a row under its own, or a question's candidates."""


class Found(NamedTuple):
    """The rows that answer a question, as remembered, and how long all of them may be believed."""

    rows: tuple[Any, ...]
    life: Life


@dataclass(frozen=True, slots=True)
class Began:
    """Where the stores stood when a fill began.

    `number` is the resource's counter, `session` the memory's, `at` the moment on the process's
    clock; `epoch` and `moment` (milliseconds) are Redis's own, and `token` opens the leases that
    were taken for it.
    """

    number: int
    session: int
    at: float
    epoch: bytes = b""
    moment: int = 0
    token: str = ""


@dataclass(frozen=True, slots=True)
class Fill(Generic[M]):
    """Rows, and that they are the whole answers to these questions.

    `asked` are all values of the call, answered or not: it was made for them.
    """

    resource: Resource[M]
    by: str
    answers: tuple[tuple[int, Rows[M]], ...]
    life: Life
    asked: tuple[int, ...] = ()

    def rows(self) -> dict[int, M]:
        """Return every row of it, by its id."""
        id_of = self.resource.id_of
        return {id_of(row): row for _, rows in self.answers for row in rows}

    def lists(self) -> Iterable[tuple[int, tuple[int, ...], Life]]:
        """Return each question's candidates, and how long they are believed.

        By id a row is its own answer, and only that there is none needs to be put away.
        """
        id_of = self.resource.id_of
        if self.by != "id":
            return [(v, tuple(id_of(row) for row in rows), self.life) for v, rows in self.answers]
        nobody = self.life.at_most(self.life.born + NOBODY_SECONDS)
        return [(value, (), nobody) for value, rows in self.answers if not rows]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What of a resource is forgotten: records, the questions they answer, or every question."""

    resource: str
    ids: tuple[int, ...] = ()
    questions: tuple[tuple[str, int], ...] = ()
    every_question: bool = False

    def keys(self) -> list[Key]:
        """Return the key of each record and of each question that is named."""
        records: list[Key] = [row_key(self.resource, of) for of in self.ids]
        return records + [list_key(self.resource, by, value) for by, value in self.questions]


@dataclass(frozen=True, slots=True)
class Far:
    """What stores beyond this process's memory told of some questions.

    `found` are remembered there. Of the others, `led` are this caller's to ask; the rest somebody
    else is asking now. `began` is None where nothing that is asked now may be put away.
    """

    began: Began | None
    led: frozenset[int]
    found: dict[int, Found] = field(default_factory=dict)


def row_key(resource: str, of: int) -> Key:
    """Return the key of a record."""
    return resource, of


def list_key(resource: str, by: str, value: int) -> Key:
    """Return the key of a question's candidates."""
    return resource, by, value


def projected(resource: Resource[M], rows: Rows[Any]) -> Rows[M]:
    """Return what a resource that is made of another makes of that one's rows."""
    if resource.project is None:
        return rows
    made = (resource.project(row) for row in rows)
    return tuple(row for row in made if row is not None)
