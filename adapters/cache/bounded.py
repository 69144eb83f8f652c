"""aiocache's memory with a bound: as many bytes as it may hold, the oldest fills out first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from aiocache import SimpleMemoryCache

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bounded(OrderedDict[K, V]):
    """A mapping that drops what was written longest ago when it weighs more than `most`.

    What is used is read again as it ages, and so written again: what was written longest ago is
    what nobody reads, or what is about to be too old.
    `writes` is another number whenever anything in it may be another.
    """

    def __init__(self, most: float, weigh: Callable[[V], float]) -> None:
        super().__init__()
        self.most = most
        self.weight = 0.0
        self.dropped = 0
        self.writes = 0
        self._weigh = weigh

    def __setitem__(self, key: K, value: V) -> None:
        if key in self:
            del self[key]
        super().__setitem__(key, value)
        self.writes += 1
        self.weight += self._weigh(value)
        while self.weight > self.most and self:
            del self[next(iter(self))]
            self.dropped += 1

    def __delitem__(self, key: K) -> None:
        self.weight -= self._weigh(self[key])
        super().__delitem__(key)
        self.writes += 1

    def clear(self) -> None:
        """Take all out."""
        super().clear()
        self.weight = 0.0
        self.writes += 1

    def pop(self, key: K, default: Any = None) -> Any:  # noqa: ANN401  # as a mapping has it
        """Take one out, which the C code of the mapping does not tell `__delitem__`."""
        if key not in self:
            return default
        value = self[key]
        del self[key]
        return value


class BoundedMemoryCache(SimpleMemoryCache):  # type: ignore[misc]  # aiocache carries no types
    """aiocache's store in memory, over a bounded mapping, without timers.

    How old an entry may be stands in the entry: one timer a row would cost more than the row.
    """

    def __init__(self, most: float, weigh: Callable[[Any], float]) -> None:
        super().__init__(timeout=None)
        self.held: Bounded[Any, Any] = Bounded(most, weigh)
        self._cache = self.held

    async def multi_get(self, keys: list[Any]) -> list[Any]:
        """Return what stands under each key; aiocache's own writes every key into a log line."""
        get = self.held.get
        return [get(key) for key in keys]

    def drop(self) -> None:
        """Empty it."""
        self.held.clear()
