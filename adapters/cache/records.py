"""The one door through which rules reach ServiceTitan's rows: remembered, or asked for once."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from adapters.cache.flights import Flights, landed
from adapters.cache.memory import Memory
from adapters.cache.usage import Usage
from adapters.servicetitan.client import Answer
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Ask, Resource

M = TypeVar("M", bound=Model)
Rows = tuple[M, ...]


class Upstream(Protocol):
    """Whoever answers questions that memory cannot: the ServiceTitan client."""

    async def ask(self, resource: Resource[M], by: str, values: Sequence[int]) -> Answer[M]:
        """Answer one question for each value."""


class Records:
    """ServiceTitan's rows, whoever asks: who may see which is decided above this door."""

    def __init__(self, upstream: Upstream, memory: Memory) -> None:
        self._upstream = upstream
        self._memory = memory
        self._flights: Flights[Ask[Any], tuple[Rows[Any] | UpstreamError, Usage]] = Flights()

    async def rows(
        self,
        resource: Resource[M],
        by: str,
        values: Sequence[int],
        usage: Usage,
        *,
        anew: bool = False,
    ) -> list[Rows[M] | UpstreamError]:
        """Answer, for each value, "every row of the resource whose `by` is this value".

        A question that fails is answered by its error, and takes no other down with it.
        With `anew` nothing remembered counts: the question is asked as though nothing were known.
        """
        if resource.source is not None:
            made = await self.rows(resource.source, by, values, usage, anew=anew)
            return [_projected(resource, rows) for rows in made]
        known = {} if anew else await self._memory.answers(resource, by, values)
        unknown = [value for value in values if value not in known]
        usage.saved += len(values) - len(unknown)
        flown = await self._fly(resource, by, unknown, usage) if unknown else {}
        return [known[value] if value in known else flown[value] for value in values]

    async def remembered(self, resource: Resource[M], ids: Sequence[int]) -> dict[int, M]:
        """Return the rows in memory, of those named, without asking anybody."""
        return await self._memory.by_id(resource, ids)

    async def _fly(
        self, resource: Resource[M], by: str, values: Sequence[int], usage: Usage
    ) -> dict[int, Rows[M] | UpstreamError]:
        asks = [Ask(resource, by, value) for value in values]
        futures, joined = self._flights.join(asks, partial(self._ask, resource, by))
        usage.saved += joined
        await landed(futures)
        answers: dict[int, Rows[M] | UpstreamError] = {}
        for value, future in zip(values, futures, strict=True):
            answers[value], cost = future.result()
            usage.calls += cost.calls
            cost.calls = 0  # told to the first reader that lands, not to each
        return answers

    async def _ask(
        self, resource: Resource[M], by: str, asks: Sequence[Ask[M]]
    ) -> Mapping[Ask[M], tuple[Rows[M] | UpstreamError, Usage]]:
        answer = await self._upstream.ask(resource, by, [ask.value for ask in asks])
        whole = [
            (v, rows) for v, rows in answer.rows.items() if not isinstance(rows, UpstreamError)
        ]
        if resource.keys[by].is_proven:
            await self._memory.keep(resource, by, whole)
        cost = Usage(calls=answer.calls)
        return {ask: (answer.rows[ask.value], cost) for ask in asks}

    async def aclose(self) -> None:
        """End the flights that are still under way."""
        await self._flights.aclose()


def _projected(resource: Resource[M], rows: Rows[Any] | UpstreamError) -> Rows[M] | UpstreamError:
    if isinstance(rows, UpstreamError) or resource.project is None:
        return rows
    made = (resource.project(row) for row in rows)
    return tuple(row for row in made if row is not None)
