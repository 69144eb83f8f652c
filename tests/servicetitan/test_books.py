"""What ServiceTitan is told to do: told once, and nobody guesses whether it was done."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
import respx

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions
from adapters.servicetitan.books import MarkedPayment, PaymentToRecord, RecordedSplit, bears
from adapters.servicetitan.breakers import BreakerState
from adapters.servicetitan.client import ServiceTitan, connect
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.errors import (
    UpstreamBusy,
    UpstreamError,
    UpstreamRejected,
    UpstreamUnavailable,
    WriteRefused,
    WriteUnknown,
)
from adapters.servicetitan.pacing import Allowance, ProcessPace
from tests.unhurried import unhurried
from tests.virtual_time import VIRTUALLY

PAYMENTS = {"path__regex": ".*/accounting/v2/tenant/1234567/payments$"}
SELL = {"path__regex": ".*/sales/v2/tenant/1234567/estimates/7/sell$"}
DISMISS = {"path__regex": ".*/sales/v2/tenant/1234567/estimates/7/dismiss$"}
MARKER = "7ZQ0-1AB2-C3D4"
PAID = PaymentToRecord(
    customer=71,
    payment_type=9,
    amount=Decimal("1234567890.10"),
    paid_on=date(2026, 11, 22),
    marker=MARKER,
    splits=(RecordedSplit(72, Decimal("1234567890.00")), RecordedSplit(73, Decimal("0.10"))),
)

Page = Callable[..., httpx.Response]
Do = Callable[[ServiceTitan], Awaitable[object]]


def record(client: ServiceTitan) -> Awaitable[object]:
    return client.books.record_payment(PAID)


def sell(client: ServiceTitan) -> Awaitable[object]:
    return client.books.sell_estimate(7, sold_by=40)


def dismiss(client: ServiceTitan) -> Awaitable[object]:
    return client.books.dismiss_estimate(7)


WRITES: list[tuple[str, dict[str, str], Do]] = [
    ("POST", PAYMENTS, record),
    ("PUT", SELL, sell),
    ("PUT", DISMISS, dismiss),
]


def sent(upstream: respx.MockRouter) -> list[httpx.Request]:
    return [c.request for c in upstream.calls if c.request.url.path != "/connect/token"]


async def failure(of: Awaitable[object]) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        await of
    return caught.value


async def test_a_payment_is_told_to_the_cent(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream.post(**PAYMENTS).respond(json={"id": 555, "splits": [], "typeId": 9})
    assert await client.books.record_payment(PAID) == 555
    (request,) = sent(upstream)
    assert request.content == (
        b'{"typeId":9,"customerId":71,"amount":1234567890.10,"paidOn":"2026-11-22T00:00:00Z",'
        b'"memo":"Paid in the customer portal, confirmation 7ZQ0-1AB2-C3D4",'
        b'"splits":[{"invoiceId":72,"amount":1234567890.00},{"invoiceId":73,"amount":0.10}]}'
    )
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == "Bearer sandbox-token"
    assert request.headers["st-app-key"] == "sandbox-app-key"


async def test_a_sale_names_its_seller_and_a_dismissal_nothing(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream.put(**SELL).respond(json={"id": 7})
    upstream.put(**DISMISS).respond(200)
    await client.books.sell_estimate(7, sold_by=40)
    await client.books.dismiss_estimate(7)
    assert [request.content for request in sent(upstream)] == [b'{"soldBy":40}', b""]


@pytest.mark.parametrize(("method", "where", "do"), WRITES)
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (400, WriteRefused),
        (403, WriteRefused),
        (404, WriteRefused),
        (409, WriteRefused),
        (302, WriteRefused),
        (429, UpstreamBusy),
        (500, WriteUnknown),
        (501, WriteUnknown),
        (503, WriteUnknown),
        (504, WriteUnknown),
        (httpx.ConnectError, UpstreamUnavailable),
        (httpx.ConnectTimeout, UpstreamUnavailable),
        (httpx.PoolTimeout, UpstreamUnavailable),
        (httpx.ReadTimeout, WriteUnknown),
        (httpx.WriteTimeout, WriteUnknown),
        (httpx.ReadError, WriteUnknown),
        (httpx.WriteError, WriteUnknown),
        (httpx.RemoteProtocolError, WriteUnknown),
        (httpx.DecodingError, WriteUnknown),
    ],
)
async def test_told_once_whatever_comes_back(
    client: ServiceTitan,
    upstream: respx.MockRouter,
    method: str,
    where: dict[str, str],
    do: Do,
    answer: Any,  # noqa: ANN401  # a status, or an exception's class
    error: type[UpstreamError],
) -> None:
    given = httpx.Response(answer) if isinstance(answer, int) else answer
    upstream.request(method, **where).mock(side_effect=[given, httpx.Response(200)])
    told = await failure(do(client))
    assert type(told) is error
    assert len(sent(upstream)) == 1
    assert "7ZQ0" not in str(told)
    assert "1234567890" not in str(told)


async def test_a_refusal_tells_its_status(client: ServiceTitan, upstream: respx.MockRouter) -> None:
    upstream.put(**SELL).respond(409)
    told = await failure(sell(client))
    assert isinstance(told, WriteRefused)
    assert (told.status, str(told)) == (
        409,
        "ServiceTitan refused the sale of an estimate (409).",
    )


async def test_a_token_that_was_refused_costs_one_more_call(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream.put(**SELL).mock(side_effect=[httpx.Response(401), httpx.Response(200)])
    await client.books.sell_estimate(7, sold_by=40)
    assert len(sent(upstream)) == 2


async def test_nothing_is_done_with_credentials_that_are_refused(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream.put(**SELL).respond(401)
    assert type(await failure(sell(client))) is UpstreamUnavailable
    assert len(sent(upstream)) == 2
    upstream.routes["token"].respond(400)
    assert type(await failure(sell(client))) is UpstreamUnavailable
    assert len(sent(upstream)) == 3  # with the token it had


@VIRTUALLY
async def test_a_limit_pauses_everybody(
    connection: Connection, upstream: respx.MockRouter, page: Page
) -> None:
    upstream.put(**SELL).respond(429, headers={"Retry-After": "3"})
    upstream.get(**PAYMENTS).mock(return_value=page([]))
    client = connect(
        connection,
        transport=httpx.MockTransport(upstream.async_handler),
        pace=ProcessPace(lambda: Allowance.of(60)),
    )
    began = asyncio.get_running_loop().time()
    told = await failure(sell(client))
    assert isinstance(told, UpstreamBusy)
    assert told.retry_after_ms == 3000
    await client.books.payments_marked(71, MARKER)
    assert asyncio.get_running_loop().time() - began >= 3.0
    await client.aclose()


@VIRTUALLY
async def test_an_answer_is_waited_for_and_not_for_ever(
    connection: Connection, upstream: respx.MockRouter
) -> None:
    times: list[dict[str, float]] = []

    async def never(request: httpx.Request) -> httpx.Response:
        times.append(request.extensions["timeout"])
        await asyncio.sleep(3600)
        return httpx.Response(200)

    upstream.put(**SELL).mock(side_effect=never)
    client = connect(connection, transport=httpx.MockTransport(upstream.async_handler))
    began = asyncio.get_running_loop().time()
    assert type(await failure(sell(client))) is WriteUnknown
    assert asyncio.get_running_loop().time() - began == pytest.approx(20.0)
    assert times == [{"connect": 2.0, "read": 15.0, "write": 5.0, "pool": 0.5}]
    await client.aclose()


@VIRTUALLY
async def test_what_waited_for_its_turn_in_vain_was_not_sent(
    connection: Connection, upstream: respx.MockRouter
) -> None:
    """A token that does not come within the deadline: nothing was told."""

    async def never(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(3600)
        return httpx.Response(200)

    upstream.routes["token"].mock(side_effect=never)
    client = connect(connection, transport=httpx.MockTransport(upstream.async_handler))
    assert type(await failure(sell(client))) is UpstreamUnavailable
    assert sent(upstream) == []
    await client.aclose()


@VIRTUALLY
async def test_a_module_that_is_down_is_told_nothing(
    client: ServiceTitan, upstream: respx.MockRouter
) -> None:
    upstream.put(**SELL).respond(500)
    for _ in range(10):
        assert type(await failure(sell(client))) is WriteUnknown
    assert client.breakers()["sales"] is BreakerState.OPEN
    assert type(await failure(sell(client))) is UpstreamUnavailable
    assert len(sent(upstream)) == 10


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"id":null}',
        b'{"id":"7"}',
        b"<html>",
        b'{"type":"x","title":"failed","status":500,"errors":{}}',
    ],
)
async def test_an_answer_that_does_not_name_the_payment_says_nothing(
    client: ServiceTitan, upstream: respx.MockRouter, body: bytes
) -> None:
    upstream.post(**PAYMENTS).respond(200, content=body)
    assert type(await failure(record(client))) is WriteUnknown


@pytest.mark.parametrize("status", ["Fail", "Rejected"])
async def test_a_payment_that_failed_in_the_books_is_a_refusal(
    client: ServiceTitan, upstream: respx.MockRouter, status: str
) -> None:
    upstream.post(**PAYMENTS).respond(json={"id": 5, "transactionStatus": status})
    assert type(await failure(record(client))) is WriteRefused


def row(number: int, memo: str | None = None, **more: object) -> dict[str, object]:
    return {"id": number, "customer": {"id": 71, "name": "A"}, "memo": memo, "active": True} | more


async def test_a_payment_is_found_by_its_marker_on_whichever_page(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    pages = [
        page([row(1), row(2, "Portal 7ZQ0-1AB2-C3D5")], total=3, more=True, size=2),
        page([row(3, f"x {MARKER}", active=False)], total=None, size=2),
    ]
    upstream.get(**PAYMENTS).mock(side_effect=pages)
    (found,) = await client.books.payments_marked(71, MARKER)
    assert (found.id, found.active) == (3, False)
    assert [dict(request.url.params) for request in sent(upstream)] == [
        {
            "customerId": "71",
            "activeState": "All",
            "page": "1",
            "pageSize": "500",
            "includeTotal": "true",
        },
        {"customerId": "71", "activeState": "All", "page": "2", "pageSize": "500"},
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [row(1, memo=7)],  # type: ignore[arg-type]  # as no specification has it
        [row(1, customer={"id": 70})],
        [row(1, customer=None)],
        [{"id": "x"}],
    ],
)
async def test_a_list_that_cannot_be_trusted_finds_nothing_and_says_so(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page, rows: list[object]
) -> None:
    upstream.get(**PAYMENTS).mock(return_value=page(rows))
    assert isinstance(await failure(client.books.payments_marked(71, MARKER)), UpstreamRejected)


async def test_a_list_that_does_not_add_up_finds_nothing_and_says_so(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    upstream.get(**PAYMENTS).mock(return_value=page([row(1)], total=2))
    assert isinstance(await failure(client.books.payments_marked(71, MARKER)), UpstreamRejected)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"memo": MARKER}, True),
        ({"memo": "paid online 7zqo 1ab2 c3d4, Ann"}, True),
        ({"reference_number": "7ZQOIAB2C3D4"}, True),
        ({"auth_code": "7ZQ0\N{EN DASH}1AB2\N{EN DASH}C3D4"}, True),
        ({"check_number": MARKER}, True),
        ({"memo": "7ZQ0-1AB2-C3D"}, False),
        ({"memo": None}, False),
        ({"memo": f"Refund of {MARKER}", "refunded_payment_id": 4}, False),
    ],
)
def test_the_marker_as_the_office_may_write_it(told: dict[str, Any], found: bool) -> None:
    assert bears(MarkedPayment(id=1, **told), MARKER) is found  # type: ignore[arg-type]  # a plain id


async def test_through_the_sandbox() -> None:
    """Recorded, found again, sold, dismissed; done although the answer was lost."""
    options = SandboxOptions(homes=1, today=date(2026, 11, 22))
    transport = httpx.ASGITransport(create_sandbox(options))
    told = options.credentials()
    connection = Connection(
        api_url=str(told["apiUrl"]),
        auth_url=str(told["authUrl"]),
        tenant_id=int(str(told["tenantId"])),
        client_id=str(told["clientId"]),
        client_secret=str(told["clientSecret"]),
        app_key=str(told["appKey"]),
    )
    control = httpx.AsyncClient(transport=transport, base_url=str(told["apiUrl"]))
    client = connect(connection, transport=transport, pace=unhurried())
    records, books = "/_sandbox/records", client.books
    await control.put(f"{records}/customers/71", json={"name": "Ada"})
    await control.put(f"{records}/technicians/40", json={"name": "Portal"})
    bill = {"customer": {"id": 71, "name": "Ada"}, "referenceNumber": "N", "total": "50.00"}
    await control.put(f"{records}/invoices/72", json=bill | {"balance": "50.00"})
    for estimate in (7, 8):
        await control.put(f"{records}/estimates/{estimate}", json={})
    paid = PaymentToRecord(
        customer=71,
        payment_type=9,
        amount=Decimal("20.00"),
        paid_on=datetime(2026, 11, 22, tzinfo=UTC).date(),
        marker=MARKER,
        splits=(RecordedSplit(72, Decimal("20.00")),),
    )
    await control.post(
        "/_sandbox/faults",
        json={"path": "/payments$", "method": "POST", "reset": True, "after": True},
    )
    assert await books.payments_marked(71, MARKER) == []
    assert type(await failure(books.record_payment(paid))) is WriteUnknown
    (found,) = await books.payments_marked(71, MARKER)
    assert found.memo == f"Paid in the customer portal, confirmation {MARKER}"
    assert (await control.get(f"{records}/invoices/72")).json()["balance"] == "30.00"
    assert type(await failure(books.sell_estimate(7, sold_by=41))) is WriteRefused
    await books.sell_estimate(7, sold_by=40)
    assert type(await failure(books.sell_estimate(7, sold_by=40))) is WriteRefused
    await books.dismiss_estimate(8)
    assert type(await failure(books.dismiss_estimate(8))) is WriteRefused
    told_of = [(await control.get(f"{records}/estimates/{of}")).json() for of in (7, 8)]
    assert [row["status"]["name"] for row in told_of] == ["Sold", "Dismissed"]
    await client.aclose()
    await control.aclose()
