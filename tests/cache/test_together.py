"""Questions asked at once travel together, and no operation costs more than it may."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.cache.ages import Ages
from adapters.cache.bounded import Bounded
from adapters.cache.usage import Usage
from adapters.servicetitan.errors import BudgetSpent
from adapters.servicetitan.jobs import JOBS
from tests.cache.world import STORES, World, job, world


@pytest.fixture(params=STORES)
async def cold(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A world that nobody has read yet."""
    async with world(request.param, ages=Ages(60, 300, 900)) as opened:
        opened.upstream.put(*(job(of, of % 7) for of in range(1, 301)))
        yield opened


async def by_id(cold: World, *ids: int) -> Usage:
    usage = Usage()
    told = await cold.one.rows(JOBS, "id", ids, usage)
    assert told == [(job(of, of % 7),) for of in ids]
    return usage


async def test_ids_asked_while_a_call_flies_leave_in_one(cold: World) -> None:
    cold.upstream.hold()
    first = asyncio.ensure_future(by_id(cold, 1))
    await cold.upstream.told.wait()
    others = [asyncio.ensure_future(by_id(cold, of)) for of in range(2, 42)]
    await asyncio.sleep(0.1)
    cold.upstream.let.set()
    usages = await asyncio.gather(first, *others)
    asked = cold.upstream.asked()
    assert asked[0] == ("id", (1,))
    assert sorted(of for _, ids in asked[1:] for of in ids) == list(range(2, 42))
    assert len(asked) == 2 if cold.redis is None else len(asked) <= 12
    assert sum(usage.calls for usage in usages) == len(asked)


async def test_ids_asked_in_one_turn_of_the_loop_leave_in_one() -> None:
    async with world("memory") as cold:  # Redis answers each in a turn of its own
        cold.upstream.put(*(job(of, of % 7) for of in range(1, 41)))
        await asyncio.gather(*(by_id(cold, of) for of in range(1, 41)))
        assert cold.upstream.asked() == [("id", tuple(range(1, 41)))]


async def test_no_call_carries_more_than_fifty(cold: World) -> None:
    cold.upstream.hold()
    first = asyncio.ensure_future(by_id(cold, 300))
    await cold.upstream.told.wait()
    others = [asyncio.ensure_future(by_id(cold, *range(of, of + 20))) for of in range(1, 201, 20)]
    await asyncio.sleep(0.1)
    cold.upstream.let.set()
    await asyncio.gather(first, *others)
    asked = cold.upstream.asked()
    assert all(len(ids) <= 50 for _, ids in asked)
    assert sorted(of for _, ids in asked for of in ids) == [*range(1, 201), 300]
    assert len(asked) == 6 if cold.redis is None else len(asked) <= 11


async def test_an_operation_makes_no_more_calls_than_it_may(cold: World) -> None:
    usage = Usage(ceiling=3)
    told = await cold.one.rows(JOBS, "customer_id", [1, 2, 3, 4, 5], usage)
    spent = [type(answer) is BudgetSpent for answer in told]
    assert spent == [False, False, False, True, True]
    assert str(told[3]) == "This operation needs more than 3 calls to ServiceTitan."
    assert usage.flying == 0
    assert sorted(of for call in cold.upstream.calls for of in call.values) == [1, 2, 3]


async def test_calls_under_way_count_against_the_ceiling(cold: World) -> None:
    usage = Usage(ceiling=2)
    told = await asyncio.gather(
        *(cold.one.rows(JOBS, "customer_id", [of], usage) for of in (1, 2, 3))
    )
    assert [type(answer) is BudgetSpent for (answer,) in told] == [False, False, True]
    (again,) = await cold.one.rows(JOBS, "customer_id", [1], usage)
    assert not isinstance(again, BudgetSpent)
    (fresh,) = await cold.one.fresh(JOBS, [1], usage)
    assert isinstance(fresh, BudgetSpent)


async def test_what_flies_for_another_operation_costs_nothing(cold: World) -> None:
    cold.upstream.hold()
    other = asyncio.ensure_future(cold.one.rows(JOBS, "customer_id", [1], Usage()))
    await cold.upstream.told.wait()
    mine = asyncio.ensure_future(cold.one.rows(JOBS, "customer_id", [1], Usage(ceiling=0)))
    await cold.settle()
    cold.upstream.let.set()
    assert await other == await mine


def test_memory_has_a_bound_and_the_oldest_fill_goes_first() -> None:
    kept: Bounded[int, str] = Bounded(10, weigh=len)
    for of in range(4):
        kept[of] = "abc"
    assert list(kept) == [1, 2, 3]
    assert (kept.weight, kept.dropped) == (9, 1)
    kept[1] = "abcd"
    assert list(kept) == [2, 3, 1]
    assert kept.weight == 10
    assert kept.pop(2, None) == "abc"
    assert kept.weight == 7
    kept[9] = "far too long for it"
    assert (list(kept), kept.weight) == ([], 0)


async def test_a_list_whose_rows_were_dropped_is_asked_again() -> None:
    async with world("memory") as small:
        small.upstream.put(*(job(of, 1) for of in range(1, 11)))
        held = small.one._store.memory.store.held  # type: ignore[attr-defined]  # noqa: SLF001  # its bound, made small
        held.most = 5_000.0
        for _ in range(3):
            told = await small.read(1)
            assert isinstance(told, list)
            assert len(told) == 10
        assert held.weight <= 5_000
        assert small.upstream.asked() == [("customer_id", (1,))] * 3
