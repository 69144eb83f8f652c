"""A change applied: what is remembered of it is forgotten, then who listens is told."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol, TypeVar

from adapters.cache.changes import Question, questions_of
from adapters.changes.bus import Change, Changes
from adapters.changes.names import Name
from adapters.changes.owners import Owners, owners_of
from adapters.changes.sources import Source
from adapters.servicetitan.catalog import RESOURCES
from adapters.servicetitan.client import FeedPage
from adapters.servicetitan.resource import Resource
from adapters.servicetitan.together import together

T = TypeVar("T")

AT_ONCE = 200
"""How many rows are forgotten in one go: others have their turn in between."""

_BY_NAME = {resource.name: resource for resource in RESOURCES}
_MOST = 2**63 - 1


class Remembering(Protocol):
    """What holds rows that may be another by now: the cache. Both raise `CacheUnavailable`."""

    async def forget(
        self,
        resource: Resource[Any],
        ids: Sequence[int],
        questions: Sequence[Question] = (),
        *,
        every_question: bool = False,
    ) -> None:
        """Forget these records, and the answers to these questions."""

    async def changed(self, resource: Resource[Any], ids: Sequence[int]) -> Sequence[Any]:
        """Forget these records, read them again, forget the questions they now answer.

        Returns the rows that could be read.
        """

    async def remembered(self, resource: Resource[Any], ids: Sequence[int]) -> Mapping[int, Any]:
        """Return the rows of these that are remembered; nobody is asked for them."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Applier:
    """Applies changes in the order of decision 7; to apply one twice does no harm.

    An event tells an id alone, so its record is read again. A row of a feed tells the keys that
    the record has now, and that is the reading: nothing is asked for it, however many there are.
    """

    remembered: Remembering
    changes: Changes
    now: Callable[[], datetime] = _now

    async def events(self, names: Iterable[Name]) -> None:
        """Apply what events name; raises `CacheUnavailable`."""
        ids: defaultdict[str, set[int]] = defaultdict(set)
        questions: defaultdict[str, set[Question]] = defaultdict(set)
        for name in names:
            if name.by == "id":
                ids[name.resource].add(name.value)
            else:
                questions[name.resource].add((name.by, name.value))
        await together(
            [
                *(self._questions(_BY_NAME[of], sorted(asked)) for of, asked in questions.items()),
                *(self._read_again(_BY_NAME[of], sorted(named)) for of, named in ids.items()),
            ]
        )

    async def page(self, source: Source, page: FeedPage[Any]) -> None:
        """Apply what a page of a feed tells; raises `CacheUnavailable`.

        Of rows that cannot be read nobody knows which questions they answer now, nor always which
        record they are: every question of their kind is asked again.
        """
        resource = source.resource
        for some in _cut(page.rows, AT_ONCE):
            ids = [row.id for row in some]
            await self.remembered.forget(resource, ids, _distinct(questions_of(resource, some)))
            self._publish(resource, {row.id: owners_of(resource, row) for row in some})
            await self._partners(source, some)
            await self._placed(source)
            await asyncio.sleep(0)
        if page.unreadable:
            ids = [of for of in page.closed if 0 < of <= _MOST]
            owners = await self._owners(resource, ids)
            await self.remembered.forget(resource, ids, every_question=True)
            await self._placed(source)
            self._publish(resource, owners)

    async def lost(self, source: Source) -> None:
        """Ask every question of this kind again, for changes of it may never be told."""
        await self.remembered.forget(source.resource, (), every_question=True)
        await self._placed(source)

    async def _placed(self, source: Source) -> None:
        if source.placed is not None:
            await self.remembered.forget(source.placed, (), every_question=True)

    async def _partners(self, source: Source, rows: Sequence[Any]) -> None:
        if source.partner is None:
            return
        ids = _distinct(of for row in rows for of in source.partners(row))
        if ids:
            owners = await self._owners(source.partner, ids)
            for row in rows:
                told = owners_of(source.resource, row)
                owners |= {of: told for of in source.partners(row) if not any(owners[of])}
            await self.remembered.forget(source.partner, ids)
            self._publish(source.partner, owners)

    async def _read_again(self, resource: Resource[Any], ids: Sequence[int]) -> None:
        rows = await self.remembered.changed(resource, ids)
        unread: dict[int, Owners] = dict.fromkeys(ids, Owners())
        self._publish(resource, unread | {row.id: owners_of(resource, row) for row in rows})

    async def _owners(self, resource: Resource[Any], ids: Sequence[int]) -> dict[int, Owners]:
        """Whose are these, by what is remembered of them? It is asked before they are forgotten."""
        rows = await self.remembered.remembered(resource, ids) if ids else {}
        return {of: owners_of(resource, rows[of]) if of in rows else Owners() for of in ids}

    async def _questions(self, resource: Resource[Any], questions: Sequence[Question]) -> None:
        await self.remembered.forget(resource, (), questions)

    def _publish(self, resource: Resource[Any], changed: Mapping[int, Owners]) -> None:
        at = self.now()
        self.changes.publish(Change(resource, of, at, *own) for of, own in changed.items())


def _distinct(values: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(values))


def _cut(values: Iterable[T], most: int) -> Iterator[list[T]]:
    rest = iter(values)
    while some := list(islice(rest, most)):
        yield some
