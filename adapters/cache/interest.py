"""Who still waits for a flight: where nobody does any more, what it asks is called off."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, TypeVar

from adapters.servicetitan.errors import NobodyWaits

T = TypeVar("T")


class Interest:
    """Those who wait for one flight; one that nobody ever waited for goes on (GD-20).

    Somebody may wait several times over, by as many tasks. Once the last has left it is lost for
    good: whoever asks the same later begins a flight of their own.
    """

    def __init__(self) -> None:
        self._waiting: Counter[Hashable] = Counter()
        self._told: dict[Callable[[], object], None] = {}
        self.is_lost = False

    def enter(self, who: Hashable) -> None:
        """Wait for it."""
        self._waiting[who] += 1

    def leave(self, who: Hashable) -> None:
        """Wait for it once less."""
        if self._waiting[who] > 1:
            self._waiting[who] -= 1
        else:
            self.end(who)

    def waits(self, who: Hashable) -> bool:
        """Does this one wait for it?"""
        return who in self._waiting

    def end(self, who: Hashable) -> None:
        """Wait for it no more, however often one did; who does not wait is not heard."""
        if who in self._waiting:
            del self._waiting[who]
            if not self._waiting:
                self.is_lost = True
                for tell in tuple(self._told):
                    tell()

    async def carry(self, work: Coroutine[Any, Any, T]) -> T:
        """Do this work for as long as somebody waits; raises NobodyWaits where it was called off.

        Who is cancelled here takes the work along.
        """
        if self.is_lost:
            work.close()
            raise NobodyWaits
        task = asyncio.ensure_future(work)
        self._told[task.cancel] = None
        try:
            return await task
        except asyncio.CancelledError:
            if self._called_off():
                raise NobodyWaits from None
            raise
        finally:
            del self._told[task.cancel]

    def _called_off(self) -> bool:
        """Was the work cancelled because nobody waits, and not whoever does it?"""
        ours = asyncio.current_task()
        return self.is_lost and ours is not None and not ours.cancelling()
