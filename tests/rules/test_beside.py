"""Parents asked about beside one another are asked about by one call, and none of them twice."""

import asyncio
from collections.abc import Sequence

import pytest

from resolvers.beside import Beside


class Asked:
    """Answers with each parent's double; a negative one fails alone, and -9 fails them all."""

    def __init__(self) -> None:
        self.lots: list[list[int]] = []

    async def __call__(self, parents: Sequence["Number"]) -> list[int | BaseException]:
        """Answer all of them."""
        self.lots.append([parent.value for parent in parents])
        await asyncio.sleep(0)
        if any(parent.value == -9 for parent in parents):
            raise LookupError("all")
        return [
            2 * parent.value if parent.value >= 0 else ValueError(str(parent.value))
            for parent in parents
        ]


class Number:
    """A parent, told apart by where it lies."""

    def __init__(self, value: int) -> None:
        self.value = value


async def test_one_moment_is_one_call_and_no_parent_is_asked_about_twice() -> None:
    asked = Asked()
    beside = Beside(asked)
    one, two, other = Number(1), Number(2), Number(1)
    found = await asyncio.gather(beside.of([one, two]), beside.of([two, other, one]))
    assert list(found) == [[2, 4], [4, 2, 2]]
    assert asked.lots == [[1, 2, 1]]
    assert await beside.of([two]) == [4]
    assert asked.lots == [[1, 2, 1]]
    assert await beside.of([Number(5), one]) == [10, 2]
    assert asked.lots == [[1, 2, 1], [5]]


async def test_what_fails_for_one_fails_for_one_and_what_fails_for_all_for_all() -> None:
    beside = Beside(Asked())
    bad, good = await beside.of([Number(-1), Number(3)])
    assert (str(bad), good) == ("-1", 6)
    assert [str(one) for one in await beside.of([Number(-9), Number(3)])] == ["all", "all"]


async def test_too_few_answers_are_nobodys() -> None:
    async def short(parents: Sequence[Number]) -> Sequence[int | BaseException]:
        return [1 for _ in parents][1:]

    beside: Beside[Number, int] = Beside(short)
    told = await beside.of([Number(1), Number(2)])
    assert [str(one) for one in told] == ["1 answers for 2 parents"] * 2


async def test_who_leaves_takes_nothing_from_who_stays() -> None:
    asked = Asked()
    beside = Beside(asked)
    number = Number(4)
    leaves = asyncio.ensure_future(beside.of([number]))
    stays = asyncio.ensure_future(beside.of([number]))
    await asyncio.sleep(0)
    leaves.cancel()
    assert await stays == [8]
    with pytest.raises(asyncio.CancelledError):
        await leaves
    assert asked.lots == [[4]]
