"""Questions about many parents that are asked beside one another, answered by one call."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from adapters.found_once import found_once
from resolvers.at_once import at_once

P = TypeVar("P")
R = TypeVar("R")
Answers = list[R | BaseException]
Load = Callable[[Sequence[P]], Awaitable[Sequence[R | BaseException]]]
Edge = Callable[..., Awaitable[Sequence[R | Exception]]]


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
            found = each_one(lot.parents, await self._load(lot.parents))
        except Exception as error:  # noqa: BLE001  # it is everybody's
            found = [error] * len(lot.parents)
        except BaseException:
            lot.answered.cancel()
            raise
        lot.answered.set_result(found)


def each_one(parents: Sequence[P], found: Sequence[R | BaseException]) -> Answers[R]:
    """Return these answers; raises RuntimeError where some parent has none."""
    if len(found) != len(parents):
        raise RuntimeError(f"{len(found)} answers for {len(parents)} parents")
    return list(found)


class Edges:
    """A context, as edges are asked by: `edge(parents, context)` answers all parents together."""

    async def each(self, edge: Edge[R], parent: P, **arguments: object) -> R:
        """Answer one parent's edge, asked for together with that of every parent beside it."""
        (found,) = await self._beside(edge, arguments).of([parent])
        if isinstance(found, BaseException):
            raise found
        return found

    async def every(
        self, edge: Edge[R], parents: Sequence[P], **arguments: object
    ) -> list[R | BaseException]:
        """Answer the edge of all these parents: at once, or with every parent asked about beside.

        An Exception that is raised is every parent's.
        """

        async def now() -> list[R | BaseException]:
            return each_one(parents, await edge(parents, self, **arguments))

        return await at_once(now, lambda: self._beside(edge, arguments).of(parents))

    def forget_edges(self) -> None:
        """Ask all of them anew from here on."""
        self._edges.clear()

    def _beside(self, edge: Edge[R], arguments: Mapping[str, object]) -> Beside[Any, R]:
        key = (edge, tuple(arguments.items()))
        beside = self._edges.get(key)
        if beside is None:

            async def load(parents: Sequence[Any]) -> Sequence[R | BaseException]:
                return await edge(parents, self, **arguments)

            beside = self._edges[key] = Beside(load)
        return beside

    @found_once
    def _edges(self) -> dict[Any, Beside[Any, Any]]:
        return {}


class _Lot(Generic[P, R]):
    """Parents asked about together, and their answers once they are there."""

    def __init__(self) -> None:
        self.parents: list[P] = []
        self.answered: asyncio.Future[Answers[R]] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None
