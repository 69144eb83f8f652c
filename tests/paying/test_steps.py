"""Payments that are not over at once: one more step, a bank that takes days, a card declined."""

from typing import Any

import pytest

from tests.house import House
from tests.paying.asking import (
    CANCEL,
    CONFIRM,
    OPEN,
    SITE,
    asked,
    bank_authorized,
    by,
    codes,
    masked,
    movements,
    orders,
    pay,
    quoted,
    row_of,
    step_done,
    wish,
)
from tests.paying.recorded import later

SHOWN = "query($id: ID!) { node(id: $id) { ... on Payment { state failure nextAction { kind } } } }"


async def test_a_card_that_asks_for_one_more_step(house: House) -> None:
    told = await pay(house, wish(OPEN, **by("sandbox_card_3ds")))
    payment = told["payment"]
    assert (payment["state"], payment["recording"]) == ("REQUIRES_ACTION", "NOT_DUE")
    assert payment["nextAction"]["kind"] == "AUTHENTICATE"
    assert payment["nextAction"]["clientSecret"]
    assert told["userErrors"] == []
    assert [(row["balance"], row["payableOnline"]) for row in told["invoices"]] == [
        ("436.50", False)
    ]
    assert await codes(house, wish(OPEN, idempotencyKey="key 2")) == ["PAYMENT_IN_PROGRESS"]
    assert (await quoted(house, OPEN))["methods"] == []
    assert await movements(house) == []

    again = await asked(house, CONFIRM, id=payment["id"])
    assert again["payment"]["state"] == "REQUIRES_ACTION"
    assert again["payment"]["nextAction"] == payment["nextAction"]
    await step_done(house, payment["nextAction"])
    done = await asked(house, CONFIRM, id=payment["id"])
    assert (done["payment"]["state"], done["payment"]["nextAction"]) == ("SUCCEEDED", None)
    assert [row["balance"] for row in done["invoices"]] == ["0.00"]
    assert await movements(house) == [("CHARGE", "436.50")]
    assert masked(await asked(house, CONFIRM, id=payment["id"])) == masked(done)


CHANGED: dict[str, tuple[dict[str, Any], str, str]] = {
    "the office took it in": ({"balance": "0.00"}, "BALANCE_CHANGED", "0.00"),
    "the office took a part": ({"balance": "400.00"}, "BALANCE_CHANGED", "400.00"),
    "more is owed": ({"balance": "440.00"}, "BALANCE_CHANGED", "440.00"),
}


@pytest.mark.parametrize("case", CHANGED)
async def test_m_i4_what_was_settled_while_the_payer_was_away_is_never_charged(
    house: House, case: str
) -> None:
    change, code, balance = CHANGED[case]
    payment = (await pay(house, wish(OPEN, **by("sandbox_card_3ds"))))["payment"]
    await step_done(house, payment["nextAction"])
    await house.put("invoices", row_of(OPEN), **change)
    told = await asked(house, CONFIRM, id=payment["id"])
    [error] = told["userErrors"]
    assert (error["code"], error["currentBalance"]) == (code, balance)
    assert (told["payment"]["state"], told["payment"]["nextAction"]) == ("FAILED", None)
    assert told["payment"]["failure"] == error["message"]
    assert await movements(house) == []
    assert await orders(house) == ["CANCELED"]
    again = await asked(house, CONFIRM, id=payment["id"])
    assert (again["payment"]["state"], again["userErrors"][0]["code"]) == ("FAILED", code)
    await house.put("invoices", row_of(OPEN), balance="436.50")
    assert (await pay(house, wish(OPEN, idempotencyKey="key 2")))["userErrors"] == []


async def test_m_i4_only_who_confirms_is_charged(house: House) -> None:
    """What was authorized waits for its payer, and is given up as what was never confirmed is."""
    payment = (await pay(house, wish(OPEN, **by("sandbox_card_3ds"))))["payment"]
    await step_done(house, payment["nextAction"])
    shown = await asked(house, SHOWN, id=payment["id"])
    assert shown == {"state": "REQUIRES_ACTION", "failure": None, "nextAction": None}
    assert await codes(house, wish(OPEN, idempotencyKey="key 2")) == ["PAYMENT_IN_PROGRESS"]
    assert await later(house, minutes=10) == "ACTION_REQUIRED"
    assert await later(house, minutes=6) == "EXPIRED"
    shown = await asked(house, SHOWN, id=payment["id"])
    assert shown["state"] == "CANCELED"
    assert await movements(house) == []
    assert await orders(house) == ["CANCELED"]


async def test_a_page_of_the_processors_leads_back_to_the_front_end(house: House) -> None:
    told = await pay(house, wish(OPEN, **by("sandbox_pay_by_bank"), **await bank_authorized(house)))
    action = told["payment"]["nextAction"]
    assert action["kind"] == "REDIRECT"
    pressed = await house.sandbox.post(action["redirectUrl"], data={"outcome": "complete"})
    assert pressed.status_code == 303
    assert pressed.headers["location"].startswith(f"{SITE}/payments/return?")
    done = await asked(house, CONFIRM, id=told["payment"]["id"])
    assert done["payment"]["state"] == "SUCCEEDED"


async def test_a_step_that_is_not_passed_declines(house: House) -> None:
    told = await pay(house, wish(OPEN, **by("sandbox_card_3ds")))
    await step_done(house, told["payment"]["nextAction"], "fail")
    done = await asked(house, CONFIRM, id=told["payment"]["id"])
    assert done["payment"]["state"] == "FAILED"
    assert [error["code"] for error in done["userErrors"]] == ["DECLINED"]
    assert await codes(house, wish(OPEN, idempotencyKey="key 2")) == []


async def test_a_payment_that_is_given_up_frees_its_invoice(house: House) -> None:
    told = await pay(house, wish(OPEN, **by("sandbox_card_3ds")))
    of = told["payment"]["id"]
    done = await asked(house, CANCEL, id=of)
    assert (done["payment"]["state"], done["userErrors"]) == ("CANCELED", [])
    assert [row["payableOnline"] for row in done["invoices"]] == [True]
    assert masked(await asked(house, CANCEL, id=of)) == masked(done)
    assert (await asked(house, CONFIRM, id=of))["payment"]["state"] == "CANCELED"
    await step_done(house, told["payment"]["nextAction"])
    assert await movements(house) == []
    assert (await pay(house, wish(OPEN, idempotencyKey="key 2")))["userErrors"] == []
    assert await movements(house) == [("CHARGE", "436.50")]


async def test_what_is_paid_is_not_given_up(house: House) -> None:
    told = await pay(house, wish(OPEN))
    done = await asked(house, CANCEL, id=told["payment"]["id"])
    assert done["payment"]["state"] == "SUCCEEDED"
    assert [error["code"] for error in done["userErrors"]] == ["NOT_AVAILABLE"]


async def test_r30_by_bank_after_authorizing_it(house: House) -> None:
    agreed, bank = await bank_authorized(house), by("sandbox_bank")
    other: dict[str, Any] = {"achAuthorization": {"version": "0" * 16, "authorizedBy": "Pat"}}
    for wrong in ({}, other):
        told = await pay(house, wish(OPEN, **bank, **wrong))
        [error] = told["userErrors"]
        assert error["code"] == "ACH_AUTHORIZATION_REQUIRED"
        assert error["field"] == ["input", "achAuthorization"]
        assert told["payment"] is None
    told = await pay(house, wish(OPEN, **bank, **agreed))
    assert told["userErrors"] == []
    payment = told["payment"]
    assert (payment["state"], payment["recording"]) == ("PROCESSING", "NOT_DUE")
    assert payment["receiptUrl"] is None
    assert [(row["balance"], row["amountProcessing"]) for row in told["invoices"]] == [
        ("0.00", "436.50")
    ]
    assert await codes(house, wish(OPEN, idempotencyKey="key 2")) == ["PAYMENT_IN_PROGRESS"]


async def test_r31_a_bank_with_too_little_says_so_and_a_part_may_be_paid(house: House) -> None:
    agreed, bank = await bank_authorized(house), by("sandbox_pay_by_bank_short")
    told = await pay(house, wish(OPEN, **bank, **agreed))
    assert told["payment"]["state"] == "FAILED"
    assert [error["code"] for error in told["userErrors"]] == ["INSUFFICIENT_FUNDS"]
    less = wish(OPEN, amount="50.00", idempotencyKey="key 2", **bank, **agreed)
    assert (await pay(house, less))["payment"]["state"] == "SUCCEEDED"


async def test_a_declined_card_is_told_and_nothing_is_owed_less(house: House) -> None:
    told = await pay(house, wish(OPEN, **by("sandbox_card_declined")))
    [error] = told["userErrors"]
    assert (error["code"], error["field"], error["invoiceId"]) == ("DECLINED", None, None)
    assert told["payment"]["state"] == "FAILED"
    assert told["payment"]["failure"] == error["message"]
    assert [(row["balance"], row["amountProcessing"]) for row in told["invoices"]] == [
        ("436.50", "0.00")
    ]
    again = await pay(house, wish(OPEN, **by("sandbox_card_declined")))
    assert masked(again) == masked(told)
    assert await movements(house) == []
