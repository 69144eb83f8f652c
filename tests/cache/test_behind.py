"""What is read again behind an answer: how often, for whom, and what is counted of it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.cache.ages import Ages
from adapters.cache.opening import memory_records
from adapters.cache.records import AFTER_FAILURE_SECONDS
from adapters.cache.usage import Usage
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.work_summaries import WORK_SUMMARIES
from tests.cache.world import AWAY, World, job, world

REFRESH = Priority.REFRESH


@pytest.fixture
async def seen() -> AsyncIterator[World]:
    """A world in which the jobs of two customers were just read; ages are 10, 30 and 60 seconds."""
    async with world("memory", ages=Ages(10, 30, 60)) as opened:
        opened.upstream.put(job(11, 1), job(21, 2))
        await opened.read(1)
        await opened.read(2)
        opened.upstream.asked()
        yield opened


async def test_what_was_answered_is_counted_with_its_age(seen: World) -> None:
    counts = seen.one.counts
    assert dict(counts.asked) == {"jobs": 2}
    await seen.pass_(4)
    both = await seen.one.rows(JOBS, "customer_id", [1, 2], Usage())
    assert both == [(job(11, 1),), (job(21, 2),)]
    assert (dict(counts.answered), dict(counts.age_seconds)) == ({"jobs": 2}, {"jobs": 8.0})
    await seen.pass_(3)
    await seen.one.used(JOBS, [11, 12], Usage())
    assert (dict(counts.answered), dict(counts.age_seconds)) == ({"jobs": 3}, {"jobs": 15.0})
    await seen.one.used(JOBS, [], Usage())
    assert (dict(counts.answered), dict(counts.asked)) == ({"jobs": 3}, {"jobs": 2})
    assert (counts.stale, counts.refreshes, counts.lasting) == (0, 0, 0)


async def test_what_is_due_and_not_older_yet_is_read_behind_and_not_called_stale(
    seen: World,
) -> None:
    await seen.pass_(10)
    usage = Usage()
    assert await seen.read(1, usage) == [(11, 1)]
    await seen.one.used(JOBS, [21], usage)
    await seen.settle()
    assert seen.upstream.asked() == [("customer_id", (1,)), ("id", (21,))]
    assert usage == Usage(saved=1, stale_seconds=0)
    assert (seen.one.counts.stale, seen.one.counts.refreshes) == (0, 2)


async def test_every_stale_answer_is_counted(seen: World) -> None:
    await seen.pass_(12)
    usage = Usage()
    await seen.one.rows(JOBS, "customer_id", [1, 2], usage)
    assert usage == Usage(saved=2, stale_seconds=2)
    assert (seen.one.counts.stale, seen.one.counts.refreshes) == (2, 2)
    await seen.settle()
    assert seen.upstream.calls[-1].priority is REFRESH
    assert seen.upstream.asked() == [("customer_id", (1, 2))]


async def test_a_reader_waits_for_what_is_too_old_and_for_nothing_else(seen: World) -> None:
    await seen.pass_(21)
    await seen.read(2)
    await seen.settle()
    await seen.pass_(9)
    seen.upstream.asked()
    usage = Usage()
    told = await seen.one.rows(JOBS, "customer_id", [1, 2], usage)
    assert told == [(job(11, 1),), (job(21, 2),)]
    assert usage == Usage(calls=1, saved=1, stale_seconds=0)
    assert [call.priority for call in seen.upstream.calls] == [Priority.PEOPLE]
    assert seen.upstream.asked() == [("customer_id", (1,))]


async def test_ca4_chance_is_asked_for_what_took_long_to_fetch() -> None:
    async with world("memory", ages=Ages(10, 30, 60)) as opened:
        asked: list[float] = []

        def chance() -> float:
            asked.append(opened.now[0])
            return 0.999999

        now = opened.now
        one = memory_records(
            opened.upstream, lambda _kind: Ages(10, 30, 60), clock=lambda: now[0], chance=chance
        )
        opened.workers.append(one)
        opened.upstream.put(job(11, 1))
        opened.upstream.hold()
        reading = asyncio.create_task(opened.read(1, worker=1))
        await opened.upstream.told.wait()
        await opened.pass_(2)
        opened.upstream.let.set()
        assert await reading == [(11, 1)]
        asked.clear()
        assert await opened.read(1, worker=1) == [(11, 1)]
        await one.used(JOBS, [11], Usage())
        assert asked == [1002.0, 1002.0]
        assert one.counts.refreshes == 2


async def test_one_number_of_two_kinds_is_two_questions(seen: World) -> None:
    for by in ("customer_id", "location_id"):
        await seen.one.rows(JOBS, by, [1], Usage())
    seen.upstream.asked()
    await seen.pass_(15)
    for by in ("customer_id", "location_id"):
        await seen.one.rows(JOBS, by, [1], Usage())
    await seen.settle()
    assert seen.upstream.asked() == [("customer_id", (1,)), ("location_id", (1,))]


async def test_one_refresh_of_a_question_flies_at_a_time(seen: World) -> None:
    await seen.pass_(15)
    seen.upstream.hold()
    await seen.read(1)
    await seen.upstream.told.wait()
    await seen.read(1)
    await seen.one.used(JOBS, [11], Usage())  # by its id it is another question
    await seen.one.used(JOBS, [11], Usage())
    await seen.settle()
    assert seen.upstream.asked() == [("customer_id", (1,)), ("id", (11,))]
    assert seen.one.counts.refreshes == 2


async def test_a_refresh_from_before_a_forgetting_is_not_waited_for(seen: World) -> None:
    await seen.pass_(15)
    seen.upstream.hold()
    await seen.read(1)
    await seen.upstream.told.wait()
    await seen.one.forget(JOBS, [99])
    await seen.read(1)
    await seen.settle()
    assert seen.upstream.asked() == [("customer_id", (1,))] * 2
    await seen.read(1)
    await seen.settle()
    assert seen.upstream.asked() == []
    seen.upstream.let.set()
    await seen.settle()


async def test_what_somebody_waits_for_is_not_read_behind_as_well(seen: World) -> None:
    seen.upstream.put(job(31, 3))
    seen.upstream.hold()
    waiting = asyncio.create_task(seen.one.rows(JOBS, "id", [31], Usage()))
    await seen.upstream.told.wait()
    seen.upstream.let.set()
    await seen.read(3)
    seen.upstream.asked()
    await waiting
    await seen.pass_(31)
    seen.upstream.hold()
    too_old = asyncio.create_task(seen.one.rows(JOBS, "id", [31], Usage()))
    await seen.upstream.told.wait()
    await seen.one.used(JOBS, [31], Usage())
    await seen.settle()
    assert seen.upstream.asked() == [("id", (31,))]
    assert seen.one.counts.refreshes == 0
    seen.upstream.let.set()
    assert await too_old == [(job(31, 3),)]


async def test_what_could_not_be_read_behind_is_tried_again_after_a_while(seen: World) -> None:
    await seen.pass_(12)
    seen.upstream.is_away = True
    for moment in (0, AFTER_FAILURE_SECONDS - 0.1, 0.1, 0.1):
        await seen.pass_(moment)
        assert await seen.read(1) == [(11, 1)]
        await seen.settle()
    assert [call.priority for call in seen.upstream.calls] == [REFRESH, REFRESH]
    await seen.read(2)
    await seen.settle()
    assert seen.upstream.asked()[2:] == [("customer_id", (2,))]


async def test_each_old_answer_to_a_failed_question_is_counted(seen: World) -> None:
    await seen.pass_(35)
    seen.upstream.is_away = True
    usage = Usage()
    told = await seen.one.rows(JOBS, "customer_id", [1, 2, 3], usage)
    assert told == [(job(11, 1),), (job(21, 2),), AWAY]
    assert usage == Usage(calls=1, saved=0, stale_seconds=25)
    assert (seen.one.counts.lasting, seen.one.counts.stale) == (2, 2)
    await seen.pass_(25)
    assert await seen.read(1) is AWAY
    assert await seen.one.rows(WORK_SUMMARIES, "customer_id", [1], Usage()) == [AWAY]


async def test_what_is_asked_for_anew_is_answered_by_nothing_old(seen: World) -> None:
    await seen.pass_(35)
    seen.upstream.is_away = True
    assert await seen.one.rows(JOBS, "customer_id", [1], Usage(), anew=True) == [AWAY]
    assert seen.one.counts.lasting == 0
