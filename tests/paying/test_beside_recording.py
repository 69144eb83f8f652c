"""What the processor tells, the ledger and the shared store do, while a payment is recorded."""

import asyncio
import hmac
from typing import Any

import pytest

from adapters.cache.errors import CacheUnavailable
from adapters.cache.records import Records
from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.attempts import Attempts
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.payment_states import AttemptState
from adapters.payments.processor import Charge, ChargeOrder
from adapters.payments.sandbox_events import SANDBOX_WEBHOOK_KEY, SIGNATURE
from adapters.payments.sandbox_processor import SandboxProcessor
from resolvers.policy import Payments, WhenRefused
from tests.house import House, demo_policy, ready_house
from tests.paying.asking import (
    CONFIRM,
    OPEN,
    PAT,
    PAY,
    asked,
    bank_authorized,
    by,
    codes,
    movements,
    pay,
    row_of,
    step_done,
    wish,
)
from tests.paying.recorded import (
    LEFT,
    ONCE,
    PAID_IN_PART,
    POSTS,
    RECORDS,
    WHOLE,
    house,
    in_books,
    later,
    owed,
    part,
    state,
)

__all__ = ["house"]


MINE = "{ viewer { payments { nodes { state recording } } } }"


async def the_order(house: House) -> str:
    """Return the processor's name of the one order."""
    [order] = (await house.sandbox.get("/_sandbox/processor/orders")).json()["orders"]
    return str(order["id"])


async def told_of(house: House, order: str, occurrence: str = "evt_1") -> int:
    """Have the processor tell of an order; return how it was answered."""
    body = f'{{"id":"{occurrence}","type":"order.moved","order":"{order}"}}'.encode()
    signed = hmac.new(SANDBOX_WEBHOOK_KEY.encode(), body, "sha256").hexdigest()
    answer = await house.gateway.post(
        "/webhooks/sandbox-processor", content=body, headers={SIGNATURE: signed}
    )
    return answer.status_code


async def test_what_is_sent_back_after_it_was_recorded_is_told(house: House) -> None:
    await pay(house, part())
    order = await the_order(house)
    answer = await house.sandbox.post(f"/_sandbox/processor/orders/{order}/refund")
    assert answer.is_success
    assert [await told_of(house, order, event) for event in ("evt_1", "evt_1", "evt_2")] == [
        200
    ] * 3
    assert await state(house) == "REFUNDED"
    [mine] = (await asked(house, MINE))["payments"]["nodes"]
    assert mine == {"state": "REFUNDED", "recording": "NOT_DUE"}
    assert await movements(house) == [("CHARGE", "100.00"), ("REFUND", "100.00")]


async def test_what_is_sent_back_before_it_is_recorded_is_not_recorded(house: House) -> None:
    await house.fault(POSTS, method="POST", status=503)
    await pay(house, part())
    order = await the_order(house)
    await house.sandbox.post(f"/_sandbox/processor/orders/{order}/refund")
    assert await told_of(house, order) == 200
    assert await later(house, minutes=30) == "REFUNDED"
    assert await in_books(house) == []
    assert await owed(house) == WHOLE
    assert await codes(house, wish(OPEN, idempotencyKey="key 2")) == []


async def test_told_by_the_processor_before_its_answer_came(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    charge, told, answers = SandboxProcessor.charge, list[asyncio.Task[int]](), list[int]()

    async def early(self: SandboxProcessor, ref: str, order: ChargeOrder) -> Charge:
        charged = await charge(self, ref, order)
        told.extend(asyncio.create_task(told_of(house, ref, event)) for event in ("a", "a", "b"))
        await asyncio.sleep(0.05)
        return charged

    monkeypatch.setattr(SandboxProcessor, "charge", early)
    paid = await pay(house, part())
    answers += await asyncio.gather(*told)
    assert (paid["payment"]["state"], answers) == ("SUCCEEDED", [200, 200, 200])
    assert await state(house) == "RECORDED"
    assert await in_books(house) == ONCE
    assert await movements(house) == [("CHARGE", "100.00")]


async def test_never_told_by_anybody_it_is_found_by_looking(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    charge = SandboxProcessor.charge

    async def lost(self: SandboxProcessor, ref: str, order: ChargeOrder) -> Charge:
        await charge(self, ref, order)
        raise RuntimeError("sandbox_card_visa is of nobody's concern")

    with monkeypatch.context() as patch:
        patch.setattr(SandboxProcessor, "charge", lost)
        told = await pay(house, part())
    assert (told["payment"]["state"], told["userErrors"]) == ("PROCESSING", [])
    assert await codes(house, wish(OPEN, idempotencyKey="key 2")) == ["PAYMENT_IN_PROGRESS"]
    assert await later(house, minutes=3) == "RECORDED"
    assert await in_books(house) == ONCE
    assert "sandbox_card_visa" not in str(house.logs)


@pytest.mark.parametrize("at", ["CHARGING", "CHARGED", "RECORDING", "RECORDED"])
async def test_pa19_a_ledger_that_goes_away_loses_no_money(
    house: House, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    move = Attempts.move

    async def gone(
        self: Attempts,
        attempt: Attempt,
        to: AttemptState,
        *told: Any,  # noqa: ANN401  # as move
        **more: Any,  # noqa: ANN401  # as move
    ) -> Attempt | None:
        if to.value == at:
            raise LedgerUnavailable("The ledger does not answer.")
        return await move(self, attempt, to, *told, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Attempts, "move", gone)
        await house.ask(PAT, PAY, input=part())
    charged = [] if at == "CHARGING" else [("CHARGE", "100.00")]
    assert await movements(house) == charged
    if at != "RECORDED":
        assert await in_books(house) == []
    for _ in range(8):
        await later(house, minutes=3)
    assert await movements(house) == charged
    assert await state(house) == ("RECORDED" if charged else "REFUSED")
    assert await in_books(house) == (ONCE if charged else [])
    again = await pay(house, part())
    assert again["payment"]["state"] == ("SUCCEEDED" if charged else "FAILED")
    assert await movements(house) == charged


async def test_pa20_without_the_shared_store_it_stays_subtracted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(_self: Records, *_told: object) -> None:
        raise CacheUnavailable("The store does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(Records, "forget", silent)
        await pay(house, part())
        assert await state(house) == "RECORD_PENDING"
        assert (await owed(house))[0] in {LEFT, "236.50"}
    assert await later(house, minutes=6) == "RECORDED"
    assert await in_books(house) == ONCE
    assert await owed(house) == PAID_IN_PART


@pytest.mark.parametrize(
    ("chosen", "stands", "moved"),
    [
        (WhenRefused.HAND_OFF, "HANDED_OFF", [("CHARGE", "436.50")]),
        (WhenRefused.REFUND, "REFUNDED", [("CHARGE", "436.50"), ("REFUND", "436.50")]),
    ],
)
async def test_paid_to_the_office_while_the_payer_is_at_their_bank(
    chosen: WhenRefused, stands: str, moved: list[tuple[str, str]]
) -> None:
    """A bank's page pays by itself: what is too much is the office's, or goes back."""
    payments = Payments(**RECORDS, when_refused=chosen)
    async with ready_house(demo_policy(payments=payments)) as house:
        told = await pay(
            house, wish(OPEN, **by("sandbox_pay_by_bank"), **await bank_authorized(house))
        )
        await house.put("invoices", row_of(OPEN), balance="0.00")
        await step_done(house, told["payment"]["nextAction"])
        done = await asked(house, CONFIRM, id=told["payment"]["id"])
        assert done["userErrors"] == []
        assert await state(house) == stands
        assert await movements(house) == moved
        assert await in_books(house) == []
