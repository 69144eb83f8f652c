"""Questions about many parents that are asked beside one another, answered by one call."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

P = TypeVar("P")
R = TypeVar("R")
Answers = list[R | BaseException]
Load = Callable[[Sequence[P]], Awaitable[Sequence[R | BaseException]]]


class Beside(Generic[P, R]):
    """Asks `load` about all parents of one moment, and about none of them twice.

    Parents are told apart by where they lie in memory; they are kept, so that no other lies there.
    """

    def __init__(self, load: Load[P, R]) -> None:
        self._load = load
        self._places: dict[int, tuple[_Lot[P, R], int]] = {}
        self._open: _Lot[P, R] | None = None

    async def of(self, parents: Sequence[P]) -> list[R | BaseException]:
        """Return the answer, or what went wrong with it, for each of these."""
        places = [self._place(parent) for parent in parents]
        for lot in dict.fromkeys(lot for lot, _ in places):
            await asyncio.shield(lot.answered)
        return [lot.answered.result()[place] for lot, place in places]

    def _place(self, parent: P) -> "tuple[_Lot[P, R], int]":
        """Return where this one's answer will stand: in a lot that was asked, or the open one."""
        place = self._places.get(id(parent))
        if place is None:
            if self._open is None:
                self._open = _Lot()
                asyncio.get_running_loop().call_soon(self._go, self._open)
            place = self._places[id(parent)] = (self._open, len(self._open.parents))
            self._open.parents.append(parent)
        return place

    def _go(self, lot: "_Lot[P, R]") -> None:
        self._open = None
        lot.task = asyncio.ensure_future(self._answer(lot))

    async def _answer(self, lot: "_Lot[P, R]") -> None:
        found: Answers[R]
        try:
            found = _each_one(lot, await self._load(lot.parents))
        except Exception as error:  # noqa: BLE001  # it is everybody's
            found = [error] * len(lot.parents)
        except BaseException:
            lot.answered.cancel()
            raise
        lot.answered.set_result(found)


def _each_one(lot: "_Lot[P, R]", found: Sequence[R | BaseException]) -> Answers[R]:
    """Return these answers; raises RuntimeError where some parent has none."""
    if len(found) != len(lot.parents):
        raise RuntimeError(f"{len(found)} answers for {len(lot.parents)} parents")
    return list(found)


class _Lot(Generic[P, R]):
    """Parents asked about together, and their answers once they are there."""

    def __init__(self) -> None:
        self.parents: list[P] = []
        self.answered: asyncio.Future[Answers[R]] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None
