"""Within an operation a question has one answer, whatever becomes of memory meanwhile."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from adapters.cache.readings import Readings
from adapters.cache.records import Records
from adapters.cache.usage import Usage
from adapters.servicetitan.errors import UpstreamError, UpstreamUnavailable
from adapters.servicetitan.jobs import JOBS, Job
from resolvers.asking import Asking
from resolvers.at_once import at_once


def job(of: int) -> Job:
    return Job(id=of, customer_id=7, location_id=8)  # type: ignore[arg-type]  # ids of the test


class Remembering:
    """Records of which some are in memory; `asked` are the calls, `looked` the looks."""

    def __init__(self, *memory: int) -> None:
        self.memory = {of: (job(of),) for of in memory}
        self.looked: list[list[int]] = []
        self.asked: list[tuple[list[int], bool]] = []

    async def at_hand(
        self, _resource: object, _by: str, values: Sequence[int], _usage: Usage
    ) -> dict[int, Any]:
        """Tell what is in memory."""
        self.looked.append([*values])
        return {of: self.memory[of] for of in values if of in self.memory}

    async def rows(
        self, _resource: object, _by: str, values: Sequence[int], _usage: Usage, *, anew: bool
    ) -> list[Any]:
        """Tell anything; 404 fails."""
        self.asked.append(([*values], anew))
        return [UpstreamUnavailable("away") if of == 404 else (job(of),) for of in values]


@pytest.fixture
def records() -> Remembering:
    return Remembering(1, 2)


@pytest.fixture
def asking(records: Remembering) -> Asking:
    return Asking(cast("Records", records), Usage())


async def ids(asking: Asking, *values: int, anew: bool = False) -> list[object]:
    answers = await asking.answers(JOBS, [("id", of) for of in values], anew=anew)
    return [a if isinstance(a, UpstreamError) else a[0].id for a in answers]


async def test_what_memory_tells_is_looked_up_once_and_stays(
    asking: Asking, records: Remembering
) -> None:
    first = await asking.answers(JOBS, [("id", 1), ("id", 2), ("id", 1)])
    records.memory = {of: (job(of),) for of in (1, 2)}
    again = await asking.answers(JOBS, [("id", 2), ("id", 1)])
    assert again == [first[1], first[0]]
    assert list(map(id, again)) == [id(first[1]), id(first[0])]
    assert first[2] is first[0]
    assert (records.looked, records.asked) == ([[1, 2]], [])


async def test_only_what_memory_does_not_tell_is_asked_and_once(
    asking: Asking, records: Remembering
) -> None:
    assert await ids(asking, 1, 3, 2, 4) == [1, 3, 2, 4]
    assert await ids(asking, 4, 3) == [4, 3]
    assert (records.looked, records.asked) == ([[1, 3, 2, 4]], [([3, 4], False)])


async def test_what_failed_has_failed_for_the_whole_operation(
    asking: Asking, records: Remembering
) -> None:
    for _ in range(2):
        found = await ids(asking, 404, 1)
        assert (str(found[0]), found[1]) == ("away", 1)
    assert (records.looked, records.asked) == ([[404, 1]], [([404], False)])


async def test_anew_nothing_remembered_counts_and_nothing_is_remembered(
    asking: Asking, records: Remembering
) -> None:
    assert await ids(asking, 1, anew=True) == [1]
    assert await ids(asking, 1) == [1]
    assert (records.looked, records.asked) == ([[1]], [([1], True)])


async def test_once_it_forgets_it_asks_again(asking: Asking, records: Remembering) -> None:
    await ids(asking, 1, 3)
    asking.forget()
    await ids(asking, 1, 3)
    assert (records.looked, records.asked) == ([[1, 3]] * 2, [([3], False)] * 2)


async def test_an_attempt_ends_before_anything_is_asked(
    asking: Asking, records: Remembering
) -> None:
    async def attempt() -> list[object]:
        return await ids(asking, 1, 3)

    async def otherwise() -> list[object]:
        assert records.asked == []
        return await ids(asking, 3)

    assert await at_once(attempt, otherwise) == [3]
    assert records.asked == [([3], False)]


async def test_what_was_asked_before_is_at_hand(asking: Asking, records: Remembering) -> None:
    await ids(asking, 3)
    assert await at_once(lambda: ids(asking, 1, 3), lambda: ids(asking, 404)) == [1, 3]
    assert records.asked == [([3], False)]


def noted(*of: int) -> Readings:
    readings = Readings()
    for one in of:
        readings.add(JOBS, "id", one, (job(one),))
    return readings


async def test_what_a_part_was_told_is_what_the_operation_is_told(
    asking: Asking, records: Remembering
) -> None:
    part = noted(1, 5)
    assert asking.takes(part)
    told = await asking.answers(JOBS, [("id", 5), ("id", 1), ("id", 2)])
    answers = {of: rows for reading in part for of, rows in reading.answers.items()}
    assert (told[0], told[1]) == (answers[5], answers[1])
    assert (records.looked, records.asked) == ([[2]], [])


async def test_a_part_that_was_told_otherwise_is_none_of_it(asking: Asking) -> None:
    (told,) = await asking.answers(JOBS, [("id", 1)])
    assert not asking.takes(noted(1))
    same = Readings()
    same.add(JOBS, "id", 1, told)  # type: ignore[arg-type]  # rows
    assert asking.takes(same)
    assert asking.takes(noted(7))


async def test_nor_one_that_was_told_what_is_just_asked_for(
    asking: Asking, records: Remembering
) -> None:
    begun = asyncio.Event()
    rows = records.rows

    async def slowly(*given: Any, **more: Any) -> list[Any]:  # noqa: ANN401  # as rows
        begun.set()
        await asyncio.sleep(0)
        return await rows(*given, **more)

    records.rows = slowly  # type: ignore[method-assign]  # the same, after a while
    flying = asyncio.ensure_future(ids(asking, 3))
    await begun.wait()
    assert not asking.takes(noted(3))
    assert asking.takes(noted(4))
    assert await flying == [3]
