"""Rights that end between what was asked for and the charge: nothing is charged (AZ-26, DL-11)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from adapters.payments.processor import Charge, ChargeOrder
from adapters.payments.sandbox_processor import SandboxProcessor
from resolvers.ids import global_id
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override
from tests.house import HOME, RILEY, House, demo_policy, gid
from tests.paying.asking import CONFIRM, OPEN, PARTS, PAT, PAY, by, movements, orders, wish
from tests.paying.test_who_pays import held
from tests.staff import PAYMENT_LINK, REVOKE, staff_data, staffed_house

NO_BILLING = {PAT: (Override(customer=HOME, level=AccessLevel.NON_BILLING),)}
LESS = demo_policy(payments=PARTS, access=Access(people=RILEY | NO_BILLING))


def before_the_charge(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[], Awaitable[object]]
) -> None:
    """Have this changed after the order was prepared, and right before it is looked at again."""
    prepare = SandboxProcessor.prepare

    async def prepared(self: SandboxProcessor, order: ChargeOrder) -> Charge:
        answer = await prepare(self, order)
        await change()
        return answer

    monkeypatch.setattr(SandboxProcessor, "prepare", prepared)


async def test_az26_billing_that_is_withdrawn_right_before_the_charge(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_the_charge(monkeypatch, lambda: house.choose(LESS))
    answer = await house.ask(PAT, PAY, input=wish(OPEN))
    [error] = answer["data"]["payInvoices"]["userErrors"]
    assert error["code"] == "NOT_FOUND"
    assert await movements(house) == []
    assert await orders(house) == ["CANCELED"]


async def test_az26_billing_that_is_withdrawn_while_one_more_step_is_done(house: House) -> None:
    told = (await house.data(PAT, PAY, input=wish(OPEN, **by("sandbox_card_3ds"))))["payInvoices"]
    await house.choose(LESS)
    answer = await house.data(PAT, CONFIRM, id=told["payment"]["id"])
    [error] = answer["confirmPayment"]["userErrors"]
    assert (answer["confirmPayment"]["payment"], error["code"]) == (None, "NOT_FOUND")
    node = await house.ask(
        PAT, "query($id: ID!) { node(id: $id) { id } }", id=told["payment"]["id"]
    )
    assert node["data"] == {"node": None}


async def test_dl11_a_link_that_is_revoked_right_before_the_charge(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with staffed_house(demo_policy(payments=PARTS)) as house:
        made = await staff_data(house, PAYMENT_LINK, input={"invoiceNumber": "500106"})
        link = made["createPaymentLink"]
        secret = link["url"].split("#")[1]
        opened = await house.gateway.post("/links/exchange", json={"secret": secret})
        token = str(opened.json()["accessToken"])

        async def revoke() -> None:
            told: Any = await staff_data(house, REVOKE, input={"linkId": link["link"]["id"]})
            assert told["revokeDirectLink"]["userErrors"] == []

        before_the_charge(monkeypatch, revoke)
        answer = await held(house, token, PAY, input=wish(OPEN))
        assert answer["data"] is None or answer["data"]["payInvoices"]["userErrors"]
        assert await movements(house) == []
        assert await orders(house) == ["CANCELED"]
        again = await held(house, token, PAY, input=wish(OPEN, idempotencyKey="key 2"))
        assert [error["extensions"]["code"] for error in again["errors"]] == ["UNAUTHENTICATED"]
        assert (
            await house.ask(PAT, "query($i: ID!) { invoice(id: $i) { balance } }", i=gid(OPEN))
        )["data"] == {"invoice": {"balance": "436.50"}}


async def test_one_that_is_billed_to_another_of_their_customers_right_before_the_charge(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"total": "10.00", "balance": "10.00", "active": True}
    bill_to = [{"id": 1011, "name": "Alpha Apartments"}, {"id": 1012, "name": "Beta Plaza"}]
    await house.put("invoices", 770001, **row, customer=bill_to[0])
    invoice = global_id("Invoice", 770001)

    async def moved() -> None:
        await house.put("invoices", 770001, customer=bill_to[1])

    before_the_charge(monkeypatch, moved)
    told = wish(OPEN, total="10.00") | {"invoiceIds": [invoice]}
    answer = await house.data("morgan@example.com", PAY, input=told)
    assert [error["code"] for error in answer["payInvoices"]["userErrors"]] == ["NOT_FOUND"]
    seen = await house.data(
        "morgan@example.com", "query($i: ID!) { invoice(id: $i) { balance } }", i=invoice
    )
    assert seen == {"invoice": {"balance": "10.00"}}
    assert await movements(house) == []
    assert await orders(house) == ["CANCELED"]
