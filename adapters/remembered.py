"""Values remembered up to a weight in all: what was asked for longest ago makes room."""

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Remembers as much as weighs `most` together."""

    def __init__(self, most: int) -> None:
        self.weight = 0
        self._most = most
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def __len__(self) -> int:
        """How many are remembered?"""
        return len(self._kept)

    def find(self, key: K) -> V | None:
        """Return what is remembered under this key, None if nothing is."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def keep(self, key: K, value: V, weight: int) -> None:
        """Remember a value, unless it alone is too heavy; it takes the place of another."""
        self.forget(key)
        if weight > self._most:
            return
        self._kept[key] = value, weight
        self.weight += weight
        while self.weight > self._most:
            self.weight -= self._kept.popitem(last=False)[1][1]

    def forget(self, key: K) -> None:
        """Remember nothing under this key."""
        found = self._kept.pop(key, None)
        if found is not None:
            self.weight -= found[1]
