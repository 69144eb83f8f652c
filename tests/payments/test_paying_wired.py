"""The gateway put together with each processor: where it hears of charges, and where not."""

from typing import Any

import pytest

from adapters.payments.sandbox_events import SIGNATURE
from tests.gateway.test_check_payments import STRIPE
from tests.house import open_house
from tests.payments.test_events import INTENT, sandbox_signed, stripe_body, stripe_signed

SANDBOX_EVENT = b'{"id": "evt_1", "type": "order.moved", "order": "ord_none"}'
STRIPE_EVENT = stripe_body("payment_intent.succeeded", INTENT)
PATHS = {"sandbox": "/webhooks/sandbox-processor", "stripe": "/webhooks/stripe"}
TOLD: dict[str, dict[str, Any]] = {
    "none": {"payment_processor": "none"},
    "sandbox": {"payment_processor": "sandbox"},
    "stripe": STRIPE,
}


@pytest.mark.parametrize("name", sorted(TOLD))
async def test_each_processor_has_its_own_place_to_tell_of_charges(name: str) -> None:
    async with open_house(told=TOLD[name]) as house:
        for processor, path in PATHS.items():
            answer = await house.gateway.post(path, content=b"{}")
            assert answer.status_code == (401 if processor == name else 404), path


async def test_a_signed_event_has_the_sandbox_asked() -> None:
    async with open_house(told=TOLD["sandbox"]) as house:
        answer = await house.gateway.post(
            PATHS["sandbox"],
            content=SANDBOX_EVENT,
            headers={SIGNATURE: sandbox_signed(SANDBOX_EVENT)},
        )
        assert answer.status_code == 200


async def test_a_signed_event_of_stripes_is_sent_again_while_stripe_does_not_answer() -> None:
    async with open_house(told=TOLD["stripe"]) as house:
        secret = STRIPE["stripe_webhook_secret"]
        answer = await house.gateway.post(
            PATHS["stripe"],
            content=STRIPE_EVENT,
            headers={"stripe-signature": stripe_signed(STRIPE_EVENT, secret)},
        )
        assert answer.status_code == 503
