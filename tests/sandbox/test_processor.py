"""The sandbox's payment processor: its doors, the payer's page, its controls, its events."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions
from adapters.sandbox.processor.keys import PROCESSOR_KEY, PROCESSOR_WEBHOOK_KEY, SIGNATURE
from adapters.sandbox.processor.tokens import TOKENS

ADDRESS = "http://127.0.0.1:8010"
HOOK = "http://gateway/webhooks/sandbox-processor"
ORDER = {"amount": "120.00", "currency": "USD", "description": "Invoice <b>101</b>"}
BACK = "https://portal.example.com/paid?step=2"


@dataclass
class Ear(httpx.AsyncBaseTransport):
    """Where events are sent; answers with these statuses in turn, then 200."""

    heard: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    count: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Take one delivery."""
        body = await request.aread()
        self.heard.append((str(request.url), request.headers[SIGNATURE], json.loads(body)))
        made = hmac.new(PROCESSOR_WEBHOOK_KEY.encode(), body, "sha256").hexdigest()
        assert made == request.headers[SIGNATURE]
        self.count.release()
        return httpx.Response(self.statuses.pop(0) if self.statuses else 200)

    async def events(self, number: int) -> list[dict[str, Any]]:
        """Wait until so many more have come, and return all."""
        async with asyncio.timeout(20):
            for _ in range(number):
                await self.count.acquire()
        return [told for _, _, told in self.heard]


@dataclass
class Merchant:
    """A merchant's server, a payer's browser, and the control plane, all on one sandbox."""

    client: httpx.AsyncClient
    ear: Ear

    async def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Ask with the secret key."""
        given = {"authorization": f"Bearer {PROCESSOR_KEY}"} | headers
        return await self.client.post(f"/processor/v1{path}", json=body, headers=given)

    async def order(self, marker: str = "M-1", **more: object) -> dict[str, Any]:
        """Make an order."""
        answer = await self.post("/orders", ORDER | more, **{"idempotency-key": marker})
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def charged(self, token: str, marker: str = "M-1", **more: object) -> dict[str, Any]:
        """Make an order and charge it."""
        made = await self.order(marker, **more)
        body = {"token": token, "authorization": "v1"}
        told: dict[str, Any] = (await self.post(f"/orders/{made['id']}/charge", body)).json()
        return told

    async def look(self, order: str) -> dict[str, Any]:
        """Ask how an order stands."""
        headers = {"authorization": f"Bearer {PROCESSOR_KEY}"}
        answer = await self.client.get(f"/processor/v1/orders/{order}", headers=headers)
        told: dict[str, Any] = answer.json()
        return told


def sandbox(ear: Ear, **options: Any) -> Starlette:  # noqa: ANN401  # of the sandbox
    """Return a sandbox whose processor tells this ear."""
    told = SandboxOptions(
        homes=0,
        public_url=ADDRESS,
        processor_webhook_url=HOOK,
        webhook_retries=(0.0, 0.0),
        **options,
    )
    return create_sandbox(told, webhook_transport=ear)


@pytest.fixture
async def shop() -> AsyncIterator[Merchant]:
    """A merchant whose bank transfers wait for the control plane."""
    async for merchant in opened(Ear()):
        yield merchant


async def opened(ear: Ear, **options: Any) -> AsyncIterator[Merchant]:  # noqa: ANN401  # as above
    """Open a merchant."""
    app = sandbox(ear, **options)
    wire = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=wire, base_url=ADDRESS) as client,
    ):
        yield Merchant(client, ear)


# ---------------------------------------------------------------- its doors


@pytest.mark.parametrize("given", [None, "Bearer wrong", "Basic abc", PROCESSOR_KEY, "Bearer é"])
async def test_the_secret_key_opens_and_nothing_else(shop: Merchant, given: str | None) -> None:
    headers = [] if given is None else [(b"authorization", given.encode())]
    for path in ("mode", "tokens/sandbox_card_visa", "orders/ord_1"):
        answer = await shop.client.get(f"/processor/v1/{path}", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")


async def test_every_test_token_says_what_it_is(shop: Merchant) -> None:
    told = (await shop.client.get("/_sandbox/processor/tokens")).json()["tokens"]
    assert [one["token"] for one in told] == list(TOKENS)
    assert all(one["shows"] and one["kind"] and one["label"] for one in told)


async def test_an_order_needs_a_marker_and_an_amount(shop: Merchant) -> None:
    assert (await shop.post("/orders", ORDER)).status_code == 400
    for amount in ("0", "-1", "NaN", "Infinity", "x"):
        answer = await shop.post("/orders", ORDER | {"amount": amount}, **{"idempotency-key": "m"})
        assert answer.status_code == 400, amount
    for wrong in ({"currency": "usd"}, {"card": "4242"}, {"account": "acc_none"}):
        answer = await shop.post("/orders", ORDER | wrong, **{"idempotency-key": "m"})
        assert answer.status_code in (400, 404)
    told = (await shop.client.get("/_sandbox/processor/orders")).json()
    assert told == {"orders": []}


async def test_a_marker_with_another_order_is_a_conflict(shop: Merchant) -> None:
    made = await shop.order()
    assert await shop.order() == made
    answer = await shop.post("/orders", ORDER | {"amount": "1"}, **{"idempotency-key": "M-1"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "marker_used")


async def test_what_is_charged_is_a_token_or_a_kept_method(shop: Merchant) -> None:
    made = await shop.order()
    for source in ({}, {"token": "a", "method": "b"}, {"token": "nobodys"}, {"method": "met_1"}):
        answer = await shop.post(f"/orders/{made['id']}/charge", source)
        assert answer.status_code in (400, 404)
    expired = await shop.post(f"/orders/{made['id']}/charge", {"token": "sandbox_expired"})
    assert (expired.status_code, expired.json()["error"]["code"]) == (410, "token_expired")
    assert (await shop.look(made["id"]))["state"] == "PREPARED"


@pytest.mark.parametrize(
    ("amount", "state", "decline"),
    [
        ("50.00", "SUCCEEDED", None),
        ("50.01", "DECLINED", "INSUFFICIENT_FUNDS"),
        ("120.00", "DECLINED", "INSUFFICIENT_FUNDS"),
    ],
)
async def test_an_account_with_too_little_money_pays_a_part(
    shop: Merchant, amount: str, state: str, decline: str | None
) -> None:
    told = await shop.charged("sandbox_pay_by_bank_short", amount=amount)
    assert (told["state"], told["decline"]) == (state, decline)


# ---------------------------------------------------------------- the payer's step


@pytest.mark.parametrize(
    ("token", "kind", "then"),
    [
        ("sandbox_card_3ds", "AUTHENTICATE", "AUTHORIZED"),
        ("sandbox_card_3ds_declined", "AUTHENTICATE", "DECLINED"),
        ("sandbox_bank_to_verify", "VERIFY_BANK_ACCOUNT", "PROCESSING"),
        ("sandbox_pay_by_bank", "REDIRECT", "SUCCEEDED"),
    ],
)
async def test_a_script_takes_the_step_without_a_page(
    shop: Merchant, token: str, kind: str, then: str
) -> None:
    waits = await shop.charged(token)
    assert (waits["state"], waits["action"]["kind"]) == ("REQUIRES_ACTION", kind)
    path = f"/processor/v1/actions/{waits['action']['secret']}"
    for wrong in (b"", b"{}", b'{"outcome": "perhaps"}'):
        assert (await shop.client.post(path, content=wrong)).status_code == 400
    answer = await shop.client.post(path, json={"outcome": "complete"})
    assert answer.json() == {"state": then}
    assert (await shop.look(waits["id"]))["state"] == then
    again = await shop.client.post(path, json={"outcome": "fail"})
    assert again.json() == {"state": then}


@pytest.mark.parametrize(("button", "state"), [("complete", "AUTHORIZED"), ("fail", "DECLINED")])
async def test_a_person_presses_a_button_and_is_led_back(
    shop: Merchant, button: str, state: str
) -> None:
    waits = await shop.charged("sandbox_card_3ds", returnUrl=BACK)
    address = waits["action"]["url"]
    assert address.startswith(f"{ADDRESS}/processor/actions/")
    page = await shop.client.get(address)
    assert page.status_code == 200
    assert "Pay 120.00 USD for Invoice &lt;b&gt;101&lt;/b&gt;?" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    pressed = await shop.client.post(address, data={"outcome": button})
    assert pressed.status_code == 303
    assert pressed.headers["location"] == f"{BACK}&order={waits['id']}"
    assert (await shop.look(waits["id"]))["state"] == state
    assert "answered already" in (await shop.client.get(address)).text


async def test_a_secret_that_is_none_leads_nowhere(shop: Merchant) -> None:
    await shop.charged("sandbox_card_3ds")
    for path in ("/processor/actions/x", "/processor/v1/actions/x"):
        answer = await shop.client.post(path, json={"outcome": "complete"})
        assert answer.status_code == 404
    assert (await shop.client.get("/processor/actions/x")).status_code == 404


async def test_a_browser_of_any_origin_may_take_the_step(shop: Merchant) -> None:
    asked = {
        "origin": "http://localhost:3000",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    answer = await shop.client.options("/processor/v1/actions/x", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"


# ---------------------------------------------------------------- its controls and events


async def test_transfers_go_on_when_they_are_told_to(shop: Merchant) -> None:
    tokens = ("sandbox_bank", "sandbox_bank_fails", "sandbox_bank_returned")
    orders = [(await shop.charged(token, marker=token))["id"] for token in tokens]

    async def states() -> list[str]:
        return [(await shop.look(order))["state"] for order in orders]

    assert await states() == ["PROCESSING"] * 3
    settle = "/_sandbox/processor/settle"
    assert (await shop.client.post(settle)).json() == {"moved": 3}
    assert await states() == ["SUCCEEDED", "DECLINED", "SUCCEEDED"]
    assert (await shop.client.post(settle)).json() == {"moved": 1}
    assert await states() == ["SUCCEEDED", "DECLINED", "RETURNED"]
    assert (await shop.client.post(settle)).json() == {"moved": 0}
    moved = (await shop.client.get("/_sandbox/processor/movements")).json()["movements"]
    assert [(one["marker"], one["kind"], one["amount"]) for one in moved] == [
        ("sandbox_bank", "CHARGE", "120.00"),
        ("sandbox_bank_returned", "CHARGE", "120.00"),
        ("sandbox_bank_returned", "RETURN", "120.00"),
    ]


async def test_the_office_and_the_bank_send_money_back(shop: Merchant) -> None:
    for verb, state in (("return", "RETURNED"), ("refund", "REFUNDED")):
        paid = await shop.charged("sandbox_card_visa", marker=verb)
        control = f"/_sandbox/processor/orders/{paid['id']}/{verb}"
        assert (await shop.client.post(control)).json()["state"] == state
    again = f"/_sandbox/processor/orders/{paid['id']}/return"
    assert (await shop.client.post(again)).status_code == 409
    unknown = "/_sandbox/processor/orders/ord_none"
    assert (await shop.client.post(f"{unknown}/return")).status_code == 404
    assert (await shop.client.post(f"{unknown}/settle")).status_code == 404


async def test_a_reset_forgets_orders_and_accounts(shop: Merchant) -> None:
    account = (await shop.post("/accounts", {"customer": 1, "name": "Pat"})).json()["id"]
    paid = await shop.charged("sandbox_card_visa")
    await shop.client.post("/_sandbox/reset")
    assert (await shop.look(paid["id"]))["error"]["code"] == "not_found"
    answer = await shop.post(f"/accounts/{account}/methods", {"token": "sandbox_card_visa"})
    assert answer.status_code == 404
    assert (await shop.client.get("/_sandbox/processor/movements")).json() == {"movements": []}


async def test_each_move_is_told_signed_and_again_where_it_was_not_taken(shop: Merchant) -> None:
    shop.ear.statuses = [503]
    paid = await shop.charged("sandbox_card_visa")
    one, again = await shop.ear.events(2)
    assert one == again == {"id": one["id"], "type": "order.moved", "order": paid["id"]}
    assert shop.ear.heard[0][0] == HOOK
    await shop.client.post(f"/_sandbox/processor/orders/{paid['id']}/refund")
    *_, last = await shop.ear.events(1)
    assert last["order"] == paid["id"]
    assert last["id"] != one["id"]


async def test_transfers_settle_by_themselves_where_they_are_to() -> None:
    async for shop in opened(Ear(), settle_seconds=0.0):
        paid = await shop.charged("sandbox_bank_returned")
        await shop.ear.events(3)
        assert (await shop.look(paid["id"]))["state"] == "RETURNED"


async def test_faults_spoil_its_calls_before_or_after_they_are_carried_out(shop: Merchant) -> None:
    made = await shop.order()
    fault = {"path": "/processor/v1/orders/.*/charge", "status": 500, "body": "", "after": True}
    assert (await shop.client.post("/_sandbox/faults", json=fault)).status_code == 201
    answer = await shop.post(f"/orders/{made['id']}/charge", {"token": "sandbox_card_visa"})
    assert answer.status_code == 500
    assert (await shop.look(made["id"]))["state"] == "SUCCEEDED"
