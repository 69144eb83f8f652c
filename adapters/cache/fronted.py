"""This process's memory in front of Redis, which all workers share."""

import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import structlog

from adapters.cache.ages import Life
from adapters.cache.counts import Counts
from adapters.cache.fills import (
    Began,
    Entry,
    Far,
    Fill,
    Forgotten,
    Found,
    Held,
    list_key,
    row_key,
)
from adapters.cache.generations import Key, Storing
from adapters.cache.glance import Glance
from adapters.cache.memory import Memory
from adapters.cache.shared import Away, Looked, Part, Shared
from adapters.cache.shelf import MOST_BYTES, Ids, written
from adapters.cache.subscription import Subscription
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Resource

M = TypeVar("M", bound=Model)

_log = structlog.get_logger("cache")
_told = msgspec.json.Decoder(Forgotten)


class Fronted:
    """Reads from memory while everything is heard that others forget, else from Redis.

    Without Redis nothing is remembered, and every question goes upstream: reads fail open. What
    is forgotten is forgotten everywhere, or the caller is told that it is not.
    """

    def __init__(
        self, shared: Shared, memory: Memory, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.memory = memory
        self.shared = shared
        self.subscription = Subscription(
            shared.client, shared.names.channel, self._hear, memory.drop
        )
        self._clock = clock
        self._epoch: bytes | None = None

    @property
    def counts(self) -> Counts:
        """What Redis was used for."""
        return self.shared.counts

    async def near(self, resource: Resource[M], by: str, values: Sequence[int]) -> dict[int, Found]:
        """Return the questions that this process remembers whole, where it may be believed."""
        self.subscription.start()
        if not self.subscription.is_trusted():
            return {}
        return await self.memory.answers(resource, by, values)

    async def near_by_id(self, resource: Resource[M], ids: Sequence[int]) -> dict[int, Held]:
        """Return the rows that this process remembers, where it may be believed."""
        self.subscription.start()
        if not self.subscription.is_trusted():
            return {}
        return await self.memory.by_id(resource, ids)

    def entries(self, keys: Iterable[Key]) -> list[Entry | None]:
        """Return what this process remembers under each of these keys, where it may be believed."""
        self.subscription.start()
        told = self.memory.entries(keys)
        return told if self.subscription.is_trusted() else [None] * len(told)

    def writes(self) -> int | None:
        """Return what is another number once an entry may be another; None: none may be told."""
        self.subscription.start()
        return self.memory.writes() if self.subscription.is_trusted() else None

    def floor(self, resource: str) -> int:
        """Return the number below which no question of this resource is answered."""
        return self.memory.floor(resource)

    async def far(self, resource: Resource[M], by: str, values: Sequence[int], token: str) -> Far:
        """Return what Redis remembers, and take what nobody is asking for."""
        self.subscription.start()
        try:
            return await self._far(resource, by, values, token)
        except Away:
            return Far(None, frozenset(values))

    async def _far(self, resource: Resource[M], by: str, values: Sequence[int], token: str) -> Far:
        names, name = self.shared.names, resource.name
        places = [names.question(name, by, value) for value in values]
        places += [names.row(name, of) for of in values] if by == "id" else []
        leases = [names.lease(name, by, value) for value in values] if token else []
        began, looked = await self._begin(name, places, leases, token)
        glance = Glance(names, resource, looked, self._clock())
        lists = glance.lists(by, values, looked.values[: len(values)])
        ids = list(dict.fromkeys(of for told in lists.values() for of in told.ids))
        raws = looked.values[len(values) :]
        if by != "id":
            raws = await self.shared.read([names.row(name, of) for of in ids]) if ids else []
        rows = glance.rows(list(values) if by == "id" else ids, raws)
        await self.memory.adopt(name, glance.parts, began)
        if glance.spoiled:
            await self._empty(name, glance.spoiled)
        taken = (value for value, is_ours in zip(values, looked.taken, strict=False) if is_ours)
        return Far(began, frozenset(taken), glance.answers(by, lists, rows))

    async def _empty(self, resource: str, places: Sequence[str]) -> None:
        self.counts.spoiled += len(places)
        _log.error("redis holds what cannot be believed", resource=resource, values=len(places))
        await self.shared.delete(places)

    async def begin(self, resource: Resource[Any]) -> Began | None:
        """Tell where Redis and memory stand."""
        self.subscription.start()
        try:
            return (await self._begin(resource.name, (), (), ""))[0]
        except Away:
            return None

    async def _begin(
        self, resource: str, places: Sequence[str], leases: Sequence[str], token: str
    ) -> tuple[Began, Looked]:
        session, at = self.memory.session, self._clock()
        looked = await self.shared.look(resource, places, leases, token)
        if self._meet(looked.epoch):
            session = self.memory.session
        began = Began(looked.number, session, at, looked.epoch, looked.moment, token)
        return began, looked

    async def keep(self, fill: Fill[M], began: Began) -> None:
        """Put away what was not forgotten since: in Redis, and here what Redis took."""
        name, names = fill.resource.name, self.shared.names
        rows, questions = self._parts(fill, began)
        parts = {**rows, **questions}
        leases = [names.lease(name, fill.by, value) for value in fill.asked] if began.token else []
        told: Mapping[Key, Storing] | None = None
        try:
            outcome = await self.shared.keep(name, began, list(parts.values()), len(rows), leases)
        except Away:
            outcome = []
        if outcome is None:
            self.memory.drop()
            self._epoch = None
            return
        if outcome:
            told = {key: Storing(of) for key, of in zip(parts, outcome, strict=True)}
        kept = await self.memory.keep(fill, began, told)
        self.counts.refused += kept[Storing.REFUSED]

    def _parts(self, fill: Fill[Any], began: Began) -> tuple[dict[Key, Part], dict[Key, Part]]:
        """Write each part of a fill; one that is too big is left out."""
        names, name = self.shared.names, fill.resource.name
        tenant, model = names.tenant, fill.resource.model
        rows: dict[Key, Part] = {}
        for of, row in fill.rows().items():
            raw = written(model, (tenant, name, str(of)), row, fill.life, began)
            place, mark = names.row(name, of), names.row_mark(name, of)
            rows[row_key(name, of)] = Part(place, mark, raw, _ttl(fill.life))
        questions: dict[Key, Part] = {}
        for value, ids, life in fill.lists():
            asked = (tenant, name, f"{fill.by}:{value}")
            raw = written(Ids, asked, ids, life, began)
            key = list_key(name, fill.by, value)
            questions[key] = Part(
                names.question(name, fill.by, value),
                names.question_mark(name, fill.by, value),
                raw,
                _ttl(life),
            )
        return self._fitting(rows), self._fitting(questions)

    def _fitting(self, parts: Mapping[Key, Part]) -> dict[Key, Part]:
        fitting = {key: part for key, part in parts.items() if len(part.raw) < MOST_BYTES}
        self.counts.oversize += len(parts) - len(fitting)
        return fitting

    async def give_up(
        self, resource: Resource[Any], by: str, values: Sequence[int], token: str
    ) -> None:
        """Let others ask for these; where Redis is away the leases end by themselves."""
        leases = [self.shared.names.lease(resource.name, by, value) for value in values]
        try:
            await self.shared.give_up(leases, token)
        except Away:
            return

    async def forget(self, what: Forgotten) -> None:
        """Forget in Redis, here, and in every worker within a second. Raises CacheUnavailable."""
        try:
            epoch, number = await self.shared.forget(what)
        except BaseException:
            self.memory.drop()  # here it is forgotten in any case
            raise
        self._meet(epoch)
        await self.memory.forget(what, number)

    async def _hear(self, told: bytes) -> None:
        epoch, number, what = told.split(b" ", 2)
        self._meet(epoch)
        await self.memory.forget(_told.decode(what), int(number))

    def _meet(self, epoch: bytes) -> bool:
        """Forget everything where Redis began anew; tell whether it did."""
        is_another = self._epoch is not None and epoch != self._epoch
        if is_another:
            _log.warning("redis began anew")
            self.memory.drop()
        self._epoch = epoch
        return is_another

    def moves(self, resource: str | None) -> Hashable:
        """Return what is another once something of this resource, or of any, was forgotten since.

        Where that cannot be heard, it is another every second.
        """
        moved = self.memory.moves(resource)
        return moved if self.subscription.is_trusted() else (moved, int(self._clock()))

    async def aclose(self) -> None:
        """Stop listening and close the connections."""
        await self.subscription.aclose()
        await self.shared.aclose()


def _ttl(life: Life) -> int:
    """Return for how many ms Redis keeps what has this life."""
    return max(1, round((life.fail_until - life.born) * 1000))
