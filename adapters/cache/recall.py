"""Whether memory would tell again what it told before: what an answer was made of still stands."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import is_
from typing import Any, NamedTuple, cast

from adapters.cache.ages import Life
from adapters.cache.counts import Counts
from adapters.cache.fills import Entry, Found, Held, Listed, list_key, row_key
from adapters.cache.generations import Key
from adapters.cache.memory import gathered
from adapters.cache.readings import Reading, Readings, are_same
from adapters.cache.store import Store

_NEVER = float("inf")


@dataclass(slots=True)
class Proof:
    """That some readings stand: while memory holds these very entries under these keys.

    No question of a resource may be believed below its floor. Until the moment `surely` no entry is
    due; after it that goes by the chance of each of their `lives`. `born` is the sum of when the
    answers of each reading were born. `writes` is where memory stood when it last held these
    entries: there it need not be asked for each.
    """

    keys: Sequence[Key]
    entries: Sequence[Entry | None]
    floors: dict[str, int]
    surely: float
    lives: Sequence[Life]
    born: Sequence[tuple[str, int, float]]
    writes: int | None


class _Stood(NamedTuple):
    """What one answer was told from, and how long it may be believed."""

    keys: tuple[Key, ...]
    life: Life


class Recall:
    """Asks memory once more, and nobody else. `clock` and `chance` are as Records has them."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], float],
        chance: Callable[[], float],
        counts: Counts,
    ) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance
        self._counts = counts

    def moment(self) -> Hashable:
        """Return what is another once anything was forgotten since."""
        return self._store.moves(None)

    def holds(self, proof: Proof) -> bool:
        """Does memory hold all of it still, and is none of it due? Who tells it counts it."""
        return not self.is_due(proof) and self.has(proof)

    def has(self, proof: Proof) -> bool:
        """Does memory hold all of it still, due or not?"""
        if not self._are_there(proof):
            return False
        floor = self._store.floor
        for name, number in proof.floors.items():  # noqa: SIM110  # a generator takes longer
            if floor(name) != number:
                return False
        return True

    def is_due(self, proof: Proof) -> bool:
        """Should whoever reads it now have some of it read again? Rarely, while it is fresh."""
        now = self._clock()
        return now >= proof.surely and any(life.is_due(now, self._chance) for life in proof.lives)

    def count(self, proof: Proof) -> None:
        """Count everything that was proven as answered."""
        self._count(proof, self._clock())

    def _are_there(self, proof: Proof) -> bool:
        writes = self._store.writes()
        if writes is None or writes != proof.writes:
            if not all(map(is_, self._store.entries(proof.keys), proof.entries)):
                return False
            proof.writes = writes
        return True

    def proves(self, readings: Readings) -> Proof | None:
        """Would memory answer all of these with the very same rows, each of them still fresh?

        Then they count as answered. Else nothing is counted: who reads now has it read again.
        """
        now = self._clock()
        stood: list[_Stood] = []
        born: list[tuple[str, int, float]] = []
        for reading in readings:
            told = [self._stood(reading, *of) for of in reading.answers.items()]
            sure = [of for of in told if of is not None and not of.life.is_due(now, self._chance)]
            if len(sure) < len(told):
                return None
            stood += sure
            born.append((reading.resource.name, len(sure), sum(of.life.born for of in sure)))
        keys = list(dict.fromkeys(chain.from_iterable(of.keys for of in stood)))
        surely = min((of.life.surely_until for of in stood), default=_NEVER)
        floors = {name: self._store.floor(name) for name, _, _ in born}
        lives = tuple(dict.fromkeys(of.life for of in stood))
        entries, writes = self._store.entries(keys), self._store.writes()
        proof = Proof(keys, entries, floors, surely, lives, born, writes)
        self._count(proof, now)
        return proof

    def _count(self, proof: Proof, now: float) -> None:
        for name, count, born in proof.born:
            self._counts.answer(name, count, now * count - born)

    def _stood(self, reading: Reading, value: int, rows: tuple[Any, ...]) -> _Stood | None:
        """What was this answer told from? None where another would be told now."""
        look = self._by_id if reading.by == "id" else self._by_list
        keys, found = look(reading, value)
        return _Stood(keys, found.life) if found and are_same(found.rows, rows) else None

    def _by_id(self, reading: Reading, value: int) -> tuple[tuple[Key, ...], Found | None]:
        key = row_key(reading.resource.name, value)
        (held,) = cast("list[Held | None]", self._store.entries([key]))
        if held is not None:
            return (key,), Found((held.row,), held.life)
        asked, nobody = self._listed(reading, value)
        return (key, asked), None if nobody is None else Found((), nobody.life)

    def _by_list(self, reading: Reading, value: int) -> tuple[tuple[Key, ...], Found | None]:
        asked, listed = self._listed(reading, value)
        if listed is None:
            return (), None
        resource = reading.resource
        keys = [row_key(resource.name, of) for of in listed.ids]
        held = cast("list[Held | None]", self._store.entries(keys))
        rows = {of: row for of, row in zip(listed.ids, held, strict=True) if row is not None}
        answers = resource.keys[reading.by].answers
        return (asked, *keys), gathered(value, listed, rows, answers)

    def _listed(self, reading: Reading, value: int) -> tuple[Key, Listed | None]:
        name = reading.resource.name
        key = list_key(name, reading.by, value)
        (listed,) = cast("list[Listed | None]", self._store.entries([key]))
        is_believed = listed is not None and listed.life.number >= self._store.floor(name)
        return key, listed if is_believed else None
