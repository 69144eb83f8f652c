"""The budget of calls as ServiceTitan meets it: through the client, on the wire."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date

import httpx
import pytest
import respx
import stamina

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions
from adapters.servicetitan.client import ServiceTitan, connect
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.errors import UpstreamBusy
from adapters.servicetitan.feeds import CUSTOMER_FEED
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.pacing import Allowance
from adapters.servicetitan.pacing_shared import SharedPace
from adapters.servicetitan.priority import Priority
from tests.redis_server import URL, a_name
from tests.virtual_time import VIRTUALLY

Page = Callable[..., httpx.Response]

TODAY = date(2026, 7, 14)
MONEY, WEBHOOK, PEOPLE, REFRESH, WARMING = Priority
TROUBLES = ("503", "401", "500", "200")


@asynccontextmanager
async def sandboxed() -> AsyncIterator[tuple[httpx.ASGITransport, Connection]]:
    """A sandbox that allows sixty calls a second, by the clock of the loop."""
    options = SandboxOptions(today=TODAY, homes=1)
    told = options.credentials()
    connection = Connection(
        api_url=str(told["apiUrl"]),
        auth_url=str(told["authUrl"]),
        tenant_id=int(str(told["tenantId"])),
        client_id=str(told["clientId"]),
        client_secret=str(told["clientSecret"]),
        app_key=str(told["appKey"]),
    )
    sandbox = create_sandbox(options, clock=asyncio.get_running_loop().time)
    yield httpx.ASGITransport(sandbox), connection


async def statuses(wire: httpx.ASGITransport) -> Counter[int]:
    """Count the answers the sandbox has given."""
    async with httpx.AsyncClient(transport=wire, base_url="http://127.0.0.1:8010") as control:
        told = (await control.get("/_sandbox/calls", params={"all": "true"})).json()["calls"]
    return Counter(call["status"] for call in told if not call["path"].endswith("/connect/token"))


@pytest.fixture
async def paced(upstream: respx.MockRouter, connection: Connection) -> AsyncIterator[ServiceTitan]:
    """A client that keeps the pace it keeps by itself."""
    made = connect(connection, transport=httpx.MockTransport(upstream.async_handler))
    yield made
    await made.aclose()


@VIRTUALLY
async def test_three_hundred_questions_at_once_meet_no_429_and_all_are_answered() -> None:
    async with sandboxed() as (wire, connection):
        client = connect(connection, transport=wire)
        given = await asyncio.gather(*(client.ask(JOBS, "id", [v]) for v in range(1, 301)))
        await client.aclose()
        assert await statuses(wire) == {200: 300}
    assert {answer.calls for answer in given} == {1}
    assert not any(isinstance(answer.rows[v], Exception) for v, answer in enumerate(given, 1))
    assert asyncio.get_running_loop().time() == pytest.approx((300 - 6 + 1.2) / 48)
    assert client.counters.turns == {PEOPLE: 300}
    assert client.counters.calls == {("jpm", "200"): 300}


async def test_three_processes_with_one_redis_do_not_make_three_times_the_calls() -> None:
    """With a limit of 30 each would send 27 calls in a second: 81 of the 60 that are allowed."""
    async with a_name("pace:") as name, sandboxed() as (wire, connection):
        paces = [SharedPace(URL, name, lambda: Allowance.of(30), patience=2.0) for _ in range(3)]
        clients = [connect(connection, transport=wire, pace=pace) for pace in paces]
        questions = (client.ask(JOBS, "id", [v]) for v in range(1, 31) for client in clients)
        given = await asyncio.gather(*questions)
        for client in clients:
            await client.aclose()
        assert await statuses(wire) == {200: 90}
    assert {answer.calls for answer in given} == {1}
    assert [pace.losses for pace in paces] == [0, 0, 0]


@VIRTUALLY
async def test_more_than_fits_into_the_deadline_is_refused_at_once(
    paced: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    upstream.get(path__regex=".*/jobs$").mock(side_effect=lambda _: page([]))
    now = asyncio.get_running_loop().time
    refused: list[float] = []

    async def ask(value: int) -> object:
        rows = (await paced.ask(JOBS, "id", [value])).rows[value]
        if isinstance(rows, UpstreamBusy):
            refused.append(now())
            assert rows.retry_after_ms == 9_005
            assert str(rows) == "ServiceTitan is too busy to give its jobs. Try again later."
        return rows

    given = await asyncio.gather(*(ask(value) for value in range(600)))
    assert refused == [0.0] * 164
    assert given.count(()) == 436
    assert now() == pytest.approx((436 - 4.8) / 48)
    assert paced.counters.refused == {PEOPLE: 164}


@VIRTUALLY
async def test_the_order_on_the_wire_is_money_webhooks_people_refreshes_warming(
    paced: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    order: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        order.append(request.url.params.get("ids", "feed"))
        told = page([]).json() | {"continueFrom": "x"}
        return httpx.Response(200, json=told)

    upstream.get(path__regex=".*/(jobs|customers|technician-tracking)$").mock(side_effect=answer)
    await asyncio.gather(*(paced.ask(JOBS, "id", [0]) for _ in range(5)))
    order.clear()
    asked = [WARMING, REFRESH, PEOPLE, WEBHOOK, MONEY]
    questions = (paced.ask(JOBS, "id", [10 + priority], priority) for priority in asked)
    await asyncio.gather(paced.feed(CUSTOMER_FEED, None), *questions)
    assert order == ["10", "11", "12", "feed", "13", "14"]


@VIRTUALLY
async def test_a_pause_that_is_told_to_one_is_kept_by_all(
    paced: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    now = asyncio.get_running_loop().time
    sent: list[float] = []

    def answer(_request: httpx.Request) -> httpx.Response:
        sent.append(now())
        busy = httpx.Response(429, headers={"Retry-After": "2"})
        return busy if len(sent) == 1 else page([])

    upstream.get(path__regex=".*").mock(side_effect=answer)
    first = asyncio.create_task(paced.ask(JOBS, "id", [1]))
    await asyncio.sleep(0.01)
    assert paced.paused() == pytest.approx(1.99)
    other = await paced.ask(CUSTOMERS, "id", [1], MONEY)
    assert (await first).calls == 2
    assert (other.calls, other.rows) == (1, {1: ()})
    assert sent == pytest.approx([0.0, 2 + 1 / 48, 2 + 3.2 / 48])
    assert paced.paused() == 0.0


@VIRTUALLY
@pytest.mark.parametrize("told", [{}, {"Retry-After": "soon"}, {"Retry-After": "-1"}])
async def test_a_pause_nobody_can_read_is_a_second(
    paced: ServiceTitan, upstream: respx.MockRouter, told: dict[str, str]
) -> None:
    upstream.get(path__regex=".*").respond(429, headers=told)
    given = await paced.ask(JOBS, "id", [1])
    assert isinstance(given.rows[1], UpstreamBusy)
    assert given.calls == 3
    assert asyncio.get_running_loop().time() == pytest.approx(2 * (1 + 2.2 / 48))
    assert paced.counters.retries == 0


@VIRTUALLY
async def test_a_pause_longer_than_the_deadline_is_told_at_once_to_all_who_ask(
    paced: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream.get(path__regex=".*").respond(429, headers={"Retry-After": "60"})
    first = await paced.ask(JOBS, "id", [1])
    second = await paced.ask(CUSTOMERS, "id", [1], MONEY)
    with pytest.raises(UpstreamBusy) as caught:
        await paced.feed(CUSTOMER_FEED, None)
    assert (first.calls, second.calls) == (1, 0)
    told = [first.rows[1], second.rows[1], caught.value]
    waits = [error.retry_after_ms for error in told if isinstance(error, UpstreamBusy)]
    assert waits == [60_046, 60_021, 60_067]
    assert asyncio.get_running_loop().time() == 0


@VIRTUALLY
async def test_every_attempt_takes_a_turn(
    paced: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    troubles = [httpx.Response(int(status)) for status in TROUBLES[:3]]
    upstream.get(path__regex=".*/jobs$").mock(side_effect=[*troubles, page([])])
    given = await paced.ask(JOBS, "id", [1])
    assert (given.calls, given.rows) == (4, {1: ()})
    assert paced.counters.turns == {PEOPLE: 4}
    assert paced.counters.calls == dict.fromkeys([("jpm", s) for s in TROUBLES], 1)


@VIRTUALLY
async def test_up7_of_random_failures_next_to_nothing_is_noticed(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    chance = random.Random(7)  # noqa: S311  # the same failures every time

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(503) if chance.random() < 0.05 else page([])

    upstream.get(path__regex=".*").mock(side_effect=answer)
    given = [await client.ask(JOBS, "id", [1]) for _ in range(2000)]
    assert sum(answer.rows != {1: ()} for answer in given) <= 2
    calls = sum(answer.calls for answer in given)
    assert 2000 < calls == 2000 + client.counters.retries <= 2200
    assert client.counters.not_retried == 0


@VIRTUALLY
async def test_a_storm_of_retries_is_a_tenth_of_the_calls(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    turn = 0

    def answer(_request: httpx.Request) -> httpx.Response:
        nonlocal turn
        turn += 1
        return page([]) if turn % 3 == 0 else httpx.Response(503)

    upstream.get(path__regex=".*/jobs$").mock(side_effect=answer)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("adapters.servicetitan.breakers.MOST_FAILED", 99)
        given = [await client.ask(JOBS, "id", [1]) for _ in range(1000)]
    calls = sum(answer.calls for answer in given)
    assert calls == 1000 + client.counters.retries
    assert 1100 <= calls <= 1110
    assert client.counters.not_retried > 500


async def test_three_attempts_are_the_most_whatever_the_budget(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    stamina.set_testing(False)
    upstream.get(path__regex=".*/jobs$").respond(503)
    given = await client.ask(JOBS, "id", [1])
    assert (given.calls, client.counters.retries) == (3, 2)
    assert client.counters.not_retried == 0
