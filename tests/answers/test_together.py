"""The same query of the same viewer, asked side by side, runs once; each asks for itself."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
import pytest
import pytest_asyncio
from msgspec import structs

from adapters.servicetitan.jobs import JOBS
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override
from tests.answers.asking import (
    ALONE,
    INVOICES,
    MORGAN,
    PAT,
    RILEY,
    SLOW_MS,
    Desk,
    numbers,
    open_desk,
)
from tests.house import HOME, demo_policy, gid
from tests.limitless import UNBOUNDED
from tests.overload.test_deadline import in_the_air, inside, nobody_asks
from tests.staff import STAFF, token_of
from tests.subscriptions.talking import served

ONE_CALL = Counter({"invoices?customerId=1001": 1})
NAMED = "query A { viewer { email } } query B { viewer { email } }"
BY_ID = "query($id: ID!) { node(id: $id) { ... on Invoice { number balance } } }"


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_desk(PAT, RILEY, MORGAN, told=ALONE) as desk:
        yield desk


async def test_twenty_alike_run_once_and_each_is_answered_the_same(desk: Desk) -> None:
    token = await desk.house.token(PAT)
    told = await desk.slowly(*(desk.post(token, INVOICES) for _ in range(20)))
    data = {httpx_answer.text.partition(',"extensions"')[0] for httpx_answer in told}
    assert (len(data), await desk.hows()) == (1, {"run": 1, "shared": 19})
    assert await desk.house.calls() == ONE_CALL
    assert len(numbers(told[0].json())) > 0
    costs = Counter(answer.json()["extensions"]["upstream"]["calls"] for answer in told)
    assert costs == {1: 1, 0: 19}


async def test_each_is_logged_and_known_by_an_id_of_its_own(desk: Desk) -> None:
    token, seen = await desk.house.token(PAT), desk.house.seen()
    told = await desk.slowly(*(desk.post(token, INVOICES) for _ in range(5)))
    assert len({answer.headers["x-request-id"] for answer in told}) == 5
    lines = [line for line in desk.house.logs[seen[0] :] if line.get("kind") == "query"]
    assert [line["event"] for line in lines] == ["request"] * 5
    assert sorted(line["calls"] for line in lines) == [0, 0, 0, 0, 1]


async def test_two_tokens_of_one_person_are_the_same_viewer(desk: Desk) -> None:
    tokens = [await desk.another_token(PAT) for _ in range(2)]
    assert len(set(tokens)) == 2
    told = await desk.slowly(*(desk.post(token, INVOICES) for token in tokens))
    assert told[0].json()["data"] == told[1].json()["data"]
    assert await desk.hows() == {"run": 1, "shared": 1}


async def test_ca14_two_of_one_household_with_other_levels_are_answered_apart(desk: Desk) -> None:
    pat, riley = await desk.slowly(desk.house.ask(PAT, INVOICES), desk.house.ask(RILEY, INVOICES))
    assert (len(numbers(pat)) > 0, numbers(riley)) == (True, [])
    assert await desk.hows() == {"run": 2}


async def test_ca14_two_households_are_answered_apart(desk: Desk) -> None:
    one, other = await desk.slowly(desk.house.ask(PAT, INVOICES), desk.house.ask(MORGAN, INVOICES))
    assert len(numbers(one)) > 0
    assert len(numbers(other)) > 0
    assert set(numbers(one)).isdisjoint(numbers(other))
    assert await desk.hows() == {"run": 2}


async def test_ca14_two_who_reach_just_the_same_are_answered_apart(desk: Desk) -> None:
    strangers = ["casey@example.com", "nobody@example.com"]
    for email in strangers:
        await desk.house.viewer(email, "email")
    await desk.hows()
    told = await asyncio.gather(*(desk.house.viewer(of, "email") for of in strangers * 3))
    assert [each["email"] for each in told] == strangers * 3
    hows = await desk.hows()
    assert (hows["run"] + hows.get("shared", 0), hows["run"] >= len(strangers)) == (6, True)


async def test_az23_staff_who_look_through_a_customers_eyes_are_answered_alone(desk: Desk) -> None:
    own, theirs = await desk.house.token(PAT), await token_of(desk.house, STAFF)
    through = {"x-view-as": PAT}
    told = await desk.slowly(
        desk.post(own, INVOICES),
        desk.post(theirs, INVOICES, headers=through),
        desk.post(theirs, INVOICES, headers=through),
    )
    assert [len(numbers(answer.json())) > 0 for answer in told] == [True] * 3
    assert await desk.hows() == {"run": 1, "alone": 2}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((BY_ID, {"id": gid("open-invoice")}), (BY_ID, {"id": gid("paid-invoice")})),
        ((INVOICES, None), (INVOICES.replace(" balance", ""), None)),
        ((f"{INVOICES} ", None), (INVOICES, None)),
    ],
    ids=["variables", "document", "spelling"],
)
async def test_what_is_asked_differently_runs_for_itself(
    desk: Desk, one: tuple[str, Any], other: tuple[str, Any]
) -> None:
    token = await desk.house.token(PAT)
    told = await desk.slowly(desk.post(token, *one), desk.post(token, *other))
    assert [answer.json().get("errors") for answer in told] == [None, None]
    assert await desk.hows() == {"run": 2}


async def test_another_operation_of_the_same_document_runs_for_itself(desk: Desk) -> None:
    token = await desk.house.token(PAT)
    headers = {"authorization": f"Bearer {token}"}
    bodies = [{"query": NAMED, "operationName": name} for name in "AB"]
    await asyncio.gather(
        *(desk.house.gateway.post("/graphql", json=body, headers=headers) for body in bodies)
    )
    assert await desk.hows() == {"run": 2}


async def test_mutations_are_done_for_each_who_asks(desk: Desk) -> None:
    token = await desk.house.token(PAT)
    await asyncio.gather(*(desk.post(token, "mutation { __typename }") for _ in range(3)))
    assert await desk.hows() == {"alone": 3}


async def test_ca8_what_begins_after_a_change_boards_nothing_that_began_before(desk: Desk) -> None:
    before = asyncio.create_task(desk.slowly(desk.house.ask(PAT, INVOICES)))
    await desk.is_under_way()
    await desk.forgets(JOBS, 1)
    await desk.house.ask(PAT, INVOICES)
    await before
    assert await desk.hows() == {"run": 2}


async def test_az26_a_level_that_is_set_meanwhile_counts_at_once(desk: Desk) -> None:
    before = asyncio.create_task(desk.slowly(desk.house.ask(PAT, INVOICES)))
    await desk.is_under_way()
    await desk.set_level(PAT, "NON_BILLING")
    assert numbers(await desk.house.ask(PAT, INVOICES)) == []
    assert len(numbers((await before)[0])) > 0
    assert await desk.hows() == {"run": 2, "alone": 1}


async def test_choices_that_are_read_again_meanwhile_count_at_once(desk: Desk) -> None:
    before = asyncio.create_task(desk.slowly(desk.house.ask(PAT, INVOICES)))
    await desk.is_under_way()
    lower = Override(customer=HOME, level=AccessLevel.NON_BILLING)
    await desk.house.choose(demo_policy(access=Access(people={PAT: (lower,)})))
    assert numbers(await desk.house.ask(PAT, INVOICES)) == []
    await before
    assert await desk.hows() == {"run": 2}


async def test_a_failure_is_told_to_those_aboard_and_remembered_for_nobody(desk: Desk) -> None:
    token = await desk.house.token(PAT)
    await desk.house.fault("/invoices$", times=1, status=400, latencyMs=SLOW_MS)
    told = await asyncio.gather(*(desk.post(token, INVOICES) for _ in range(3)))
    codes = [answer.json()["errors"][0]["extensions"]["code"] for answer in told]
    assert codes == ["UPSTREAM_REJECTED"] * 3
    again = await desk.post(token, INVOICES)
    assert len(numbers(again.json())) > 0
    assert await desk.hows() == {"run": 2, "shared": 2}


@pytest.mark.parametrize("leaver", [0, 1, 2])
async def test_who_leaves_ends_it_for_nobody_else(desk: Desk, leaver: int) -> None:
    await desk.house.fault("/invoices$", times=1, latencyMs=SLOW_MS * 4)
    async with three_asking(desk) as asking:
        asking.pop(leaver).cancel()
        told = await asyncio.gather(*asking)
    assert [len(numbers(answer.json())) > 0 for answer in told] == [True, True]
    assert await desk.house.calls() == ONE_CALL


async def test_gd20_once_all_have_left_nothing_of_it_goes_on(desk: Desk) -> None:
    await desk.house.fault("/invoices$", times=1, latencyMs=60_000)
    async with three_asking(desk) as asking:
        for each in asking:
            each.cancel()
        async with asyncio.timeout(10):
            while await inside(desk.house):  # noqa: ASYNC110  # nobody is told
                await asyncio.sleep(0.01)
        await nobody_asks()
        assert in_the_air(desk.house) == 0


@asynccontextmanager
async def three_asking(desk: Desk) -> AsyncIterator[list[asyncio.Task[httpx.Response]]]:
    """Have three ask the same over connections of their own, until ServiceTitan was asked."""
    headers = {"authorization": f"Bearer {await desk.house.token(PAT)}", "host": "gateway"}
    async with served(desk.house) as street, httpx.AsyncClient(trust_env=False) as client:
        url = f"http://127.0.0.1:{street.port}/graphql"
        post = partial(client.post, url, json={"query": INVOICES}, headers=headers)
        asking = [asyncio.create_task(post()) for _ in range(3)]
        everybody = tuple(asking)
        async with asyncio.timeout(10):
            while (await inside(desk.house)).get("people") != len(asking):  # noqa: ASYNC110  # nobody is told
                await asyncio.sleep(0.005)
        await desk.is_under_way()
        await asyncio.sleep(0.2)  # by now all three wait, and ServiceTitan has not answered
        yield asking
        await asyncio.gather(*everybody, return_exceptions=True)


async def test_each_is_charged_and_who_has_to_wait_is_not_answered_with_the_others() -> None:
    limits = structs.replace(UNBOUNDED, operations_per_minute=3)
    async with open_desk(PAT, policy=demo_policy(limits=limits)) as desk:
        token = await desk.house.token(PAT)
        told = await desk.slowly(*(desk.post(token, INVOICES) for _ in range(5)))
        assert Counter(answer.status_code for answer in told) == {200: 2, 429: 3}
        assert await desk.hows() == {"run": 1, "shared": 1}
