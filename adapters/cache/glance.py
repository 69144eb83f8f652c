"""What Redis told, read with care: only what proves to be what was asked for is believed."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from adapters.cache.ages import Life
from adapters.cache.fills import Entry, Found, Held, Listed, list_key, row_key
from adapters.cache.generations import Key
from adapters.cache.memory import gathered, listed, weight_of
from adapters.cache.names import Names
from adapters.cache.shared import Looked
from adapters.cache.shelf import HELD, Ids, Shelved, Spoiled, life_of_shelved, read
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Resource

M = TypeVar("M", bound=Model)


class Glance(Generic[M]):
    """One look into Redis: `parts` are for memory to take over, `spoiled` places to be emptied.

    What stands in its hold is not for memory: it must go when it goes in Redis.
    """

    def __init__(self, names: Names, resource: Resource[M], looked: Looked, now: float) -> None:
        self.parts: dict[Key, Entry] = {}
        self.spoiled: list[str] = []
        self._names = names
        self._resource = resource
        self._looked = looked
        self._now = now

    def lists(
        self, by: str, values: Sequence[int], raws: Sequence[bytes | None]
    ) -> dict[int, Listed]:
        """Read the candidates of each question that has not been forgotten with all others."""
        name = self._resource.name
        found: dict[int, Listed] = {}
        for value, raw in zip(values, raws, strict=True):
            told = self._read(Ids, f"{by}:{value}", self._names.question(name, by, value), raw)
            if told is None or told.number < self._looked.floor:
                continue
            entry = found[value] = listed(told.body, self._life(told))
            self._take_over(list_key(name, by, value), entry, raw)
        return found

    def rows(self, ids: Sequence[int], raws: Sequence[bytes | None]) -> dict[int, Held]:
        """Read the rows that are there."""
        name, model = self._resource.name, self._resource.model
        found: dict[int, Held] = {}
        for of, raw in zip(ids, raws, strict=True):
            told = self._read(model, str(of), self._names.row(name, of), raw)
            if told is None or raw is None:
                continue
            if self._resource.id_of(told.body) != of:
                self.spoiled.append(self._names.row(name, of))
                continue
            entry = found[of] = Held(told.body, self._life(told), weight_of(len(raw)))
            self._take_over(row_key(name, of), entry, raw)
        return found

    def answers(
        self, by: str, lists: Mapping[int, Listed], rows: dict[int, Held]
    ) -> dict[int, Found]:
        """Make the answers of the questions that are there whole."""
        if by == "id":
            found = {of: Found((held.row,), held.life) for of, held in rows.items()}
            return {of: Found((), none.life) for of, none in lists.items()} | found
        answers = self._resource.keys[by].answers
        made = ((value, gathered(value, told, rows, answers)) for value, told in lists.items())
        return {value: answer for value, answer in made if answer is not None}

    def _read(self, kind: Any, key: str, place: str, raw: bytes | None) -> Shelved[Any] | None:  # noqa: ANN401  # a model, or a tuple of ids
        if raw is None:
            return None
        try:
            told: Shelved[Any] = read(kind, (self._names.tenant, self._resource.name, key), raw)
        except Spoiled:
            self.spoiled.append(place)
            return None
        return told if told.epoch.encode() == self._looked.epoch else None

    def _life(self, told: Shelved[Any]) -> Life:
        return life_of_shelved(told, self._looked.moment, self._now, self._looked.number)

    def _take_over(self, key: Key, entry: Entry, raw: bytes | None) -> None:
        if raw is not None and raw[:1] != HELD:
            self.parts[key] = entry
