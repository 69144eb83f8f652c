"""The token: one flight for all, renewed in time, refreshed once, and no secret told."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
import respx
import structlog

from adapters.servicetitan.client import ServiceTitan
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.errors import (
    UpstreamBusy,
    UpstreamError,
    UpstreamRejected,
    UpstreamUnavailable,
)
from adapters.servicetitan.tokens import Tokens
from adapters.servicetitan.wire import Wire

Page = Callable[..., httpx.Response]

URL = {"path__regex": ".*/customers$"}


def _grant(token: str, life: object = 900) -> httpx.Response:
    return httpx.Response(200, json={"access_token": token, "expires_in": life})


def _sent(upstream: respx.MockRouter) -> list[str]:
    return [
        call.request.headers["Authorization"]
        for call in upstream.calls
        if call.request.method == "GET"
    ]


async def test_the_token_is_asked_for_by_form(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    upstream.get(**URL).mock(return_value=page([]))
    await client.ask(CUSTOMERS, "id", [1])
    request = upstream["token"].calls.last.request
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.content == (
        b"grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-secret"
    )
    assert "ST-App-Key" not in request.headers


async def test_one_flight_for_fifty_who_wait(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    upstream.get(**URL).mock(return_value=page([]))
    await asyncio.gather(*(client.ask(CUSTOMERS, "id", [value]) for value in range(50)))
    assert upstream["token"].call_count == 1


async def test_up8_a_revoked_token_is_replaced_once_for_all(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    upstream["token"].mock(side_effect=[_grant("old"), _grant("new")])

    def answer(request: httpx.Request) -> httpx.Response:
        fresh = request.headers["Authorization"] == "Bearer new"
        return page([]) if fresh else httpx.Response(401)

    upstream.get(**URL).mock(side_effect=answer)
    given = await asyncio.gather(*(client.ask(CUSTOMERS, "id", [v]) for v in range(20)))
    assert upstream["token"].call_count == 2
    assert [answer.rows for answer in given] == [{value: ()} for value in range(20)]
    assert {answer.calls for answer in given} == {2}


async def test_up10_a_late_401_takes_the_token_that_came_meanwhile(
    upstream: respx.MockRouter, connection: Connection
) -> None:
    upstream["token"].mock(side_effect=[_grant("old"), _grant("new")])
    wire = Wire(httpx.MockTransport(upstream.async_handler))
    tokens = Tokens(wire, connection)
    given = [await tokens.current()]
    given += [await tokens.instead_of("old") for _ in range(3)]
    assert given == ["old", "new", "new", "new"]
    assert upstream["token"].call_count == 2
    await wire.aclose()


async def test_up8_always_401_is_refused_without_a_loop(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream["token"].mock(side_effect=[_grant("first"), _grant("second")])
    upstream.get(**URL).respond(401)
    given = await client.ask(CUSTOMERS, "id", [1])
    assert _sent(upstream) == ["Bearer first", "Bearer second"]
    assert isinstance(given.rows[1], UpstreamRejected)
    assert str(given.rows[1]) == (
        "ServiceTitan does not accept our token for customers: "
        "check the application key and the tenant."
    )


async def test_it_is_renewed_at_four_fifths_of_its_life(
    upstream: respx.MockRouter, connection: Connection
) -> None:
    now = 1000.0
    upstream["token"].mock(side_effect=[_grant("a"), _grant("b"), _grant("c", 10), _grant("d")])
    wire = Wire(httpx.MockTransport(upstream.async_handler))
    tokens = Tokens(wire, connection, clock=lambda: now)
    given = []
    for moment in (1000.0, 1719.9, 1720.0, 1720.1, 2620.2, 2630.3):
        now = moment
        given.append(await tokens.current())
        await _idle()
    assert given == ["a", "a", "a", "b", "c", "d"]
    assert upstream["token"].call_count == 4
    await wire.aclose()


async def test_while_it_cannot_be_renewed_the_old_one_serves_to_its_end(
    upstream: respx.MockRouter, connection: Connection
) -> None:
    now = 0.0
    down = [httpx.Response(503)] * 3
    upstream["token"].mock(side_effect=[_grant("a"), *down, *down, *down, _grant("b")])
    wire = Wire(httpx.MockTransport(upstream.async_handler))
    tokens = Tokens(wire, connection, clock=lambda: now)
    counts = []
    for moment in (0.0, 720.0, 721.0, 725.0, 899.9):
        now = moment
        assert await tokens.current() == "a"
        await _idle()
        counts.append(upstream["token"].call_count)
    assert counts == [1, 4, 4, 7, 10]
    now = 900.0
    assert await tokens.current() == "b"
    await wire.aclose()


async def test_who_gives_up_waiting_does_not_end_the_flight(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    gate = asyncio.Event()

    async def when_let(_request: httpx.Request) -> httpx.Response:
        await gate.wait()
        return _grant("one")

    upstream["token"].mock(side_effect=when_let)
    upstream.get(**URL).mock(return_value=page([]))
    leader = asyncio.create_task(client.ask(CUSTOMERS, "id", [1]))
    follower = asyncio.create_task(client.ask(CUSTOMERS, "id", [2]))
    await _idle()
    leader.cancel()
    await _idle()
    gate.set()
    assert (await follower).rows == {2: ()}
    assert upstream["token"].call_count == 1
    assert leader.cancelled()


@pytest.mark.parametrize(
    ("answer", "error", "calls", "says"),
    [
        (httpx.Response(400, json={"error": "invalid_client"}), UpstreamRejected, 1, "client id"),
        (httpx.Response(401), UpstreamRejected, 1, "client secret"),
        (httpx.Response(404), UpstreamRejected, 1, "access tokens (404)"),
        (httpx.Response(302, headers={"Location": "http://evil"}), UpstreamRejected, 1, "follow"),
        (httpx.Response(429), UpstreamBusy, 3, "busy"),
        (httpx.Response(503), UpstreamUnavailable, 3, "failed"),
        (httpx.Response(200, json={}), UpstreamRejected, 1, "no token"),
        (httpx.Response(200, json=[]), UpstreamRejected, 1, "no token"),
        (httpx.Response(200, text="<html>"), UpstreamRejected, 1, "not one we can read"),
        (_grant(""), UpstreamRejected, 1, "no token"),
        (_grant("a\nb"), UpstreamRejected, 1, "no token"),
        (_grant("a", life=0), UpstreamRejected, 1, "no token"),
        (_grant("a", life="900"), UpstreamRejected, 1, "no token"),
    ],
)
async def test_no_token_is_no_answer(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    answer: httpx.Response,
    error: type[UpstreamError],
    calls: int,
    says: str,
) -> None:
    upstream["token"].mock(return_value=answer)
    given = await client.ask(CUSTOMERS, "id", [1])
    assert isinstance(given.rows[1], error)
    assert says in str(given.rows[1])
    assert given.calls == 0
    assert upstream["token"].call_count == calls


async def test_a_dead_token_endpoint_is_unavailable(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream["token"].mock(side_effect=httpx.ConnectError)
    given = await asyncio.gather(*(client.ask(CUSTOMERS, "id", [v]) for v in range(10)))
    assert all(isinstance(a.rows[v], UpstreamUnavailable) for v, a in enumerate(given))
    assert upstream["token"].call_count == 3


async def test_secrets_are_told_to_nobody(
    client: ServiceTitan, upstream: respx.MockRouter, connection: Connection
) -> None:
    upstream.get(**URL).mock(side_effect=[httpx.Response(503), httpx.Response(401)] * 3)
    with structlog.testing.capture_logs() as logs:
        given = await client.ask(CUSTOMERS, "id", [987654])
    told = f"{connection!r} {logs} {given!r} {given.rows[987654]}"
    assert "https" not in f"{logs} {given.rows[987654]}"
    for secret in ("sandbox-secret", "sandbox-app-key", "sandbox-token"):
        assert secret not in told
    assert {*logs[0]} >= {"resource", "call", "ms", "status", "event", "log_level"}
    assert all("987654" not in str(line) for line in logs)


@pytest.mark.parametrize("end", ["", "/"])
def test_addresses_are_joined_whatever_their_ends(connection: Connection, end: str) -> None:
    given = replace(connection, api_url=f"https://a{end}", auth_url=f"https://b{end}")
    assert given.address("crm/v2/tenant/{tenant}/x") == "https://a/crm/v2/tenant/1234567/x"
    assert given.token_address == "https://b/connect/token"


async def _idle() -> None:
    """Let everything that can go on go on."""
    for _ in range(50):
        await asyncio.sleep(0)
