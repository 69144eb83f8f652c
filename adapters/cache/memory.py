"""What one process remembers: rows by id, questions by their candidates, nothing by who asked."""

import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from adapters.cache.ages import HOLD_SECONDS, Life
from adapters.cache.bounded import BoundedMemoryCache
from adapters.cache.fills import (
    Began,
    Entry,
    Fill,
    Forgotten,
    Found,
    Held,
    Listed,
    list_key,
    row_key,
)
from adapters.cache.generations import Generations, Key, Storing
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Resource, unsaid

M = TypeVar("M", bound=Model)

MEGABYTES = 256.0
"""How much one process remembers, about."""

_SAMPLE = 16
_IN_MEMORY = 3.0
_SPINE = 200.0
_LISTED = 40.0


class Memory:
    """Rows and lists of ids, believed by their ages and by what was forgotten (decisions 6 to 8).

    A question is answered from both, or not at all: a row that is gone makes it unknown, and a row
    that no longer answers it falls out. No method waits for anything: between its lines nobody else
    reads or writes.
    """

    def __init__(
        self, megabytes: float = MEGABYTES, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.session = 0
        self.generations = Generations(clock)
        self.store = BoundedMemoryCache(megabytes * 1e6, lambda entry: entry.weight)
        self._clock = clock
        self._moves: Counter[str | None] = Counter()

    async def by_id(self, resource: Resource[M], ids: Sequence[int]) -> dict[int, Held]:
        """Return the rows that are remembered, of those named, however old."""
        name = resource.name
        held = await self.store.multi_get([(name, of) for of in ids])
        return {of: row for of, row in zip(ids, held, strict=True) if row is not None}

    async def answers(
        self, resource: Resource[M], by: str, values: Sequence[int]
    ) -> dict[int, Found]:
        """Return the rows of each question that is remembered whole, however old."""
        if by == "id":
            return await self._by_id(resource, values)
        lists = await self._lists(resource, by, values)
        if not lists:
            return {}
        ids = dict.fromkeys(of for told in lists.values() for of in told.ids)
        rows = await self.by_id(resource, list(ids)) if ids else {}
        answers = resource.keys[by].answers
        found = ((value, gathered(value, lists[value], rows, answers)) for value in lists)
        return {value: answer for value, answer in found if answer is not None}

    async def _by_id(self, resource: Resource[M], ids: Sequence[int]) -> dict[int, Found]:
        rows = await self.by_id(resource, ids)
        found = {of: Found((held.row,), held.life) for of, held in rows.items()}
        if len(found) < len(ids):
            rest = [of for of in ids if of not in found]
            nobody = await self._lists(resource, "id", rest)
            found |= {of: Found((), none.life) for of, none in nobody.items()}
        return found

    async def _lists(
        self, resource: Resource[M], by: str, values: Sequence[int]
    ) -> dict[int, Listed]:
        name = resource.name
        floor = self.generations.floor(name)
        found = await self.store.multi_get([(name, by, value) for value in values])
        return {
            value: told
            for value, told in zip(values, found, strict=True)
            if told is not None and told.life.number >= floor
        }

    def entries(self, keys: Iterable[Key]) -> list[Entry | None]:
        """Return what stands under each of these keys, however old."""
        return [*map(self.store.held.get, keys)]

    def writes(self) -> int:
        """Return what is another number whenever an entry may be another."""
        return self.store.held.writes

    def floor(self, resource: str) -> int:
        """Return the number below which no question of this resource is answered."""
        return self.generations.floor(resource)

    def began(self, resource: Resource[Any]) -> Began:
        """Tell where memory stands, for a fill that begins now."""
        number = self.generations.number(resource.name)
        return Began(number, self.session, self._clock())

    async def keep(
        self, fill: Fill[M], began: Began, told: Mapping[Key, Storing] | None = None
    ) -> Counter[Storing]:
        """Put away what was not forgotten since the fill began; count what became of its parts.

        `told` is what another store has made of its parts: what that refused is refused here.
        """
        name, life, rows = fill.resource.name, fill.life, fill.rows()
        weight = _weight_of(list(rows.values()))
        parts: dict[Key, Entry] = {
            row_key(name, of): Held(row, life, weight) for of, row in rows.items()
        }
        for value, ids, lasting in fill.lists():
            parts[list_key(name, fill.by, value)] = listed(ids, lasting)
        return await self.adopt(name, parts, began, told)

    async def adopt(
        self,
        resource: str,
        parts: Mapping[Key, Entry],
        began: Began,
        told: Mapping[Key, Storing] | None = None,
    ) -> Counter[Storing]:
        """Put away these parts, as `keep` does."""
        outcome: Counter[Storing] = Counter()
        if began.session != self.session:
            return outcome
        until = self._clock() + HOLD_SECONDS
        kept: list[tuple[Key, Entry]] = []
        for key, entry in parts.items():
            is_question = isinstance(entry, Listed)
            verdict = self.generations.judge(resource, key, began.number, is_question=is_question)
            if told is not None and verdict is not Storing.REFUSED:
                verdict = told.get(key, verdict)
            outcome[verdict] += 1
            if verdict is Storing.KEPT:
                kept.append((key, entry))
            elif verdict is Storing.HELD:
                short = entry.life.at_most(until)
                kept.append((key, msgspec.structs.replace(entry, life=short)))
        await self.store.multi_set(kept, ttl=None)
        return outcome

    async def forget(self, what: Forgotten, number: int) -> None:
        """Forget what is named, as the forgetting of this number: a later fill's may stay."""
        keys = what.keys()
        self.generations.mark(what.resource, number, keys, every_question=what.every_question)
        self._moves[what.resource] += 1
        self._moves[None] += 1
        for key, entry in zip(keys, await self.store.multi_get(keys), strict=True):
            if entry is not None and entry.life.number < number:
                await self.store.delete(key)

    def moves(self, resource: str | None) -> Hashable:
        """Return what is another whenever something of this resource, or of any, was forgotten."""
        return self.session, self._moves[resource]

    def drop(self) -> None:
        """Forget everything, and refuse all fills that have begun."""
        self.session += 1
        self.store.drop()
        self.generations.clear()


def gathered(
    value: int,
    asked: Listed,
    rows: dict[int, Held],
    answers: Callable[[Any], Any],
) -> Found | None:
    """Make a question's answer of its candidates, None where one of them is gone.

    Of rows that do not say what they answer every candidate does.
    """
    life = last = asked.life
    is_said = answers is not unsaid
    answer = []
    for of in asked.ids:
        held = rows.get(of)
        if held is None:
            return None
        if held.life is not last:
            last = held.life
            life = life.with_(last)
        row = held.row
        if not is_said or value in answers(row):
            answer.append(row)
    return Found(tuple(answer), life)


def _weight_of(rows: Sequence[object]) -> float:
    """Estimate how many bytes one of these rows takes in memory, from what a few take as JSON."""
    if not rows:
        return _SPINE
    sample = rows[:: max(1, len(rows) // _SAMPLE)]
    written = sum(len(msgspec.json.encode(row)) for row in sample)
    return weight_of(written / len(sample))


def weight_of(written: float) -> float:
    """Estimate how many bytes a row takes in memory that takes so many as JSON."""
    return _SPINE + _IN_MEMORY * written


def listed(ids: tuple[int, ...], life: Life) -> Listed:
    """Make an entry of a question's candidates."""
    return Listed(ids, life, _SPINE + _LISTED * len(ids))
