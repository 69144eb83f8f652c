"""A page of a feed taken into the directory: all of it, with its mark, or nothing."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.directory.marks import Mark, begin_again, move_mark
from adapters.directory.shelves import Kept, Shelf
from adapters.ledger.rights import raise_revision
from adapters.ledger.tables import DIRECTORY_UNSEEN
from adapters.ledger.upserts import upsert
from adapters.servicetitan.client import FeedPage

T = TypeVar("T")

_VALUES = 5000


@dataclass(frozen=True, slots=True)
class Turn:
    """A page that was read at this mark; `anew` where it was read from the feed's beginning."""

    shelf: Shelf
    before: Mark
    page: FeedPage[Any]
    anew: bool
    at: datetime

    @property
    def sweeps(self) -> bool:
        """Is the feed being read from its beginning, with what it tells not of to be removed?"""
        return self.anew or self.before.sweeps

    @property
    def is_idle(self) -> bool:
        """Does the page tell nothing, and leave everything where it was?"""
        moved = self.page.continue_from != self.before.continue_from
        return not (moved or self.page.rows or self.page.closed or self.sweeps)


async def take(turn: Turn, connection: AsyncConnection) -> None:
    """Take the page in; the revision of rights is raised where it changed anything."""
    shelf = turn.shelf
    await move_mark(connection, shelf, turn.before.continue_from, turn.page.continue_from, turn.at)
    if turn.anew:
        await begin_again(connection, shelf)
    wanted = _wanted(turn)
    changed = await _put(connection, shelf, wanted)
    if turn.sweeps:
        await _seen(connection, shelf, wanted)
        if not turn.page.has_more:
            changed += await _sweep(connection, shelf)
    if changed:
        await raise_revision(connection)


def _wanted(turn: Turn) -> dict[int, Kept | None]:
    """What is to be kept of each record that the page tells of? None of what cannot be read."""
    wanted = {row.id: turn.shelf.kept(row) for row in turn.page.rows}
    return wanted | dict.fromkeys(turn.page.closed)


async def _put(connection: AsyncConnection, shelf: Shelf, wanted: dict[int, Kept | None]) -> int:
    """Write down what differs from what is known; return how many rows did."""
    known = await _known(connection, shelf, wanted)
    gone = [of for of, row in wanted.items() if row is None and of in known]
    new = [row for of, row in wanted.items() if row is not None and row != known.get(of)]
    await _remove(connection, shelf, gone)
    if new:
        names = [column.name for column in shelf.table.c]
        rows = [dict(zip(names, row, strict=True)) for row in new]
        await connection.execute(upsert(connection, shelf.table), rows)
    return len(gone) + len(new)


async def _known(
    connection: AsyncConnection, shelf: Shelf, ids: Collection[int]
) -> dict[int, Kept]:
    found: dict[int, Kept] = {}
    for some in _cut(ids):
        asked = select(shelf.table).where(*shelf.own, shelf.table.c.id.in_(some))
        found |= {row.id: tuple(row) for row in await connection.execute(asked)}
    return found


async def _remove(connection: AsyncConnection, shelf: Shelf, ids: Collection[int]) -> None:
    for some in _cut(ids):
        gone = delete(shelf.table).where(*shelf.own, shelf.table.c.id.in_(some))
        await connection.execute(gone)


async def _seen(connection: AsyncConnection, shelf: Shelf, ids: Collection[int]) -> None:
    unseen = DIRECTORY_UNSEEN.c
    for some in _cut(ids):
        told = delete(DIRECTORY_UNSEEN).where(unseen.feed == shelf.name, unseen.id.in_(some))
        await connection.execute(told)


async def _sweep(connection: AsyncConnection, shelf: Shelf) -> int:
    """Take away what the feed, read from its beginning to its end, did not tell of."""
    unseen = DIRECTORY_UNSEEN.c
    left = select(unseen.id).where(unseen.feed == shelf.name)
    swept = await connection.execute(
        delete(shelf.table).where(*shelf.own, shelf.table.c.id.in_(left))
    )
    await connection.execute(delete(DIRECTORY_UNSEEN).where(unseen.feed == shelf.name))
    return swept.rowcount


def _cut(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while some := list(islice(rest, _VALUES)):
        yield some
