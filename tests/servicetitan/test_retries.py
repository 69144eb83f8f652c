"""Trying again: what for, how often, after how long, and when no more."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
import respx
import stamina

from adapters.servicetitan.client import ServiceTitan, connect
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.customers import CUSTOMERS, Customer
from adapters.servicetitan.errors import UpstreamBusy, UpstreamRejected, UpstreamUnavailable
from adapters.servicetitan.model import CustomerId
from adapters.servicetitan.retries import full_jitter, retry_after
from tests.virtual_time import VIRTUALLY

Page = Callable[..., httpx.Response]

URL = {"path__regex": ".*/customers$"}
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


IN_AN_HOUR = "a date an hour from now"


@VIRTUALLY
@pytest.mark.parametrize(
    ("status", "error", "calls"),
    [
        (500, UpstreamUnavailable, 3),
        (502, UpstreamUnavailable, 3),
        (503, UpstreamUnavailable, 3),
        (504, UpstreamUnavailable, 3),
        (501, UpstreamUnavailable, 1),
        (429, UpstreamBusy, 3),
        (400, UpstreamRejected, 1),
        (403, UpstreamRejected, 1),
        (404, UpstreamRejected, 1),
        (409, UpstreamRejected, 1),
        (422, UpstreamRejected, 1),
        (204, UpstreamRejected, 1),
        (302, UpstreamRejected, 1),
    ],
)
async def test_statuses(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    status: int,
    error: type[Exception],
    calls: int,
) -> None:
    upstream.get(**URL).respond(status)
    given = await client.ask(CUSTOMERS, "id", [1])
    assert isinstance(given.rows[1], error)
    assert given.calls == calls


@pytest.mark.parametrize(
    ("trouble", "error", "calls"),
    [
        (httpx.ConnectError, UpstreamUnavailable, 3),
        (httpx.ConnectTimeout, UpstreamUnavailable, 3),
        (httpx.ReadError, UpstreamUnavailable, 3),
        (httpx.RemoteProtocolError, UpstreamUnavailable, 3),
        (httpx.ReadTimeout, UpstreamUnavailable, 1),
        (httpx.PoolTimeout, UpstreamUnavailable, 1),
    ],
)
async def test_troubles_on_the_way(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    trouble: Any,  # noqa: ANN401  # an exception's class, called by the router
    error: type[Exception],
    calls: int,
) -> None:
    upstream.get(**URL).mock(side_effect=trouble)
    given = await client.ask(CUSTOMERS, "id", [1])
    assert isinstance(given.rows[1], error)
    assert given.calls == calls


@VIRTUALLY
@pytest.mark.parametrize("first", [429, 500, 502, 503, 504, httpx.ConnectError, httpx.ReadError])
async def test_a_trouble_that_passes_is_not_noticed(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    page: Page,
    first: Any,  # noqa: ANN401  # a status, or an exception's class
) -> None:
    trouble = httpx.Response(first) if isinstance(first, int) else first
    upstream.get(**URL).mock(side_effect=[trouble, trouble, page([{"id": 1}])])
    given = await client.ask(CUSTOMERS, "id", [1])
    assert given.rows[1] == (Customer(id=CustomerId(1)),)
    assert given.calls == 3


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (None, None),
        ("2", 2.0),
        (" 0 ", 0.0),
        ("3600", 3600.0),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("²", None),
        ("inf", None),
        ("Sun, 22 Nov 2026 12:00:05 GMT", 5.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 12:00:07 -0000", 7.0),
        ("Sun, 99 Nov 2026 12:00:07 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(told: str | None, seconds: float | None) -> None:
    assert retry_after(told, NOW) == seconds


@VIRTUALLY
async def test_a_pause_that_fits_is_kept(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    busy = httpx.Response(429, headers={"Retry-After": "1"})
    upstream.get(**URL).mock(side_effect=[busy, page([{"id": 1}])])
    stamina.set_testing(False)
    began = asyncio.get_running_loop().time()
    given = await client.ask(CUSTOMERS, "id", [1])
    took = asyncio.get_running_loop().time() - began
    assert (given.calls, len(given.rows)) == (2, 1)
    assert 1.0 <= took < 1.5


@VIRTUALLY
@pytest.mark.parametrize(
    ("told", "milliseconds"),
    [
        ("3600", 3_600_000),
        (IN_AN_HOUR, 3_600_000),
    ],
)
async def test_a_pause_that_does_not_fit_is_told_at_once(
    client: ServiceTitan, upstream: respx.MockRouter, told: str, milliseconds: int
) -> None:
    if told == IN_AN_HOUR:
        told = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    upstream.get(**URL).respond(429, headers={"Retry-After": told})
    given = await client.ask(CUSTOMERS, "id", [1])
    busy = given.rows[1]
    assert isinstance(busy, UpstreamBusy)
    assert busy.retry_after_ms == pytest.approx(milliseconds, abs=60_000)
    assert str(busy) == "ServiceTitan is too busy to give its customers. Try again later."
    assert given.calls == 1


@VIRTUALLY
@pytest.mark.parametrize("told", [{}, {"Retry-After": "soon"}])
async def test_busy_without_a_readable_pause_names_a_second(
    client: ServiceTitan, upstream: respx.MockRouter, told: dict[str, str]
) -> None:
    upstream.get(**URL).respond(429, headers=told)
    given = await client.ask(CUSTOMERS, "id", [1])
    busy = given.rows[1]
    assert isinstance(busy, UpstreamBusy)
    assert (busy.retry_after_ms, given.calls) == (1000, 3)


async def test_a_503_with_a_long_pause_is_unavailable_at_once(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream.get(**URL).respond(503, headers={"Retry-After": "3600"})
    given = await client.ask(CUSTOMERS, "id", [1])
    assert isinstance(given.rows[1], UpstreamUnavailable)
    assert given.calls == 1


@pytest.mark.parametrize(("made", "most"), [(1, 0.1), (2, 0.2), (3, 0.4), (6, 2.0), (90, 2.0)])
def test_pauses_are_random_below_a_bound_that_doubles(made: int, most: float) -> None:
    pauses = [full_jitter(made) for _ in range(400)]
    assert 0 <= min(pauses) < most / 4
    assert most * 3 / 4 < max(pauses) <= most


@VIRTUALLY
async def test_pauses_are_kept_between_attempts(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream.get(**URL).respond(503)
    stamina.set_testing(False)
    began = asyncio.get_running_loop().time()
    await client.ask(CUSTOMERS, "id", [1])
    assert 0 < asyncio.get_running_loop().time() - began < 0.1 + 0.2 + 0.2


@VIRTUALLY
async def test_the_deadline_ends_everything(
    upstream: respx.MockRouter, connection: Connection
) -> None:
    async def never(_request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    upstream.get(**URL).mock(side_effect=never)
    transport = httpx.MockTransport(upstream.async_handler)
    client = connect(connection, transport=transport, deadline=0.05)
    began = asyncio.get_running_loop().time()
    given = await client.ask(CUSTOMERS, "id", range(120))
    assert asyncio.get_running_loop().time() - began < 1.0
    assert {type(rows) for rows in given.rows.values()} == {UpstreamUnavailable}
    assert str(given.rows[0]) == (
        "ServiceTitan did not give its customers in time. Try again later."
    )
    assert given.calls == 3
    await client.aclose()


@VIRTUALLY
async def test_what_is_slow_does_not_hold_up_what_is_not(
    upstream: respx.MockRouter, connection: Connection, page: Page
) -> None:
    async def first_never(request: httpx.Request) -> httpx.Response:
        ids = request.url.params["ids"].split(",")
        if "0" in ids:
            await asyncio.Event().wait()
        return page([{"id": int(value)} for value in ids])

    upstream.get(**URL).mock(side_effect=first_never)
    transport = httpx.MockTransport(upstream.async_handler)
    client = connect(connection, transport=transport, deadline=0.2)
    given = await client.ask(CUSTOMERS, "id", range(100))
    assert isinstance(given.rows[49], UpstreamUnavailable)
    assert given.rows[50] == (Customer(id=CustomerId(50)),)
    await client.aclose()
