"""What is charged, written into ServiceTitan's books once, whatever either side answers."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from adapters.cache.errors import CacheUnavailable
from adapters.cache.records import Records
from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.attempts import Attempts
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.payment_states import AttemptState
from adapters.payments.kinds import MethodKind
from adapters.payments.processor import Charge, ChargeOrder
from adapters.payments.sandbox_events import SANDBOX_WEBHOOK_KEY, SIGNATURE
from adapters.payments.sandbox_processor import SandboxProcessor
from resolvers.doors import Till
from resolvers.policy import Payments, WhenRefused
from tests.house import HOME, House, demo_policy, gid, ready_house
from tests.paying.asking import (
    OPEN,
    OWED,
    PAT,
    PAY,
    asked,
    codes,
    movements,
    pay,
    row_of,
    wish,
)

Json = dict[str, Any]

RECORDS: Json = {
    "allow_partial": True,
    "methods": tuple(MethodKind),
    "record_in_servicetitan": True,
    "payment_types": dict.fromkeys(MethodKind, 9),
}
LEFT = "336.50"
WHOLE = (OWED[OPEN], "0.00", True)
PAID_IN_PART = (LEFT, "0.00", True)
ON_ITS_WAY = (LEFT, "100.00", True)
BALANCE = "query($id: ID!) { invoice(id: $id) { balance amountProcessing payableOnline } }"
MINE = "{ viewer { payments { nodes { state recording } } } }"
POSTS, NEW_ROWS = "/payments$", range(70000400, 70000420)
ONCE = [("100.00", "9")]


def part(**more: object) -> Json:
    """Return an input that pays 100.00 of the open invoice by card."""
    return wish(OPEN, amount="100.00") | more


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway whose tenant records what is charged."""
    async with ready_house(demo_policy(payments=Payments(**RECORDS))) as ready:
        yield ready


def till(house: House) -> Till:
    """Return where money is taken."""
    assert isinstance(house.app, Starlette)
    found: Till = house.app.state.till
    return found


async def only(house: House) -> Attempt:
    """Return the one attempt that there is."""
    [attempt] = await till(house).attempts.listed()
    return attempt


async def state(house: House) -> str:
    """Return where the one attempt stands."""
    return (await only(house)).state.value


async def later(house: House, **time: float) -> str:
    """Let time pass, and have what is due gone on with; return where the one attempt stands."""
    house.moment.now += timedelta(**time)
    for attempt in await till(house).attempts.due(house.moment(), 50):
        await till(house).cashier.finish(attempt)
    return await state(house)


async def owed(house: House) -> tuple[str, str, bool]:
    """Return what Pat is told to owe, what is on its way, and whether it can be paid."""
    told = await asked(house, BALANCE, id=gid(OPEN))
    return told["balance"], told["amountProcessing"], told["payableOnline"]


async def in_books(house: House) -> list[tuple[str, str]]:
    """Return ServiceTitan's payments that bear its number: how much, of which type."""
    attempt, rows = await only(house), []
    for number in NEW_ROWS:
        answer = await house.sandbox.get(f"/_sandbox/records/payments/{number}")
        row = answer.json() if answer.is_success else {}
        if attempt.confirmation in (row.get("memo") or ""):
            rows.append((row["total"], row["typeId"]))
    return rows


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


async def test_it_is_recorded_under_its_number_and_owed_no_more(house: House) -> None:
    await house.calls()
    told = await pay(house, part())
    assert (told["payment"]["state"], told["payment"]["recording"]) == ("SUCCEEDED", "RECORDED")
    assert (await house.calls())["payments?"] == 1
    assert await in_books(house) == ONCE
    assert await owed(house) == PAID_IN_PART
    assert await movements(house) == [("CHARGE", "100.00")]


LOST: dict[str, tuple[Json, str]] = {
    "refused at the door": ({"status": 429, "retryAfter": 0}, "RECORD_PENDING"),
    "out of order before it": ({"status": 503}, "RECORD_PENDING"),
    "out of order after it": ({"status": 503, "after": True}, "RECORD_PENDING"),
    "no answer before it": ({"reset": True}, "RECORD_PENDING"),
    "no answer after it": ({"reset": True, "after": True}, "RECORD_PENDING"),
    "half an answer": ({"truncateAt": 5}, "RECORD_PENDING"),
    "an answer of another shape": ({"status": 200, "body": "[]", "after": True}, "RECORD_PENDING"),
}


@pytest.mark.parametrize("case", LOST)
async def test_pa13_a_lost_answer_of_the_books_records_once(house: House, case: str) -> None:
    fault, stands = LOST[case]
    await house.fault(POSTS, method="POST", **fault)
    told = await pay(house, part())
    assert (told["payment"]["state"], told["userErrors"]) == ("SUCCEEDED", [])
    assert await state(house) == stands
    assert (await owed(house))[0] in {LEFT, "236.50"}  # too low for a while, and never too high
    for _ in range(8):
        await later(house, minutes=2)
    assert await state(house) == "RECORDED"
    assert await in_books(house) == ONCE
    assert await owed(house) == PAID_IN_PART
    assert await movements(house) == [("CHARGE", "100.00")]


async def test_while_the_books_cannot_be_searched_nothing_is_written_anew(house: House) -> None:
    await house.fault(POSTS, method="POST", reset=True, after=True)
    await pay(house, part())
    await house.fault(POSTS, method="GET", ignoreFilters=True, times=3)
    for _ in range(3):
        assert await later(house, minutes=31) == "RECORD_PENDING"
    assert await later(house, minutes=31) == "RECORDED"
    assert await in_books(house) == ONCE


async def test_pa17_what_is_refused_for_good_is_handed_to_the_office(house: House) -> None:
    await house.fault(POSTS, method="POST", status=400)
    told = await pay(house, part())
    assert (told["payment"]["state"], told["payment"]["recording"]) == ("SUCCEEDED", "HANDED_OFF")
    assert await owed(house) == ON_ITS_WAY
    assert await in_books(house) == []
    for _ in range(3):
        assert await later(house, hours=9) == "HANDED_OFF"
    assert await owed(house) == ON_ITS_WAY
    assert await codes(house, wish(OPEN, idempotencyKey="key 2")) == ["BALANCE_CHANGED"]
    assert await movements(house) == [("CHARGE", "100.00")]


async def test_pa17_or_sent_back_where_the_tenant_says_so() -> None:
    payments = Payments(**RECORDS, when_refused=WhenRefused.REFUND)
    async with ready_house(demo_policy(payments=payments)) as house:
        await house.fault(POSTS, method="POST", status=400)
        told = await pay(house, part())
        assert (told["payment"]["state"], told["payment"]["recording"]) == ("REFUNDED", "NOT_DUE")
        assert await movements(house) == [("CHARGE", "100.00"), ("REFUND", "100.00")]
        assert await owed(house) == WHOLE


async def test_recorded_twice_in_the_books_is_taken_in_and_said(house: House) -> None:
    await house.fault(POSTS, method="POST", reset=True, after=True)
    await pay(house, part())
    marker = (await only(house)).confirmation
    for number in (70000418, 70000419):
        row = {"customer": {"id": HOME}, "memo": f"portal {marker.lower()}", "active": True}
        await house.put("payments", number, **row, total="100.00", typeId="9")
    assert await later(house, minutes=6) == "RECORDED"
    [said] = [line for line in house.logs if line["event"] == "recorded more than once"]
    assert (said["log_level"], said["count"]) == ("error", 3)
    assert marker not in str(said)


async def test_a_choice_that_changes_meanwhile_is_gone_by(house: House) -> None:
    await house.fault(POSTS, method="POST", status=503)
    await pay(house, part())
    await house.choose(demo_policy(payments=Payments(allow_partial=True)))
    assert await later(house, minutes=6) == "HANDED_OFF"
    assert await owed(house) == ON_ITS_WAY
    assert await in_books(house) == []


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


async def test_the_least_that_there_is(house: House) -> None:
    await house.put("invoices", row_of(OPEN), total="0.01", balance="0.01")
    assert await codes(house, wish(OPEN, total="0.01")) == []
    assert await in_books(house) == [("0.01", "9")]
    assert await owed(house) == ("0.00", "0.00", False)
    assert await movements(house) == [("CHARGE", "0.01")]
