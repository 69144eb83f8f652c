"""Fresh, stale or sorry: what is answered at which age, and what is read behind it (decision 8)."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from adapters.cache.ages import Ages, Life, life_of
from adapters.cache.usage import Usage
from adapters.servicetitan.errors import QuestionRefused
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.priority import Priority
from tests.cache.world import AWAY, STORES, World, job, world


@pytest.fixture(params=STORES)
async def seen(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A world in which customer 1's job has been read, and has changed since."""
    async with world(request.param) as opened:
        opened.upstream.put(job(11, 1))
        assert await opened.read(1) == [(11, 1)]
        opened.upstream.put(job(11, 1, 2))
        yield opened


async def test_fresh_is_answered_without_a_call(seen: World) -> None:
    usage = Usage()
    assert await seen.read(1, usage) == [(11, 1)]
    await seen.settle()
    assert seen.upstream.asked() == [("customer_id", (1,))]
    assert usage == Usage(calls=0, saved=1, stale_seconds=0)


async def test_older_is_answered_while_one_refresh_runs_behind(seen: World) -> None:
    await seen.pass_(1.5)
    usage = Usage()
    seen.upstream.hold()
    for _ in range(5):
        assert await seen.read(1, usage) == [(11, 1)]
    await seen.upstream.told.wait()
    seen.upstream.let.set()
    await seen.settle()
    assert usage == Usage(calls=0, saved=5, stale_seconds=1)
    assert [call.priority for call in seen.upstream.calls] == [Priority.PEOPLE, Priority.REFRESH]
    assert await seen.read(1) == [(11, 2)]
    assert len(seen.upstream.calls) == 2


async def test_what_could_not_be_refreshed_is_not_tried_with_every_answer(seen: World) -> None:
    await seen.pass_(1.5)
    seen.upstream.is_away = True
    for _ in range(5):
        assert await seen.read(1) == [(11, 1)]
        await seen.settle()
    assert len(seen.upstream.calls) == 2


async def test_older_still_waits_for_the_new(seen: World) -> None:
    await seen.pass_(3.5)
    usage = Usage()
    assert await seen.read(1, usage) == [(11, 2)]
    assert usage == Usage(calls=1, saved=0, stale_seconds=0)


async def test_where_servicetitan_fails_the_old_is_answered_up_to_its_last_age(seen: World) -> None:
    await seen.pass_(3.5)
    seen.upstream.is_away = True
    usage = Usage()
    assert await seen.read(1, usage) == [(11, 1)]
    assert (usage.calls, usage.saved) == (1, 0)
    assert usage.stale_seconds == 3 if seen.redis is None else usage.stale_seconds in {1, 2}
    await seen.pass_(3)
    assert await seen.read(1) is AWAY


async def test_a_forgotten_row_is_answered_at_no_age(seen: World) -> None:
    await seen.one.forget(JOBS, [11])
    seen.upstream.is_away = True
    assert await seen.read(1) is AWAY
    assert await seen.one.remembered(JOBS, [11], failing=True) == {}


async def test_what_is_forgotten_while_servicetitan_fails_is_not_answered(seen: World) -> None:
    await seen.pass_(4)
    seen.upstream.is_away = True
    seen.upstream.hold()
    reading = asyncio.ensure_future(seen.read(1))
    await seen.upstream.told.wait()
    await seen.one.forget(JOBS, [11])
    seen.upstream.let.set()
    assert await reading is AWAY


async def test_rows_are_remembered_by_id_and_told_when_used(seen: World) -> None:
    assert await seen.one.remembered(JOBS, [11, 12]) == {11: job(11, 1)}
    await seen.pass_(1.5)
    assert await seen.one.remembered(JOBS, [11]) == {11: job(11, 1)}
    usage = Usage()
    await seen.one.used(JOBS, [11], usage)
    await seen.settle()
    assert usage == Usage(stale_seconds=1)
    assert seen.upstream.asked() == [("customer_id", (1,)), ("id", (11,))]
    assert await seen.one.remembered(JOBS, [11]) == {11: job(11, 1, 2)}


async def test_rows_past_the_second_age_are_remembered_for_failures_alone(seen: World) -> None:
    await seen.pass_(4)
    assert await seen.one.remembered(JOBS, [11]) == {}
    assert await seen.one.remembered(JOBS, [11], failing=True) == {11: job(11, 1)}
    await seen.pass_(3)
    assert await seen.one.remembered(JOBS, [11], failing=True) == {}


async def test_that_nobody_answers_an_id_is_believed_for_thirty_seconds() -> None:
    async with world("memory", ages=Ages(60, 300, 900)) as opened:
        for _ in range(2):
            assert await opened.one.rows(JOBS, "id", [7], Usage()) == [()]
        assert opened.upstream.asked() == [("id", (7,))]
        await opened.pass_(29)
        assert await opened.one.rows(JOBS, "id", [7], Usage()) == [()]
        assert opened.upstream.asked() == []
        await opened.pass_(1)
        assert await opened.one.rows(JOBS, "id", [7], Usage()) == [()]
        assert opened.upstream.asked() == [("id", (7,))]


async def test_a_refusal_is_an_answer_and_nothing_old_stands_in_for_it(
    seen: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seen.pass_(4)
    refused = QuestionRefused("No.")
    monkeypatch.setattr(seen.upstream, "_answer", lambda *_: refused)
    assert await seen.read(1) is refused


async def test_money_is_asked_for_itself_whatever_is_remembered(seen: World) -> None:
    usage = Usage()
    told = await seen.one.fresh(JOBS, [11, 99, 11], usage)
    assert told == [job(11, 1, 2), None, job(11, 1, 2)]
    assert usage == Usage(calls=1)
    assert seen.upstream.calls[-1].priority is Priority.MONEY
    assert await seen.read(1) == [(11, 2)]  # and what it told is remembered


def test_ca4_a_hot_question_is_refreshed_early_and_seldom_twice() -> None:
    chance = random.Random(5)  # noqa: S311  # seeded, so that it is the same for everybody
    life = Life(born=0, fresh_until=60, refresh_until=300, fail_until=900, took=0.5)
    begun = []
    for _ in range(200):
        early = next(at for at in range(5000, 6001) if life.is_due(at / 100, chance.random))
        begun.append(early / 100)
    assert min(begun) > 53
    assert sum(at < 60 for at in begun) == 200
    assert 57 < sum(begun) / len(begun) < 59
    assert not life.is_due(30, lambda: 1 - 1e-12)


def test_ca5_lives_are_spread_and_never_longer_than_the_policy_says() -> None:
    chance = random.Random(5)  # noqa: S311  # seeded, so that it is the same for everybody
    lives = [life_of(Ages(60, 300, 900), 100.0, 0.1, 0, chance.random) for _ in range(500)]
    assert all(154 < life.fresh_until <= 160 for life in lives)
    assert all(life.refresh_until <= 400 and life.fail_until <= 1000 for life in lives)
    assert len({round(life.fresh_until, 1) for life in lives}) > 50
