"""GD-20: what nobody waits for any more is called off; what somebody waits for goes on."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.cache.usage import Usage
from adapters.servicetitan.errors import NobodyWaits, UpstreamError
from adapters.servicetitan.jobs import JOBS
from tests.cache.world import STORES, World, job, world

CUSTOMER = ("customer_id", (1,))
TOLD = [(11, 1)]


@pytest.fixture(params=STORES)
async def held(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Open a worker whose ServiceTitan has answered nothing yet."""
    async with world(request.param) as opened:
        opened.upstream.put(job(11, 1), job(21, 2), job(31, 3))
        opened.upstream.hold()
        yield opened


async def asking(held: World, usage: Usage, of: int = 1) -> asyncio.Task[object]:
    """Ask for a customer's jobs, and wait until ServiceTitan was asked."""
    task = asyncio.create_task(held.read(of, usage))
    async with asyncio.timeout(5):
        await held.upstream.told.wait()
    return task


async def test_gd20_a_call_of_one_operation_is_called_off_when_that_ends(held: World) -> None:
    usage = Usage()
    task = await asking(held, usage)
    held.one.end(usage)
    assert isinstance(await task, NobodyWaits)
    assert (held.upstream.called_off, held.upstream.under_way) == (1, 0)
    held.upstream.let.set()
    assert await held.read(1) == TOLD
    assert held.upstream.asked() == [CUSTOMER, CUSTOMER]


async def test_gd20_a_reader_that_is_cancelled_leaves_like_one_whose_operation_ended(
    held: World,
) -> None:
    task = await asking(held, Usage())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await held.until(lambda: held.upstream.under_way == 0)
    assert held.upstream.called_off == 1


async def test_gd20_a_flight_goes_on_for_who_still_waits_and_nobody_else_hears_of_it(
    held: World,
) -> None:
    first, second, third = Usage(), Usage(), Usage()
    leaving, staying = await asking(held, first), await asking(held, second)
    also = await asking(held, third)
    await held.settle()
    held.one.end(first)
    held.one.end(third)
    await held.settle()
    assert held.upstream.called_off == 0
    held.upstream.let.set()
    assert [await task for task in (leaving, staying, also)] == [TOLD] * 3
    assert held.upstream.asked() == [CUSTOMER]
    assert sum(of.calls for of in (first, second, third)) == 1


async def test_gd20_who_asks_after_the_last_has_left_asks_anew_and_fails_for_nobody(
    held: World,
) -> None:
    usage = Usage()
    leaving = await asking(held, usage)
    held.one.end(usage)
    later = Usage()
    after = asyncio.create_task(held.read(1, later))  # before the first has heard of it
    assert isinstance(await leaving, NobodyWaits)
    held.upstream.let.set()
    assert await after == TOLD
    assert held.upstream.asked() == [CUSTOMER, CUSTOMER]
    assert held.upstream.called_off == 1
    assert later == Usage(calls=1)


async def ask_id(held: World, of: int, usage: Usage) -> "list[int] | UpstreamError":
    """Ask for a job by its id."""
    (told,) = await held.one.rows(JOBS, "id", [of], usage)
    return told if isinstance(told, UpstreamError) else [int(row.id) for row in told]


async def called(held: World, times: int) -> None:
    """Wait until ServiceTitan was asked so often."""
    await held.until(lambda: len(held.upstream.calls) == times)


async def test_gd20_of_those_who_travel_together_one_may_leave_and_all_may(held: World) -> None:
    usages = [Usage() for _ in range(3)]
    readers = []
    for of, usage in zip((11, 21, 31), usages, strict=True):
        readers.append(asyncio.create_task(ask_id(held, of, usage)))
        await called(held, len(readers))  # each alone: it waited for others in vain
    asked = [("id", (11,)), ("id", (21,)), ("id", (31,))]
    held.one.end(usages[0])
    assert isinstance(await readers[0], NobodyWaits)
    assert held.upstream.called_off == 1
    held.upstream.let.set()
    assert await asyncio.gather(*readers[1:]) == [[21], [31]]
    assert held.upstream.asked() == asked


async def test_gd20_a_shared_call_ends_with_the_last_of_its_travellers(held: World) -> None:
    first = asyncio.create_task(ask_id(held, 11, Usage()))
    await asyncio.wait_for(held.upstream.told.wait(), 5)
    # Those who look into Redis first come at moments of their own.
    held.one._gathering._window = 0.3  # noqa: SLF001  # nobody is told it
    usages = [Usage(), Usage()]
    pair = [
        asyncio.create_task(ask_id(held, of, usage))
        for of, usage in zip((21, 31), usages, strict=True)
    ]
    await called(held, 2)
    held.one.end(usages[0])
    assert isinstance(await pair[0], NobodyWaits)
    assert held.upstream.called_off == 0
    held.one.end(usages[1])
    assert isinstance(await pair[1], NobodyWaits)
    await held.until(lambda: held.upstream.under_way == 1)
    assert held.upstream.called_off == 1
    held.upstream.let.set()
    assert await first == [11]
    assert held.upstream.asked() == [("id", (11,)), ("id", (21, 31))]


async def test_gd20_what_is_read_again_behind_an_answer_goes_on_though_a_reader_leaves(
    held: World,
) -> None:
    held.upstream.let.set()
    assert await held.read(1) == TOLD
    held.upstream.hold()
    await held.pass_(2.0)  # no longer fresh
    usage = Usage()
    assert await held.read(1, usage) == TOLD
    async with asyncio.timeout(5):
        await held.upstream.told.wait()
    held.one.end(usage)
    await held.settle()
    assert (held.upstream.called_off, held.upstream.under_way) == (0, 1)


async def test_gd20_another_worker_does_not_wait_for_what_was_called_off() -> None:
    async with world("redis", workers=2) as held:
        held.upstream.put(job(11, 1))
        held.upstream.hold()
        usage = Usage()
        leaving = await asking(held, usage)
        staying = asyncio.create_task(held.read(1, worker=1))
        await asyncio.sleep(0.1)
        assert held.upstream.asked() == [CUSTOMER]
        held.one.end(usage)
        assert isinstance(await leaving, NobodyWaits)
        held.upstream.let.set()
        async with asyncio.timeout(2.0):  # less than another's answer is waited for
            assert await staying == TOLD
        assert held.upstream.asked() == [CUSTOMER]
