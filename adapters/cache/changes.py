"""A record changed: what is remembered of it is forgotten, in an order that loses nothing."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

import structlog

from adapters.cache.errors import CacheUnavailable
from adapters.cache.fills import Forgotten
from adapters.cache.seeking import Intent, Seeker
from adapters.cache.store import Store
from adapters.ending import ended
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.resource import Resource

AGAIN_SECONDS = 5.0
"""After how long it is done once more: by then ServiceTitan's servers tell the same."""

Question = tuple[str, int]
"""(by, value): every row whose `by` is this value."""

SLOT_SECONDS = 0.5
"""What changes within this time is done once more together."""

_Slot = tuple[Resource[Any], int]

_log = structlog.get_logger("cache")


@dataclass(slots=True)
class _Due:
    """What is to be forgotten once more, and which rows are to be read again as well."""

    ids: dict[int, None] = field(default_factory=dict)
    questions: dict[Question, None] = field(default_factory=dict)
    every_question: bool = False
    read: dict[int, None] = field(default_factory=dict)

    def forgotten(self, resource: Resource[Any]) -> Forgotten:
        """Name all that is to be forgotten."""
        named = _records(resource, list(self.ids))
        questions = (*named.questions, *self.questions)
        return replace(named, questions=questions, every_question=self.every_question)


class Changes:
    """Applies changes to a store (decision 7).

    The row is forgotten, read again, and then every question that its present keys name: what it
    leaves falls out by itself, what it may enter has to be asked again. A row that does not say
    what it answers may enter any question of its kind.
    """

    def __init__(self, store: Store, seeker: Seeker) -> None:
        self._store = store
        self._seeker = seeker
        self._due: dict[_Slot, _Due] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def forget(
        self,
        resource: Resource[Any],
        ids: Sequence[int],
        questions: Sequence[Question] = (),
        *,
        every_question: bool = False,
    ) -> None:
        """Forget these rows and questions, now and once more. Raises `CacheUnavailable`."""
        every_question = every_question or not resource.is_proven
        named = _records(resource, ids)
        what = replace(
            named, questions=(*named.questions, *questions), every_question=every_question
        )
        await self._store.forget(what)
        due = self._due_again(resource)
        due.ids.update(dict.fromkeys(ids))
        due.questions.update(dict.fromkeys(questions))
        due.every_question |= every_question

    async def changed(self, resource: Resource[Any], ids: Sequence[int]) -> Sequence[Any]:
        """Apply a change to these rows, now and once more; return those that could be read.

        Raises `CacheUnavailable`.
        """
        rows = await self._apply(resource, ids)
        self._due_again(resource).read.update(dict.fromkeys(ids))
        return rows

    async def _apply(self, resource: Resource[Any], ids: Sequence[int]) -> Sequence[Any]:
        await self._store.forget(_records(resource, ids))
        if "id" not in resource.keys:
            await self._store.forget(Forgotten(resource.name, every_question=True))
            return ()
        told = await self._seeker.seek(resource, "id", list(ids), Intent.ANEW, Priority.WEBHOOK)
        answers = [landed.rows for landed in told.values()]
        rows = [row for of in answers if not isinstance(of, UpstreamError) for row in of]
        named = tuple(dict.fromkeys(questions_of(resource, rows)))
        failed = any(isinstance(of, UpstreamError) for of in answers)
        every_question = failed or not resource.is_proven
        if named or every_question:
            what = Forgotten(resource.name, questions=named, every_question=every_question)
            await self._store.forget(what)
        return rows

    def _due_again(self, resource: Resource[Any]) -> _Due:
        """Return what is done once more with whatever else changes within this half second."""
        loop = asyncio.get_running_loop()
        slot = (resource, ceil(loop.time() / SLOT_SECONDS))
        if slot not in self._due:
            self._due[slot] = _Due()
            task = loop.create_task(self._later(slot))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return self._due[slot]

    async def _later(self, slot: _Slot) -> None:
        resource, end = slot
        left = end * SLOT_SECONDS - asyncio.get_running_loop().time()
        await asyncio.sleep(left + AGAIN_SECONDS)
        due = self._due.pop(slot)
        try:
            if due.ids or due.questions or due.every_question:
                await self._store.forget(due.forgotten(resource))
            if due.read:
                await self._apply(resource, list(due.read))
        except CacheUnavailable:
            _log.warning("not forgotten once more", resource=resource.name)

    async def aclose(self) -> None:
        """Leave out what would have been done once more: the ages end it."""
        await ended(self._tasks)


def _records(resource: Resource[Any], ids: Sequence[int]) -> Forgotten:
    """Name these records, and that there are none of these ids."""
    by_id = tuple(("id", of) for of in ids) if "id" in resource.keys else ()
    return Forgotten(resource.name, ids=tuple(ids), questions=by_id)


def questions_of(resource: Resource[Any], rows: Iterable[Any]) -> Iterable[Question]:
    """Every question that these rows answer, but for those by their ids.

    They may be others than the resource's own, where they tell the same keys by the same names.
    """
    for row in rows:
        for by, key in resource.keys.items():
            if by != "id" and key.is_proven:
                yield from ((by, value) for value in key.answers(row))
