"""What is remembered of ServiceTitan's rows, and under which key."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Resource

M = TypeVar("M", bound=Model)

NOBODY_SECONDS = 30
"""For how long it is believed that nothing answers a question by id (security.md 3.2)."""


class Store(Protocol):
    """The part of aiocache that is used here; its decorators, locks and pickling are not."""

    async def multi_get(self, keys: list[str]) -> list[Any]:
        """Return what stands under each key, None where nothing does."""

    async def multi_set(self, pairs: Sequence[tuple[str, Any]], ttl: float | None = None) -> Any:  # noqa: ANN401  # aiocache's own signature
        """Put each value under its key, for `ttl` seconds."""


class Memory:
    """Rows by their id, and for each question the ids of its candidates.

    A question is answered from both, or not at all: a row that is gone makes it unknown, and a row
    that no longer answers it falls out (decision 6). `fresh_seconds` tells for how long
    what is kept now is believed.
    """

    def __init__(self, store: Store, fresh_seconds: Callable[[], float]) -> None:
        self._store = store
        self._fresh = fresh_seconds

    async def by_id(self, resource: Resource[M], ids: Sequence[int]) -> dict[int, M]:
        """Return the rows that are remembered, of those named."""
        rows = await self._store.multi_get([_row(resource, of) for of in ids])
        return {of: row for of, row in zip(ids, rows, strict=True) if row is not None}

    async def answers(
        self, resource: Resource[M], by: str, values: Sequence[int]
    ) -> dict[int, tuple[M, ...]]:
        """Return the rows of each question that is remembered whole."""
        known = await self._candidates(resource, by, values)
        ids = list(dict.fromkeys(of for candidates in known.values() for of in candidates))
        rows = await self.by_id(resource, ids) if ids else {}
        answers = resource.keys[by].answers
        return {
            value: tuple(rows[of] for of in candidates if value in answers(rows[of]))
            for value, candidates in known.items()
            if all(of in rows for of in candidates)
        }

    async def _candidates(
        self, resource: Resource[M], by: str, values: Sequence[int]
    ) -> dict[int, tuple[int, ...]]:
        found = await self._store.multi_get([_question(resource, by, value) for value in values])
        return {v: ids for v, ids in zip(values, found, strict=True) if ids is not None}

    async def keep(
        self, resource: Resource[M], by: str, answers: Iterable[tuple[int, tuple[M, ...]]]
    ) -> None:
        """Remember these rows, and that they are the whole answer to these questions."""
        rows: list[tuple[str, object]] = []
        questions: list[tuple[str, object]] = []
        nobody: list[tuple[str, object]] = []
        id_of = resource.id_of
        for value, answer in answers:
            rows.extend((_row(resource, id_of(row)), row) for row in answer)
            ids = tuple(id_of(row) for row in answer)
            kept = nobody if by == "id" and not ids else questions
            kept.append((_question(resource, by, value), ids))
        fresh = self._fresh()
        await self._store.multi_set(rows + questions, ttl=fresh)
        if nobody:
            await self._store.multi_set(nobody, ttl=min(fresh, NOBODY_SECONDS))


def _row(resource: Resource[Any], of: int) -> str:
    return f"v:{resource.name}:{of}"


def _question(resource: Resource[Any], by: str, value: int) -> str:
    return f"q:{resource.name}:{by}:{value}"
