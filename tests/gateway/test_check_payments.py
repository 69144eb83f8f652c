"""`check` on who takes payments: whether its key opens it, and whether real money is taken."""

from typing import Any

import httpx
import pytest

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions
from gateway.checks.finding import Finding
from gateway.checks.payments import check_payments
from tests.house import SANDBOX, settings
from tests.payments.stripe_stand_in import PUBLIC_KEY, SECRET_KEY, StripeStandIn

STRIPE: dict[str, Any] = {
    "payment_processor": "stripe",
    "stripe_secret_key": SECRET_KEY,
    "stripe_public_key": PUBLIC_KEY,
    "stripe_webhook_secret": "whsec_0123456789abcdef",
}
LIVE = {
    "servicetitan_api_url": "https://api.servicetitan.io",
    "stripe_secret_key": SECRET_KEY.replace("test", "live"),
    "stripe_public_key": PUBLIC_KEY.replace("test", "live"),
}


async def test_where_nobody_takes_payments_nobody_is_asked() -> None:
    assert await check_payments(settings(payment_processor="none")) == []


async def test_the_sandbox_answers() -> None:
    sandbox = create_sandbox(SandboxOptions(public_url=SANDBOX, homes=0))
    told = settings(payment_processor="sandbox")
    assert await check_payments(told, httpx.ASGITransport(sandbox)) == [
        Finding("Payments, sandbox", note="It is the sandbox's: nobody's money is taken.")
    ]


async def test_stripe_answers_to_a_test_key_and_nothing_is_made() -> None:
    stand_in = StripeStandIn()
    told = await check_payments(settings(**STRIPE), httpx.ASGITransport(stand_in.app()))
    assert told == [
        Finding("Payments, stripe", note="Its key is a test key: nobody's money is taken.")
    ]
    assert [(method, path) for method, path, _ in stand_in.asked] == [
        ("GET", "/v1/payment_intents")
    ]


async def test_a_live_key_is_told_as_such() -> None:
    def give(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"object": "list", "data": []})

    told = await check_payments(settings(**(STRIPE | LIVE)), httpx.MockTransport(give))
    assert told == [Finding("Payments, stripe", note="Its key is a live key: real money is taken.")]


@pytest.mark.parametrize("status", [401, 403, 500, 302])
async def test_a_key_that_opens_nothing_is_told_with_what_to_do(status: int) -> None:
    wire = httpx.MockTransport(lambda _: httpx.Response(status, json={"error": {}}))
    assert await check_payments(settings(**STRIPE), wire) == [
        Finding(
            "Payments, stripe",
            "Stripe does not answer, or not to this key. Is PORTAL_STRIPE_SECRET_KEY still good, "
            "and may it read PaymentIntents?",
        )
    ]


async def test_a_sandbox_that_is_not_there_is_told() -> None:
    def refuse(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("")

    told = await check_payments(settings(payment_processor="sandbox"), httpx.MockTransport(refuse))
    assert told == [
        Finding(
            "Payments, sandbox",
            "The sandbox's payment processor does not answer. Is the sandbox running?",
        )
    ]
