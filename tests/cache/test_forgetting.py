"""What is forgotten stays forgotten, whoever is reading it at that moment (decision 7)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.cache import changes
from adapters.cache.ages import Ages
from adapters.cache.usage import Usage
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.model import InvoiceId
from adapters.servicetitan.payments import PAYMENTS, Applied, Payment
from adapters.servicetitan.priority import Priority
from adapters.servicetitan.work_summaries import WORK_SUMMARIES
from tests.cache.world import AWAY, STORES, World, job, world


@pytest.fixture(params=STORES)
async def seen(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A world that nobody has read yet, of a customer with one job."""
    async with world(request.param, ages=Ages(60, 300, 900)) as opened:
        opened.upstream.put(job(11, 1))
        yield opened


async def held(of: World, customer: int) -> "asyncio.Task[list[tuple[int, int]] | UpstreamError]":
    """Begin a read, and return when ServiceTitan has read the answer and not told it yet."""
    of.upstream.hold()
    reading = asyncio.create_task(of.read(customer))
    await of.upstream.told.wait()
    return reading


async def test_a9_a_fill_that_began_before_a_forgetting_is_not_kept(seen: World) -> None:
    reading = await held(seen, 1)
    seen.upstream.put(job(11, 1, 2))
    await seen.one.forget(JOBS, [11])
    seen.upstream.let.set()
    assert await reading == [(11, 1)]
    assert await seen.one.remembered(JOBS, [11], failing=True) == {}
    assert await seen.read(1) == [(11, 2)]


async def test_ca8_a_read_begun_after_a_change_joins_no_flight_from_before(seen: World) -> None:
    before = await held(seen, 1)
    seen.upstream.put(job(11, 1, 2))
    await seen.one.forget(JOBS, [11])
    after = await held(seen, 1)
    seen.upstream.let.set()
    assert await after == [(11, 2)]
    assert await before == [(11, 1)]
    assert await seen.read(1) == [(11, 2)]
    assert len(seen.upstream.asked()) == 2


async def test_what_was_not_forgotten_of_a_fill_is_kept(seen: World) -> None:
    seen.upstream.put(job(12, 1))
    reading = await held(seen, 1)
    await seen.one.forget(JOBS, [11])
    seen.upstream.let.set()
    await reading
    assert set(await seen.one.remembered(JOBS, [11, 12])) == {12}


async def test_a_change_is_read_again_before_it_is_acknowledged(seen: World) -> None:
    await seen.read(1)
    seen.upstream.put(job(11, 1, 2))
    await seen.one.changed(JOBS, [11])
    assert seen.upstream.calls[-1].priority is Priority.WEBHOOK
    assert seen.upstream.asked() == [("customer_id", (1,)), ("id", (11,))]
    assert await seen.one.remembered(JOBS, [11]) == {11: job(11, 1, 2)}
    assert await seen.read(1) == [(11, 2)]


async def test_a_new_record_enters_the_lists_it_names(seen: World) -> None:
    assert await seen.read(1) == [(11, 1)]
    assert await seen.read(2) == []
    seen.upstream.put(job(12, 2))
    await seen.one.changed(JOBS, [12])
    seen.upstream.asked()
    assert await seen.read(2) == [(12, 1)]
    assert await seen.read(1) == [(11, 1)]
    assert seen.upstream.asked() == [("customer_id", (2,))]


async def test_a_record_that_moves_leaves_one_list_and_enters_the_other(seen: World) -> None:
    await seen.read(1)
    await seen.read(2)
    seen.upstream.put(job(11, 2, 2))
    await seen.one.changed(JOBS, [11])
    assert await seen.read(1) == []
    assert await seen.read(2) == [(11, 2)]


async def test_a_record_that_cannot_be_read_again_makes_every_list_unknown(seen: World) -> None:
    await seen.read(1)
    await seen.read(2)
    seen.upstream.is_away = True
    await seen.one.changed(JOBS, [12])
    assert await seen.read(1) is AWAY
    assert await seen.read(2) is AWAY


async def test_records_that_have_no_ids_to_ask_for_make_every_list_unknown(seen: World) -> None:
    paid = Payment(id=5, applied_to=(Applied(applied_to=InvoiceId(7)),))  # type: ignore[arg-type]  # a plain number will do
    seen.upstream.jobs[5] = paid  # type: ignore[assignment]  # its rows are whatever is asked for
    del seen.upstream.jobs[11]
    for _ in range(2):
        assert await seen.one.rows(PAYMENTS, "invoice_id", [7], Usage()) == [(paid,)]
    await seen.one.changed(PAYMENTS, [6])
    assert await seen.one.rows(PAYMENTS, "invoice_id", [7], Usage()) == [(paid,)]
    assert seen.upstream.asked() == [("invoice_id", (7,))] * 2


async def test_a_derived_resource_hangs_by_its_source(seen: World) -> None:
    seen.upstream.jobs.clear()
    for _ in range(2):
        await seen.one.rows(WORK_SUMMARIES, "customer_id", [1], Usage())
    assert len(seen.upstream.asked()) == 1
    await seen.one.forget(WORK_SUMMARIES, (), [("customer_id", 1)])
    await seen.one.rows(INVOICES, "customer_id", [1], Usage())
    assert len(seen.upstream.asked()) == 1


async def test_ca19_that_there_was_nobody_is_forgotten_with_the_id(seen: World) -> None:
    assert await seen.one.rows(JOBS, "id", [12], Usage()) == [()]
    seen.upstream.put(job(12, 1))
    await seen.one.changed(JOBS, [12])
    assert await seen.one.rows(JOBS, "id", [12], Usage()) == [(job(12, 1),)]


async def test_named_questions_and_all_questions_can_be_forgotten_without_reading(
    seen: World,
) -> None:
    await seen.read(1)
    await seen.read(2)
    await seen.one.forget(JOBS, (), [("customer_id", 2)])
    seen.upstream.asked()
    await seen.read(1)
    await seen.read(2)
    assert seen.upstream.asked() == [("customer_id", (2,))]
    await seen.one.forget(JOBS, (), every_question=True)
    await seen.read(1)
    await seen.read(2)
    assert seen.upstream.asked() == [("customer_id", (1,)), ("customer_id", (2,))]


async def test_a_question_read_while_all_are_forgotten_is_not_kept(seen: World) -> None:
    reading = await held(seen, 1)
    await seen.one.forget(JOBS, (), every_question=True)
    seen.upstream.let.set()
    await reading
    seen.upstream.asked()
    await seen.read(1)
    assert seen.upstream.asked() == [("customer_id", (1,))]


async def test_ca10_what_a_lagging_server_tells_is_believed_for_three_seconds() -> None:
    async with world("memory", ages=Ages(60, 300, 900)) as seen:
        seen.upstream.put(job(11, 1))
        await seen.read(1)
        seen.upstream.lagging = dict(seen.upstream.jobs)
        seen.upstream.put(job(11, 1, 2))
        await seen.one.changed(JOBS, [11])
        assert await seen.read(1) == [(11, 1)]
        seen.upstream.lagging = None
        await seen.pass_(2.9)
        assert await seen.read(1) == [(11, 1)]
        await seen.pass_(0.1)
        assert await seen.read(1) == [(11, 2)]
        await seen.pass_(10)
        seen.upstream.asked()
        assert await seen.read(1) == [(11, 2)]
        assert seen.upstream.asked() == []


async def test_ca10_in_redis_too() -> None:
    async with world("redis") as seen:
        seen.upstream.put(job(11, 1))
        await seen.one.changed(JOBS, [11])
        await seen.read(1)
        assert seen.redis is not None
        for key in (f"v:1:{seen.tenant}:jobs:11", f"q:{seen.tenant}:jobs:customer_id:1"):
            assert 0 < await seen.redis.pttl(key) <= 3000
            raw = await seen.redis.get(key)
            assert raw is not None
            assert raw[:1] == b"h"


@pytest.mark.parametrize("is_read", [True, False])
async def test_it_is_done_once_more_when_servicetitans_servers_agree(
    seen: World, monkeypatch: pytest.MonkeyPatch, *, is_read: bool
) -> None:
    monkeypatch.setattr(changes, "AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(changes, "SLOT_SECONDS", 0.05)
    seen.upstream.lagging = dict(seen.upstream.jobs)
    seen.upstream.put(job(11, 2, 2), job(12, 2, 1))
    await seen.read(2)
    many = (seen.one.changed if is_read else seen.one.forget)(JOBS, [11])
    await asyncio.gather(many, seen.one.changed(JOBS, [12]))
    assert await seen.read(1) == [(11, 1)]
    assert await seen.read(2) == []
    seen.upstream.lagging = None
    seen.upstream.asked()
    await asyncio.sleep(0.2)
    # In one call, unless the two fell into two slots: each is read once more, and only once.
    again = sorted(of for by, ids in seen.upstream.asked() for of in ids if by == "id")
    assert again == ([11, 12] if is_read else [12])
    assert await seen.read(2) == [(11, 2), (12, 1)]
    assert await seen.read(1) == []


async def test_marks_that_are_too_many_refuse_more_and_never_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adapters.cache.generations.MOST_MARKS", 1)
    async with world("memory") as seen:
        seen.upstream.put(job(11, 1))
        reading = await held(seen, 1)
        await seen.one.forget(JOBS, [11])
        for other in range(20, 25):
            await seen.one.forget(JOBS, [other])
        seen.upstream.let.set()
        await reading
        assert await seen.one.remembered(JOBS, [11], failing=True) == {}
