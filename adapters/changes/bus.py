"""Who changed what, told within this process after it was applied, to those it may concern."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.servicetitan.resource import Resource

MOST_UNHEARD = 256
"""How many changed records wait for a listener who is slow."""


@dataclass(frozen=True, slots=True)
class Change:
    """This record is another than before; `at` is when that was applied here.

    `customers` and `locations` are those that it is of now, as far as that is known.
    """

    resource: Resource[Any]
    id: int
    at: datetime
    customers: tuple[int, ...] = field(default=(), compare=False)
    locations: tuple[int, ...] = field(default=(), compare=False)

    @property
    def record(self) -> tuple[str, int]:
        """Which record it is, by its resource's name and its id."""
        return self.resource.name, self.id


@dataclass(frozen=True, slots=True)
class Gap:
    """Changes were lost: whatever the listener shows is to be read again.

    `lost` is how many, 0 where nobody knows.
    """

    lost: int


@dataclass(frozen=True, slots=True)
class Interest:
    """What a listener wants to hear of: records of these, by owner or by name; or everything.

    `kinds` are names of resources, None for every kind.
    """

    customers: frozenset[int] = frozenset()
    locations: frozenset[int] = frozenset()
    records: frozenset[tuple[str, int]] = frozenset()
    everything: bool = False
    kinds: frozenset[str] | None = None

    def names(self) -> Iterator[Hashable]:
        """Under what is a listener found that has this interest?"""
        if self.everything:
            yield _EVERYTHING
        yield from (("of customer", of) for of in self.customers)
        yield from (("of location", of) for of in self.locations)
        yield from self.records


EVERYTHING = Interest(everything=True)
_EVERYTHING: Hashable = "everything"


@dataclass(eq=False)
class Listener:
    """What one subscriber has not heard yet: each record once, and how many were lost."""

    interest: Interest
    _most: int
    _unheard: dict[tuple[str, int], Change] = field(default_factory=dict)
    _lost: int | None = None
    _told: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, change: Change) -> None:
        """Have it hear this, in place of the oldest where it is too slow."""
        kinds = self.interest.kinds
        if kinds is not None and change.resource.name not in kinds:
            return
        self._unheard.pop(change.record, None)
        if len(self._unheard) == self._most:
            del self._unheard[next(iter(self._unheard))]
            self._lost = (self._lost or 0) + 1
        self._unheard[change.record] = change
        self._told.set()

    def tell_again(self, changes: Iterable[Change]) -> None:
        """Have it hear these once more, but for those that changed again since."""
        for change in changes:
            if change.record not in self._unheard:
                self.tell(change)

    def miss(self) -> None:
        """Have it hear that something was lost that nobody can name."""
        self._lost = self._lost or 0
        self._told.set()

    async def next(self) -> Change | Gap:
        """Wait for the next change; a gap is told before what came after it."""
        while not self._unheard and self._lost is None:
            self._told.clear()
            await self._told.wait()
        if self._lost is not None:
            lost, self._lost = self._lost, None
            return Gap(lost)
        return self._take()

    def more(self, most: int) -> list[Change]:
        """Return what else is there to hear now, up to the next gap."""
        if self._lost is not None:
            return []
        return [self._take() for _ in range(min(most, len(self._unheard)))]

    def _take(self) -> Change:
        return self._unheard.pop(next(iter(self._unheard)))


class Changes:
    """Tells the subscribers of this process; nobody waits for any of them.

    A change costs as much as there are listeners it may concern, not as many as there are.
    """

    def __init__(self, most_unheard: int = MOST_UNHEARD) -> None:
        self._most = most_unheard
        self._listeners: set[Listener] = set()
        self._by_key: defaultdict[Hashable, set[Listener]] = defaultdict(set)
        self._onward: Callable[[Sequence[Change]], None] = _nowhere

    def onward(self, tell: Callable[[Sequence[Change]], None]) -> None:
        """Have this called as well with whatever is published here; it must not wait."""
        self._onward = tell

    def publish(self, changes: Iterable[Change]) -> None:
        """Tell these to all who listen now, here and in every other worker."""
        told = tuple(changes)
        self.publish_here(told)
        self._onward(told)

    def publish_here(self, changes: Iterable[Change]) -> None:
        """Tell these to all who listen now in this process."""
        if self._listeners:
            for change in changes:
                for listener in self._concerned(change):
                    listener.tell(change)

    def miss(self) -> None:
        """Tell everybody here that changes may have been lost."""
        for listener in self._listeners:
            listener.miss()

    @contextmanager
    def subscribe(self, interest: Interest = EVERYTHING) -> Iterator[Listener]:
        """Listen for as long as the block lasts."""
        listener = Listener(interest, self._most)
        self._listeners.add(listener)
        self._enter(listener)
        try:
            yield listener
        finally:
            self._leave(listener)
            self._listeners.discard(listener)

    def turn(self, listener: Listener, interest: Interest) -> None:
        """Have it hear of this from now on."""
        if interest != listener.interest:
            self._leave(listener)
            listener.interest = interest
            self._enter(listener)

    def __len__(self) -> int:
        """How many listen?"""
        return len(self._listeners)

    def _concerned(self, change: Change) -> set[Listener]:
        keys = (
            _EVERYTHING,
            change.record,
            *(("of customer", of) for of in change.customers),
            *(("of location", of) for of in change.locations),
        )
        found: set[Listener] = set()
        for key in keys:
            found |= self._by_key.get(key, _NOBODY)
        return found

    def _enter(self, listener: Listener) -> None:
        for key in listener.interest.names():
            self._by_key[key].add(listener)

    def _leave(self, listener: Listener) -> None:
        for key in listener.interest.names():
            self._by_key[key].discard(listener)
            if not self._by_key[key]:
                del self._by_key[key]


_NOBODY: frozenset[Listener] = frozenset()


def _nowhere(_changes: Sequence[Change]) -> None:
    """Tell nobody else: this process is the only one."""
