"""Who tries cards that are not theirs is slowed down, whichever way they try them (PA-28)."""

import asyncio
from collections import Counter
from datetime import timedelta

from resolvers.ids import global_id
from tests.house import HOME, House
from tests.paying.asking import OPEN, PAT, PAY, by, codes, movements, row_of, wish

MANY, FIRST = 12, 770_000
SAVE = """mutation($input: SavePaymentMethodInput!) { savePaymentMethod(input: $input) {
    paymentMethod { label } userErrors { code } } }"""


async def many_invoices(house: House) -> list[str]:
    """Put in many invoices of Pat's; return their global ids."""
    row = (await house.sandbox.get(f"/_sandbox/records/invoices/{row_of(OPEN)}")).json()
    for of in range(FIRST, FIRST + MANY):
        numbered = {"id": of, "referenceNumber": str(of), "total": "10.00", "balance": "10.00"}
        await house.put("invoices", of, **(row | numbered))
    return [global_id("Invoice", of) for of in range(FIRST, FIRST + MANY)]


async def one_of_many(house: House, at: int, invoice: str) -> str:
    """Pay one of them by a card that is declined; return the code that is told."""
    told = {
        "idempotencyKey": f"key {at}",
        "invoiceIds": [invoice],
        "expectedTotal": "10.00",
        **by("sandbox_card_declined"),
    }
    answer = await house.ask(PAT, PAY, input=told)
    if answer["data"] is None:
        [error] = answer["errors"]
        assert error["extensions"]["retryAfterMs"] == 10 * 60_000
        return str(error["extensions"]["code"])
    [refusal] = answer["data"]["payInvoices"]["userErrors"]
    return str(refusal["code"])


async def save(house: House, token: str) -> str:
    """Ask to keep a method; return its label, or the code of why it is not."""
    told = {"customerId": global_id("Customer", HOME), "processorToken": token}
    answer = await house.ask(PAT, SAVE, input=told)
    if answer["data"] is None:
        [error] = answer["errors"]
        return str(error["extensions"]["code"])
    payload = answer["data"]["savePaymentMethod"]
    if payload["paymentMethod"] is None:
        [refusal] = payload["userErrors"]
        return str(refusal["code"])
    return str(payload["paymentMethod"]["label"])


async def test_pa28_cards_tried_at_once_are_no_more_than_one_after_the_other(house: House) -> None:
    invoices = await many_invoices(house)
    told = Counter(
        await asyncio.gather(*(one_of_many(house, *each) for each in enumerate(invoices)))
    )
    assert told == {"DECLINED": 5, "RATE_LIMITED": MANY - 5}
    orders = (await house.sandbox.get("/_sandbox/processor/orders")).json()["orders"]
    assert Counter(order["state"] for order in orders) == {"DECLINED": 5, "CANCELED": MANY - 5}
    assert await movements(house) == []
    house.moment.now += timedelta(minutes=10)
    assert await codes(house, wish(OPEN, idempotencyKey="later")) == []


async def test_pa28_a_card_that_is_kept_is_tried_as_well(house: House) -> None:
    told = [await save(house, "sandbox_card_declined") for _ in range(7)]
    assert told == ["DECLINED"] * 5 + ["RATE_LIMITED"] * 2
    assert await save(house, "sandbox_card_visa") == "RATE_LIMITED"
    answer = await house.ask(PAT, PAY, input=wish(OPEN))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["RATE_LIMITED"]
    assert await movements(house) == []
    house.moment.now += timedelta(minutes=10)
    assert await save(house, "sandbox_card_visa") == "Visa ending in 4242"
    assert await codes(house, wish(OPEN)) == []


async def test_pa28_nor_are_tokens_guessed_or_good_cards_kept_without_end(house: House) -> None:
    assert [await save(house, f"sandbox_{at}") for at in range(5)] == ["DECLINED"] * 5
    assert await save(house, "sandbox_5") == "RATE_LIMITED"
    house.moment.now += timedelta(hours=1)
    for _ in range(20):
        assert await save(house, "sandbox_card_visa") == "Visa ending in 4242"
    assert await save(house, "sandbox_card_visa") == "RATE_LIMITED"


async def test_pa28_declined_payments_count_for_cards_that_are_kept(house: House) -> None:
    for turn in range(5):
        told = wish(OPEN, idempotencyKey=f"key {turn}", **by("sandbox_card_declined"))
        assert await codes(house, told) == ["DECLINED"]
    assert await save(house, "sandbox_card_visa") == "RATE_LIMITED"
