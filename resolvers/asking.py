"""The questions of one operation: each answered once, at once where memory can, else together."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any, TypeVar, cast

from strawberry.dataloader import DataLoader

from adapters.cache.readings import Readings, are_same
from adapters.cache.records import Records
from adapters.cache.usage import Usage
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Resource
from resolvers.at_once import about_to_wait

M = TypeVar("M", bound=Model)
R = TypeVar("R")

Ask = tuple[str, int]
"""By which key rows are asked for, and with which value."""
Answer = tuple[M, ...] | UpstreamError


class Asking:
    """Asks `records` for one operation, at the cost of its `usage`; it ends with the operation."""

    def __init__(self, records: Records, usage: Usage) -> None:
        self._records = records
        self._usage = usage
        self._told: defaultdict[Resource[Any], dict[Ask, tuple[Any, ...]]] = defaultdict(dict)
        self._under_way: set[tuple[Resource[Any], Ask]] = set()
        self._loaders: dict[tuple[Resource[Any], bool], DataLoader[Ask, Any]] = {}
        self._parts: list[Readings] = []

    async def answers(
        self, resource: Resource[M], asks: Sequence[Ask], *, anew: bool = False
    ) -> list[Answer[M]]:
        """Return the rows that answer each of these, or the UpstreamError it failed with.

        What was told once is told again: within an operation a question has one answer. With
        `anew` nothing remembered counts.
        """
        if self._parts:
            self._pour()
        told = {} if anew else await self._at_hand(resource, asks)
        wanted = [ask for ask in asks if ask not in told]
        if not wanted:
            return [told[ask] for ask in asks]
        about_to_wait()
        flown = dict(zip(wanted, await self._flown(resource, wanted, anew=anew), strict=True))
        if not anew:
            rows = ((ask, of) for ask, of in flown.items() if not isinstance(of, UpstreamError))
            self._told[resource].update(rows)
        return [flown[ask] if ask in flown else told[ask] for ask in asks]

    def takes(self, part: Readings) -> bool:
        """Was this operation told nothing else than a part of it was? Then it goes by that too."""
        if self._told or self._under_way:
            for resource, by, answers in part:
                told = self._told.get(resource, {})
                for value, rows in answers.items():
                    if (resource, (by, value)) in self._under_way:
                        return False
                    if not are_same(told.get((by, value), rows), rows):
                        return False
        self._parts.append(part)
        return True

    def _pour(self) -> None:
        """Take over what parts were told: it is looked at once something else is asked."""
        for resource, by, answers in (reading for part in self._parts for reading in part):
            told = self._told[resource]
            for value, rows in answers.items():
                told.setdefault((by, value), rows)
        self._parts.clear()

    def forget(self) -> None:
        """Ask anew from here on."""
        self._told.clear()
        self._parts.clear()
        self._under_way.clear()
        self._loaders.clear()

    async def _at_hand(
        self, resource: Resource[Any], asks: Sequence[Ask]
    ) -> dict[Ask, tuple[Any, ...]]:
        """Return what this operation was told before, and what memory tells it now."""
        told = self._told[resource]
        asked: defaultdict[str, list[int]] = defaultdict(list)
        for by, value in dict.fromkeys(asks):
            if (by, value) not in told and (resource, (by, value)) not in self._under_way:
                asked[by].append(value)
        for by, values in asked.items():
            found = await self._records.at_hand(resource, by, values, self._usage)
            told.update(((by, value), rows) for value, rows in found.items())
        return told

    async def _flown(
        self, resource: Resource[Any], asks: Sequence[Ask], *, anew: bool
    ) -> list[Answer[Any]]:
        """Ask for these together with all that is asked for beside them."""
        loader = self._loaders.get((resource, anew))
        if loader is None:
            batch = partial(self._batch, resource, anew)
            loader = self._loaders[resource, anew] = DataLoader(batch)
        if not anew:
            self._under_way.update((resource, ask) for ask in asks)
        flights = (asyncio.shield(_heard(cast("Any", loader.load(ask)))) for ask in asks)
        answers = await asyncio.gather(*flights, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, UpstreamError):
                raise answer
        return cast("list[Answer[Any]]", answers)

    async def _batch(
        self,
        resource: Resource[Any],
        anew: bool,  # noqa: FBT001  # bound once, by its name
        asks: list[Ask],
    ) -> list[Any]:
        """Answer one resource's questions of one tick, together for each key they are asked by."""
        values: defaultdict[str, list[int]] = defaultdict(list)
        for by, value in asks:
            values[by].append(value)
        answered = await asyncio.gather(
            *(
                self._records.rows(resource, by, of, self._usage, anew=anew)
                for by, of in values.items()
            )
        )
        answers = {
            (by, value): rows
            for (by, of), found in zip(values.items(), answered, strict=True)
            for value, rows in zip(of, found, strict=True)
        }
        return [answers[ask] for ask in asks]


def _heard(answer: asyncio.Future[R]) -> asyncio.Future[R]:
    """Return what is awaited; a failure that nobody stayed to hear is not a failure of the loop."""
    answer.add_done_callback(lambda told: told.cancelled() or told.exception())
    return answer
