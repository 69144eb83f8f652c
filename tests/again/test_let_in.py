"""Who is let in by a request that is known: whose it is, and what they may."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from gateway.http.lanes import Lane
from resolvers.policy import Budget, Limits
from tests.again.wire import Wire, listening, open_wire, request
from tests.answers.asking import INVOICES, MORGAN, PAT, RILEY, numbers
from tests.house import demo_policy
from tests.limitless import UNBOUNDED
from tests.staff import STAFF, token_of


@pytest_asyncio.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with open_wire(tmp_path, PAT, RILEY, MORGAN) as wire:
        yield wire


async def test_gd19_a_budget_that_is_used_up_is_so_whichever_way_it_was_used(
    tmp_path: Path,
) -> None:
    limits = msgspec.structs.replace(UNBOUNDED, operations_per_minute=7)
    async with open_wire(tmp_path, PAT, policy=demo_policy(limits=limits)) as wire:
        data = await wire.asked(INVOICES)
        await wire.becomes_known(data)  # and asked once to have come in: five
        assert [(await wire.say(data)).status for _ in range(4)] == [200, 200, 429, 429]
        assert await wire.again() == 2
        told = await wire.say(data)
        assert told.codes == ["RATE_LIMITED"]
        wait = told.body["errors"][0]["extensions"]["retryAfterMs"]
        assert 0 < wait <= 60_000 / 7 + 1
        assert (await wire.numbers("http_requests"))["/graphql 429 _total"] == 3


async def test_and_its_points_are_charged_each_time(tmp_path: Path) -> None:
    limits = msgspec.structs.replace(UNBOUNDED, cost_per_minute=1_000_000)
    async with open_wire(tmp_path, PAT, policy=demo_policy(limits=limits)) as wire:
        data = await wire.asked(INVOICES)
        await wire.becomes_known(data)
        buckets = wire.app.state.threshold.again._repeating._toll.budgets._buckets  # noqa: SLF001  # theirs alone
        left: list[float] = []
        monotonic = time.monotonic()
        buckets._now = lambda: monotonic  # noqa: SLF001  # as above
        for _ in range(3):
            await wire.say(data)
            ((_, full),) = buckets._full.values()  # noqa: SLF001  # as above
            left.append(full)
        await wire.house.choose(demo_policy(limits=limits))
        await wire.say(data)
        ((_, full),) = buckets._full.values()  # noqa: SLF001  # as above
        assert await wire.again() == 3
        steps = [after - before for before, after in zip(left, [*left[1:], full], strict=True)]
        assert len({round(of, 3) for of in steps}) == 1
        assert steps[0] > 0


async def test_gd19_limits_that_are_lowered_count_at_once(wire: Wire) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    await wire.house.choose(demo_policy(limits=Limits(operations_per_minute=1)))
    assert [(await wire.say(data)).status for _ in range(3)] == [200, 429, 429]
    assert await wire.again() == 0


async def test_sh7_who_would_be_sent_away_is_sent_away(wire: Wire) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    gate = wire.app.state.gate
    gate.inside[Lane.PEOPLE] += 400
    told = await wire.say(data)
    assert (told.status, await wire.again()) == (503, 0)
    gate.inside[Lane.PEOPLE] -= 400
    assert ((await wire.say(data)).status, await wire.again()) == (200, 1)


async def test_who_has_as_much_open_as_they_may_opens_no_more(tmp_path: Path) -> None:
    limits = msgspec.structs.replace(UNBOUNDED, at_once=2)
    policy = demo_policy(limits=limits, budget=Budget(calls_per_second=1_000_000))
    async with open_wire(tmp_path, PAT, policy=policy) as wire:
        data = await wire.asked(INVOICES)
        await wire.becomes_known(data)
        await wire.house.calls()
        await wire.house.fault("/jobs$", times=10, latencyMs=1000)
        slow = [
            await wire.asked(f"{{ viewer {{ jobs(tab: {of}, first: 1) {{ totalCount }} }} }}")
            for of in ("COMPLETED", "UPCOMING")
        ]
        waiting = [asyncio.create_task(wire.say(of)) for of in slow]
        await wire.desk.is_under_way()
        told = await wire.say(data)
        assert (told.status, told.codes, await wire.again()) == (429, ["RATE_LIMITED"], 0)
        other = request(await wire.desk.another_token(PAT), INVOICES)
        assert (await wire.say(other)).status == 429  # the same person
        assert [of.status for of in await asyncio.gather(*waiting)] == [200, 200]
        assert ((await wire.say(data)).status, await wire.again()) == (200, 1)


async def test_a_process_that_ends_says_so(wire: Wire) -> None:
    data = await wire.asked(INVOICES)
    first = await wire.becomes_known(data)
    wire.app.state.leaving.begin()
    async with wire.line() as line:
        told = await line.say(data)
        assert await line.is_closed()
    assert (told.headers["connection"], await wire.again()) == ("close", 0)
    assert told.body == first.body


async def test_ca14_what_is_known_of_one_is_told_to_nobody_else(wire: Wire) -> None:
    tokens = [await wire.house.token(email) for email in (PAT, RILEY, MORGAN)]
    asked = [request(token, INVOICES) for token in tokens]
    told = [await wire.becomes_known(data) for data in asked]
    assert [len(numbers(of.body)) > 0 for of in told] == [True, False, True]
    assert not set(numbers(told[0].body)) & set(numbers(told[2].body))
    async with wire.line() as line:
        for _ in range(3):
            again = [await line.say(data) for data in asked]
            assert [of.body for of in again] == [of.body for of in told]
    assert await wire.again() == 9


async def test_it_is_known_of_one_token_and_judged_for_each(wire: Wire) -> None:
    first = await wire.becomes_known(await wire.asked(INVOICES))
    told = await wire.say(request(await wire.desk.another_token(PAT), INVOICES))
    assert (told.body, await wire.again()) == (first.body, 0)


async def test_az28_staff_are_never_known_nor_who_they_look_as(wire: Wire) -> None:
    await wire.becomes_known(await wire.asked(INVOICES))
    theirs = await token_of(wire.house, STAFF)
    for headers in ({}, {"X-View-As": PAT}):
        query = INVOICES if headers else "{ viewer { kind } }"
        for _ in range(5):
            told = await wire.say(request(theirs, query, headers=headers))
            assert told.status == 200
    told = await wire.say(await wire.asked(INVOICES, headers={"X-View-As": PAT}))
    assert (told.status, await wire.again(), len(wire.app.state.threshold.again)) == (403, 0, 1)


@pytest.mark.parametrize(
    "query",
    [
        '{ viewer { kind } node(id: "none") { id } }',
        "{ viewer { payments(first: 5) { totalCount } } }",
        "{ viewer { nothing } }",
        "mutation { __typename }",
        "subscription { invoiceChanged { id } }",
    ],
)
async def test_what_is_not_kept_is_not_known(wire: Wire, query: str) -> None:
    data = await wire.asked(query)
    told = [await wire.say(data) for _ in range(5)]
    assert len({of.status for of in told}) == 1
    assert (await wire.again(), len(wire.app.state.threshold.again)) == (0, 0)


@pytest.mark.parametrize("token", [None, "a.b.c"])
async def test_nobody_in_particular_is_known(wire: Wire, token: str | None) -> None:
    data = request(token, "{ portal { name } }")
    told = [await wire.say(data) for _ in range(5)]
    assert len({of.status for of in told}) == 1
    assert (await wire.again(), len(wire.app.state.threshold.again)) == (0, 0)


@pytest.mark.parametrize(
    "options",
    [{"told": {"keep_answers": "off"}}, {"tells_cost": True}, {"database": "sqlite+aiosqlite://"}],
    ids=["answers are not kept", "costs are told", "the ledger has to be waited for"],
)
async def test_where_it_cannot_be_nothing_is_known(tmp_path: Path, options: dict[str, Any]) -> None:
    async with open_wire(tmp_path, PAT, **options) as wire:
        data = await wire.asked(INVOICES)
        told = [await wire.say(data) for _ in range(5)]
        assert {of.status for of in told} == {200}
        assert await wire.again() == 0


async def test_two_ports_of_one_gateway_know_the_same(wire: Wire) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    async with listening(wire.app) as (port, _state):
        other = Wire(wire.desk, port, wire.state, wire.known)
        await other.say(data)
        assert await other.again() == 1
