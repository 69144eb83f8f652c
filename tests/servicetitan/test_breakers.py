"""A module that fails is let alone for a while; the others go on."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

from adapters.servicetitan.breakers import BreakerState
from adapters.servicetitan.client import ServiceTitan, connect
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.errors import UpstreamError, UpstreamUnavailable
from adapters.servicetitan.feeds import CUSTOMER_FEED
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.resource import Resource
from tests.unhurried import unhurried
from tests.virtual_time import VIRTUALLY

pytestmark = VIRTUALLY

Page = Callable[..., httpx.Response]

CRM = {"path__regex": ".*/crm/.*"}
OPEN, HALF_OPEN, CLOSED = BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.CLOSED
SAID = "ServiceTitan fails to give its customers just now. Try again later."


async def ask(
    client: ServiceTitan, times: int = 1, of: Resource[Any] = CUSTOMERS
) -> tuple[object, int]:
    """Ask so often, one after the other; tell the last answer, and the calls of all."""
    calls, last = 0, None
    for _ in range(times):
        given = await client.ask(of, "id", [1])
        calls, last = calls + given.calls, given.rows[1]
    return last, calls


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        (501, "501"),
        (httpx.ReadTimeout, "slow"),
        (httpx.PoolTimeout, "slow"),
        (httpx.DecodingError, "unreadable"),
    ],
)
async def test_ten_failures_open_it_and_nothing_is_sent_for_five_seconds(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    trouble: Any,  # noqa: ANN401  # a status, or an exception's class
    outcome: str,
) -> None:
    answer = httpx.Response(trouble) if isinstance(trouble, int) else trouble
    upstream.get(**CRM).mock(side_effect=[answer] * 10)
    assert (await ask(client, 9))[1] == 9
    assert client.breakers() == {"crm": CLOSED}
    assert (await ask(client))[1] == 1
    assert client.breakers() == {"crm": OPEN}
    error, calls = await ask(client, 30)
    assert isinstance(error, UpstreamUnavailable)
    assert (str(error), calls) == (SAID, 0)
    with pytest.raises(UpstreamUnavailable, match="fails to give its customer feed just now"):
        await client.feed(CUSTOMER_FEED, None)
    assert client.counters.calls == {("crm", outcome): 10}
    assert client.counters.kept_out == {"crm": 31}
    assert client.counters.turns.total() == 10
    await asyncio.sleep(4.99)
    assert client.breakers() == {"crm": OPEN}
    await asyncio.sleep(0.02)
    assert client.breakers() == {"crm": HALF_OPEN}


@pytest.mark.parametrize("trouble", [503, httpx.ConnectError, httpx.ReadError])
async def test_further_attempts_count_as_well(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    trouble: Any,  # noqa: ANN401  # as above
) -> None:
    answer = httpx.Response(trouble) if isinstance(trouble, int) else trouble
    upstream.get(**CRM).mock(side_effect=[answer] * 10)
    error, calls = await ask(client, 4)
    assert isinstance(error, UpstreamUnavailable)
    assert calls == 10
    assert client.breakers() == {"crm": OPEN}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 302])
async def test_a_refusal_is_an_answer(
    client: ServiceTitan, upstream: respx.MockRouter, status: int
) -> None:
    upstream.get(**CRM).respond(status)
    await ask(client, 30)
    assert client.breakers() == {"crm": CLOSED}


async def test_what_is_too_long_to_be_read_is_the_questions_fault(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    long = httpx.Response(200, headers={"Content-Type": "application/json"}, content=b"x" * 2**24)
    upstream.get(**CRM).mock(return_value=long)
    _, calls = await ask(client, 12)
    assert (calls, client.breakers()) == (12, {"crm": CLOSED})
    assert client.counters.calls == {("crm", "too long"): 12}


async def test_other_modules_go_on(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    upstream.get(**CRM).respond(501)
    upstream.get(path__regex=".*/(jpm|accounting)/.*").mock(side_effect=lambda _: page([]))
    await ask(client, 20)
    assert await ask(client, 3, JOBS) == ((), 3)
    assert await ask(client, 3, INVOICES) == ((), 3)
    assert client.breakers() == {"crm": OPEN, "jpm": CLOSED, "accounting": CLOSED}


async def test_one_call_of_many_tries_whether_it_is_well_again(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    async def slowly(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(1)
        return page([{"id": 1}])

    route = upstream.get(**CRM).respond(501)
    await ask(client, 10)
    await asyncio.sleep(5)
    route.mock(side_effect=slowly)
    given = await asyncio.gather(*(client.ask(CUSTOMERS, "id", [1]) for _ in range(20)))
    assert sum(answer.calls for answer in given) == 1
    assert sum(isinstance(answer.rows[1], UpstreamError) for answer in given) == 19
    assert client.breakers() == {"crm": CLOSED}
    assert (await ask(client, 5))[1] == 5


async def test_a_try_that_fails_opens_it_for_as_long_again(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream.get(**CRM).respond(501)
    await ask(client, 10)
    await asyncio.sleep(5)
    assert await ask(client, 9)
    assert client.counters.calls["crm", "501"] == 11
    await asyncio.sleep(4.9)
    assert client.breakers() == {"crm": OPEN}
    await asyncio.sleep(0.2)
    assert client.breakers() == {"crm": HALF_OPEN}


async def test_a_try_whose_reader_leaves_says_nothing_and_the_next_one_tries(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    async def never(_request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    route = upstream.get(**CRM).respond(501)
    await ask(client, 10)
    await asyncio.sleep(5)
    route.mock(side_effect=never)
    leaving = asyncio.create_task(client.ask(CUSTOMERS, "id", [1]))
    await asyncio.sleep(1)
    leaving.cancel()
    await asyncio.wait([leaving])
    assert client.breakers() == {"crm": HALF_OPEN}
    route.mock(side_effect=lambda _: page([{"id": 1}]))
    assert (await ask(client))[1] == 1
    assert client.breakers() == {"crm": CLOSED}
    assert client.counters.calls["crm", "left"] == 1


async def test_readers_who_leave_open_nothing_and_those_who_wait_in_vain_do(
    upstream: respx.MockRouter, connection: Connection
) -> None:
    async def never(_request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    upstream.get(**CRM).mock(side_effect=never)
    transport = httpx.MockTransport(upstream.async_handler)
    client = connect(connection, transport=transport, deadline=2.0, pace=unhurried())
    leaving = [asyncio.create_task(client.ask(CUSTOMERS, "id", [1])) for _ in range(20)]
    await asyncio.sleep(1)
    for task in leaving:
        task.cancel()
    await asyncio.wait(leaving)
    assert client.breakers() == {"crm": CLOSED}
    await asyncio.gather(*(client.ask(CUSTOMERS, "id", [1]) for _ in range(10)))
    assert client.breakers() == {"crm": OPEN}
    assert client.counters.calls == {("crm", "left"): 20, ("crm", "slow"): 10}
    await client.aclose()


async def test_calls_that_were_begun_too_late_say_nothing_of_the_module(
    upstream: respx.MockRouter, connection: Connection
) -> None:
    async def slowly(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(1.4)
        raise AssertionError

    upstream.get(**CRM).mock(side_effect=slowly)
    transport = httpx.MockTransport(upstream.async_handler)
    client = connect(connection, transport=transport, deadline=1.3, pace=unhurried())
    await asyncio.gather(*(client.ask(CUSTOMERS, "id", [1]) for _ in range(20)))
    assert asyncio.get_running_loop().time() == pytest.approx(1.3)
    assert client.breakers() == {"crm": CLOSED}
    await client.aclose()


async def test_failures_among_enough_successes_or_long_past_open_nothing(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    well, ill = page([]), httpx.Response(501)
    upstream.get(**CRM).mock(side_effect=[ill, well, well] * 20 + [ill] * 19)
    await ask(client, 60)
    assert client.breakers() == {"crm": CLOSED}
    await asyncio.sleep(30)
    await ask(client, 9)
    assert client.breakers() == {"crm": CLOSED}
    await asyncio.sleep(30)
    await ask(client, 9)
    assert client.breakers() == {"crm": CLOSED}
    await ask(client)
    assert client.breakers() == {"crm": OPEN}


async def test_late_failures_of_calls_from_before_do_not_prolong_it(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    async def fail(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(next(pauses))
        return httpx.Response(501)

    pauses = iter([1.0] * 10 + [4.0] * 5)
    upstream.get(**CRM).mock(side_effect=fail)
    await asyncio.gather(*(client.ask(CUSTOMERS, "id", [1]) for _ in range(15)))
    assert asyncio.get_running_loop().time() == pytest.approx(4.0)
    await asyncio.sleep(2.0)
    assert client.breakers() == {"crm": HALF_OPEN}
