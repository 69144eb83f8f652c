"""Pat pays: in part, two together, with one more step, by bank, with a card that is declined."""

import asyncio
from typing import Any

import pytest

from adapters.payments.processor import Charge, ChargeOrder
from adapters.payments.sandbox_processor import SandboxProcessor
from tests.house import House, gid, number
from tests.paying.asking import (
    MINE,
    OPEN,
    OVERDUE,
    OWED,
    PAID,
    PARTLY,
    PAT,
    asked,
    by,
    codes,
    masked,
    movements,
    pay,
    quoted,
    row_of,
    wish,
)

BARE = """mutation($input: PayInvoicesInput!) { payInvoices(input: $input) {
    payment { state } userErrors { code currentBalance } } }"""
ONE = {f"invoices?ids={number(OPEN)}": 1}
TWICE = {f"invoices?ids={number(OPEN)}": 2}


async def test_r27_a_quote_tells_what_paying_would_ask_for(house: House) -> None:
    told = await quoted(house, OPEN)
    assert await house.calls() == ONE
    authorization = told.pop("achAuthorization")
    assert len(authorization["version"]) == 16
    assert "Our company" in authorization["text"]
    assert told == {
        "invoices": [{"number": number(OPEN), "balance": "436.50"}],
        "total": "436.50",
        "partialAllowed": True,
        "minimum": "1.00",
        "maximum": "436.50",
        "methods": ["CARD", "BANK_ACCOUNT", "PAY_BY_BANK", "APPLE_PAY", "GOOGLE_PAY"],
        "client": {"processor": "sandbox", "publicKey": None},
    }
    told = await quoted(house, OPEN, PARTLY)
    assert (told["total"], told["minimum"], told["maximum"]) == ("631.69",) * 3
    assert told["partialAllowed"] is False


async def test_pat_pays_one_invoice_in_part(house: House) -> None:
    told = await pay(house, wish(OPEN, amount="20.00"))
    assert await house.calls() == TWICE
    assert masked(told) == {
        "payment": {
            "id": "…",
            "state": "SUCCEEDED",
            "recording": "HANDED_OFF",
            "amount": "20.00",
            "method": "Visa ending in 4242",
            "processor": "sandbox",
            "confirmationNumber": "…",
            "failure": None,
            "receiptUrl": "…",
            "splits": [
                {"amount": "20.00", "invoice": {"number": number(OPEN), "balance": "416.50"}}
            ],
            "nextAction": None,
        },
        "invoices": [
            {
                "number": number(OPEN),
                "balance": "416.50",
                "status": "PARTIALLY_PAID",
                "amountProcessing": "20.00",
                "payableOnline": True,
            }
        ],
        "userErrors": [],
    }
    assert await movements(house) == [("CHARGE", "20.00")]
    assert (await quoted(house, OPEN))["total"] == "416.50"


async def test_then_two_together(house: House) -> None:
    await pay(house, wish(OPEN, amount="20.00"))
    await house.calls()
    told = await pay(house, wish(OPEN, PARTLY, total="611.69", idempotencyKey="key 2"))
    assert await house.calls() == {f"invoices?ids={number(OPEN)},{number(PARTLY)}": 2}
    assert told["userErrors"] == []
    assert [split["amount"] for split in told["payment"]["splits"]] == ["416.50", "195.19"]
    assert {row["number"]: (row["balance"], row["status"]) for row in told["invoices"]} == {
        number(OPEN): ("0.00", "PAID"),
        number(PARTLY): ("0.00", "PAID"),
    }
    assert [row["payableOnline"] for row in told["invoices"]] == [False, False]
    assert await movements(house) == [("CHARGE", "20.00"), ("CHARGE", "611.69")]


async def test_r33_the_same_key_tells_what_came_of_it_the_first_time(house: House) -> None:
    first = await pay(house, wish(OPEN, amount="20.00"))
    await house.calls()
    again = await pay(house, wish(OPEN, amount="20.00"))
    assert masked(again) == masked(first)
    assert again["payment"]["id"] == first["payment"]["id"]
    assert await house.calls() == {}
    assert await movements(house) == [("CHARGE", "20.00")]


@pytest.mark.parametrize(
    "other",
    [
        {"amount": "20.01"},
        {"amount": None},
        {"expectedTotal": "436.51"},
        {"invoiceIds": [gid(PARTLY)]},
        {"savePaymentMethod": True},
        by("sandbox_card_mastercard"),
        {"achAuthorization": {"version": "1", "authorizedBy": "Pat"}},
    ],
)
async def test_r33_the_same_key_for_something_else_is_a_conflict(
    house: House, other: dict[str, object]
) -> None:
    await pay(house, wish(OPEN, amount="20.00"))
    told = await pay(house, wish(OPEN, amount="20.00") | other)
    assert (told["payment"], told["invoices"]) == (None, None)
    [error] = told["userErrors"]
    assert (error["code"], error["field"]) == ("IDEMPOTENCY_CONFLICT", ["input", "idempotencyKey"])
    assert await movements(house) == [("CHARGE", "20.00")]


async def test_a_key_means_the_same_however_the_amount_is_written(house: House) -> None:
    first = await pay(house, wish(OPEN, amount="20.00"))
    again = await pay(house, wish(OPEN, amount="20", expectedTotal="436.5"))
    assert again["payment"]["id"] == first["payment"]["id"]


async def test_pa4_another_viewer_has_keys_of_their_own(house: House) -> None:
    await pay(house, wish(OPEN, amount="20.00"))
    assert await codes(house, wish(OPEN, amount="20.00"), "morgan@example.com") == ["NOT_FOUND"]
    assert (await asked(house, MINE, "morgan@example.com"))["payments"]["totalCount"] == 0


async def test_pa1_twenty_times_at_once_is_one_charge(house: House) -> None:
    told = await asyncio.gather(*(pay(house, wish(OPEN, amount="20.00")) for _ in range(20)))
    assert len({each["payment"]["id"] for each in told}) == 1
    assert {each["payment"]["state"] for each in told} <= {"SUCCEEDED", "PROCESSING"}
    assert [each["userErrors"] for each in told] == [[]] * 20
    assert await movements(house) == [("CHARGE", "20.00")]


async def test_pa2_two_tabs_at_once_are_one_charge(house: House) -> None:
    one, other = await asyncio.gather(
        pay(house, wish(OPEN)), pay(house, wish(OPEN, idempotencyKey="key 2"))
    )
    refused = [error["code"] for told in (one, other) for error in told["userErrors"]]
    assert refused == ["PAYMENT_IN_PROGRESS"]
    assert await movements(house) == [("CHARGE", "436.50")]


REFUSED = {
    "more than is owed": (wish(OPEN, amount="436.51"), "AMOUNT_TOO_LARGE", "436.50"),
    "less than the least": (wish(OPEN, amount="0.99"), "AMOUNT_TOO_SMALL", "436.50"),
    "nothing": (wish(OPEN, amount="0.00"), "AMOUNT_TOO_SMALL", "436.50"),
    "a part of two": (
        wish(OPEN, PARTLY, total="631.69", amount="600.00"),
        "PARTIAL_NOT_ALLOWED",
        "631.69",
    ),
    "another sum than was seen": (wish(OPEN, total="436.49"), "BALANCE_CHANGED", "436.50"),
    "another sum of two": (wish(OPEN, PARTLY, total="436.50"), "BALANCE_CHANGED", "631.69"),
    "a paid one": (wish(PAID, total="0.00"), "ALREADY_PAID", "0.00"),
    "a paid one among others": (wish(OPEN, PAID, total="436.50"), "ALREADY_PAID", "0.00"),
    "a token of nobody's": (wish(OPEN, **by("tok_unknown")), "METHOD_NOT_ACCEPTED", None),
    "an expired token": (wish(OPEN, **by("sandbox_expired")), "METHOD_NOT_ACCEPTED", None),
    "a method of nobody's": (
        wish(OPEN, source={"paymentMethodId": gid(OPEN)}),
        "NOT_FOUND",
        None,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_refused_is_told_as_data_and_nothing_is_written(
    house: House, case: str
) -> None:
    told, code, balance = REFUSED[case]
    answer = await pay(house, told)
    assert answer["payment"] is None
    [error] = answer["userErrors"]
    assert (error["code"], error["currentBalance"]) == (code, balance)
    assert error["message"].endswith(".")
    assert await movements(house) == []
    assert (await asked(house, MINE))["payments"]["totalCount"] == 0


@pytest.mark.parametrize("case", [case for case in REFUSED if REFUSED[case][2] is not None])
async def test_an_error_about_one_invoice_names_it(house: House, case: str) -> None:
    told, _, _ = REFUSED[case]
    [error] = (await pay(house, told))["userErrors"]
    about = told["invoiceIds"][-1] if "ALREADY" in error["code"] else told["invoiceIds"][0]
    several = len(told["invoiceIds"]) > 1 and "ALREADY" not in error["code"]
    assert error["invoiceId"] == (None if several else about)


async def test_pa8_one_that_is_not_theirs_refuses_the_whole(house: House) -> None:
    foreign = "SW52b2ljZTo1MDAzMDI"
    for at, other in enumerate((foreign, "SW52b2ljZTo4MDAwMDAw", "Sm9iOjMwMDEwNg", "", "x" * 500)):
        told = wish(OPEN, idempotencyKey=f"key {at}")
        told["invoiceIds"] = [*told["invoiceIds"], other]
        answer = await pay(house, told)
        assert (answer["payment"], answer["invoices"]) == (None, None)
        assert answer["userErrors"] == [
            {
                "code": "NOT_FOUND",
                "message": "Not found.",
                "field": ["input", "invoiceIds", "1"],
                "invoiceId": None,
                "currentBalance": None,
            }
        ]
    assert await movements(house) == []


async def test_r27_invoices_of_two_customers_are_not_paid_together(house: House) -> None:
    for of, customer in ((770001, 1011), (770002, 1012)):
        bill_to = {"id": customer, "name": "A property"}
        await house.put("invoices", of, customer=bill_to, total="10.00", balance="10.00")
    ids = ["SW52b2ljZTo3NzAwMDE", "SW52b2ljZTo3NzAwMDI"]
    told = wish(OPEN, total="20.00") | {"invoiceIds": ids}
    assert await codes(house, told, "morgan@example.com") == ["MIXED_BILL_TO"]
    asking = "query($ids: [ID!]!) { viewer { paymentQuote(invoiceIds: $ids) { total } } }"
    answer = await house.ask("morgan@example.com", asking, ids=ids)
    assert answer["data"] == {"viewer": {"paymentQuote": None}}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


async def test_pa11_a_balance_that_changed_since_it_was_seen(house: House) -> None:
    await house.put("invoices", row_of(OPEN), balance="400.00")
    [error] = (await pay(house, wish(OPEN)))["userErrors"]
    assert (error["code"], error["currentBalance"]) == ("BALANCE_CHANGED", "400.00")
    assert (await pay(house, wish(OPEN, total="400.00")))["userErrors"] == []
    assert await movements(house) == [("CHARGE", "400.00")]


LATE: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "less is owed": ({"balance": "400.00"}, "BALANCE_CHANGED", "400.00"),
    "more is owed": ({"balance": "440.00"}, "BALANCE_CHANGED", "440.00"),
    "it was withdrawn": ({"active": False}, "NOT_FOUND", None),
    "it is billed to another": (
        {"customer": {"id": 1011, "name": "Alpha Apartments"}},
        "NOT_FOUND",
        None,
    ),
    "its balance cannot be read": ({"balance": "NaN"}, "NOT_AVAILABLE", None),
}


@pytest.mark.parametrize("case", LATE)
async def test_pa11_what_changes_right_before_the_charge_stops_it(
    house: House, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    change, code, balance = LATE[case]
    prepare = SandboxProcessor.prepare

    async def prepared(self: SandboxProcessor, order: ChargeOrder) -> Charge:
        await house.put("invoices", row_of(OPEN), **change)
        return await prepare(self, order)

    monkeypatch.setattr(SandboxProcessor, "prepare", prepared)
    told = await asked(house, BARE, input=wish(OPEN))
    [error] = told["userErrors"]
    assert (error["code"], error["currentBalance"]) == (code, balance)
    assert told["payment"]["state"] == "FAILED"
    assert await movements(house) == []
    orders = (await house.sandbox.get("/_sandbox/processor/orders")).json()["orders"]
    assert [order["state"] for order in orders] == ["CANCELED"]


async def test_where_servicetitan_cannot_be_read_nothing_is_begun(house: House) -> None:
    await house.fault("invoices", status=503, times=20)
    answer = await house.ask(PAT, BARE, input=wish(OPEN))
    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UPSTREAM_UNAVAILABLE"]
    assert await movements(house) == []


async def test_an_overdue_invoice_is_paid_like_any_other(house: House) -> None:
    total = (await quoted(house, OVERDUE))["total"]
    told = await pay(house, wish(OVERDUE, total=total))
    assert (told["userErrors"], OWED.get(OVERDUE)) == ([], None)
    assert told["invoices"][0]["status"] == "PAID"
