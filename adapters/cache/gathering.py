"""Ids that different requests ask for within moments of each other, in one call."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from adapters.cache.interest import Interest
from adapters.cache.usage import Usage
from adapters.ending import ended
from adapters.servicetitan.client import Answer
from adapters.servicetitan.errors import NobodyWaits, UpstreamBusy, UpstreamError
from adapters.servicetitan.model import Model
from adapters.servicetitan.places import Place
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.resource import Resource

M = TypeVar("M", bound=Model)

WINDOW_SECONDS = 0.003
"""For how long at most a question waits for others that could travel with it."""

_Kind = tuple[Resource[Any], str, Priority]


class Upstream(Protocol):
    """Whoever answers questions that memory cannot: the ServiceTitan client."""

    async def ask(
        self,
        resource: Resource[M],
        by: str,
        values: Sequence[int],
        priority: Priority = Priority.PEOPLE,
        place: Place | None = None,
    ) -> Answer[M]:
        """Answer one question for each value."""

    async def admit(self, place: Place, subject: str) -> UpstreamBusy | None:
        """May this operation ask? Gives what to tell it where it may not."""

    def leave(self, place: Place) -> None:
        """Take in that an operation is over."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a call answered, and what it cost: shared by all who travelled, told to the first."""

    answer: Answer[Any]
    cost: Usage


@dataclass(slots=True, eq=False)
class _Party:
    """Those who travel together, at the place of whoever of them came first."""

    told: asyncio.Future[Told]
    departs: asyncio.Handle | None = None
    values: dict[int, None] = field(default_factory=dict)
    place: Place | None = None
    aboard: int = 0
    travelling: asyncio.Task[None] | None = None

    def board(self, values: Sequence[int], place: Place | None) -> None:
        """Take these along."""
        self.values.update(dict.fromkeys(values))
        if self.place is None or (place is not None and place.order < self.place.order):
            self.place = place


class Gathering:
    """Comma lists filled up across requests.

    Who asks while no call of its kind is under way leaves at once: a reader alone waits for nobody.
    Who asks while one is waits up to `window` seconds for others, or until a list is full.
    """

    def __init__(self, upstream: Upstream, window: float = WINDOW_SECONDS) -> None:
        self._upstream = upstream
        self._window = window
        self._waiting: dict[_Kind, _Party] = {}
        self._under_way: Counter[_Kind] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(
        self,
        resource: Resource[M],
        by: str,
        values: Sequence[int],
        priority: Priority,
        place: Place | None = None,
        interest: Interest | None = None,
    ) -> Told:
        """Answer one question for each value, and perhaps others: a failure is in its answer.

        Nothing is asked for an operation that is told to come again, or is over. Where `interest`
        is lost the answer is NobodyWaits; the call is called off once all who travel have left.
        """
        asking = self._ask(resource, by, values, priority, place)
        try:
            return await (asking if interest is None else interest.carry(asking))
        except NobodyWaits as nobody:
            return Told(Answer(dict.fromkeys(values, nobody), 0), Usage())

    async def _ask(
        self,
        resource: Resource[M],
        by: str,
        values: Sequence[int],
        priority: Priority,
        place: Place | None,
    ) -> Told:
        refusal = None if place is None else await self._refusal(place, resource.name)
        if refusal is not None:
            return Told(Answer(dict.fromkeys(values, refusal), 0), Usage())
        block = resource.keys[by].block
        if block == 1 or len(values) >= block:
            answer = await self._upstream.ask(resource, by, values, priority, place)
            return Told(answer, Usage(answer.calls))
        kind = (resource, by, priority)
        party = self._party(kind, len(values), block)
        party.board(values, place)
        if len(party.values) >= block:
            self._depart(kind, party)
        party.aboard += 1
        try:
            return await asyncio.shield(party.told)
        finally:
            party.aboard -= 1
            if not party.aboard and not party.told.done():
                self._call_off(kind, party)

    async def _refusal(self, place: Place, subject: str) -> UpstreamError | None:
        return NobodyWaits() if place.is_over else await self._upstream.admit(place, subject)

    def leave(self, place: Place) -> None:
        """Take in that an operation is over."""
        self._upstream.leave(place)

    def _party(self, kind: _Kind, more: int, block: int) -> _Party:
        """Find those whom so many more can join, or begin anew."""
        waiting = self._waiting.get(kind)
        if waiting is not None:
            if len(waiting.values) + more <= block:
                return waiting
            self._depart(kind, waiting)
        loop = asyncio.get_running_loop()
        party = self._waiting[kind] = _Party(loop.create_future())
        if self._under_way[kind]:
            party.departs = loop.call_later(self._window, self._depart, kind, party)
        else:
            party.departs = loop.call_soon(self._depart, kind, party)
        return party

    def _depart(self, kind: _Kind, party: _Party) -> None:
        if self._waiting.get(kind) is not party:
            return  # it was full, and has left before its time
        del self._waiting[kind]
        if party.departs is not None:
            party.departs.cancel()
        self._under_way[kind] += 1
        party.travelling = task = asyncio.get_running_loop().create_task(self._travel(kind, party))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _call_off(self, kind: _Kind, party: _Party) -> None:
        """Nobody waits any more: do not leave or, on the way, turn back."""
        if self._waiting.get(kind) is party:
            self._stay(kind, party)
        elif party.travelling is not None:
            party.travelling.cancel()

    def _stay(self, kind: _Kind, party: _Party) -> None:
        del self._waiting[kind]
        if party.departs is not None:
            party.departs.cancel()
        party.told.cancel()

    async def _travel(self, kind: _Kind, party: _Party) -> None:
        resource, by, priority = kind
        try:
            asked = list(party.values)
            answer = await self._upstream.ask(resource, by, asked, priority, party.place)
        except asyncio.CancelledError:
            party.told.cancel()
            raise
        except Exception as error:  # noqa: BLE001  # told to those aboard, whatever it is
            party.told.set_exception(error)
            party.told.add_done_callback(lambda told: told.exception())
        else:
            party.told.set_result(Told(answer, Usage(answer.calls)))
        finally:
            self._under_way[kind] -= 1
            if not self._under_way[kind]:
                del self._under_way[kind]

    async def aclose(self) -> None:
        """End the calls that are still under way, and those that have not left."""
        for kind, party in tuple(self._waiting.items()):
            self._stay(kind, party)
        await ended(self._tasks)
