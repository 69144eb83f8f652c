"""Whether memory would tell again what it told before: what an answer was made of still stands."""

from collections.abc import Callable, Hashable

from adapters.cache.counts import Counts
from adapters.cache.readings import Reading, Readings, are_same
from adapters.cache.store import Store


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

    async def tells_still(self, readings: Readings) -> bool:
        """Would memory answer all of these with the very same rows, each of them still fresh?

        Then they count as answered. Else nothing is counted: who reads now has it read again.
        """
        told = [(reading, await self._born(reading)) for reading in readings]
        ages = [(reading, born) for reading, born in told if born is not None]
        if len(ages) < len(told):
            return False
        now = self._clock()
        for reading, born in ages:
            count = len(reading.answers)
            self._counts.answer(reading.resource.name, count, now * count - born)
        return True

    async def _born(self, reading: Reading) -> float | None:
        """Return the sum of when these answers were born; None where one is another, or is due."""
        near = await self._store.near(reading.resource, reading.by, list(reading.answers))
        now, born = self._clock(), 0.0
        for value, rows in reading.answers.items():
            found = near.get(value)
            if found is None or found.life.is_due(now, self._chance):
                return None
            if not are_same(found.rows, rows):
                return None
            born += found.life.born
        return born
