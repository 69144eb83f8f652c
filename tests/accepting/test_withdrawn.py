"""What changes between signing and the charge of a deposit: nothing is charged, nothing sold."""

import asyncio

import pytest

from adapters.payments.processor import Charge, ChargeOrder
from adapters.payments.sandbox_processor import SandboxProcessor
from adapters.sandbox.homes import SELLER
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override, Proposals
from tests.accepting.conftest import ACCEPT, PAT, WITH_DEPOSIT, Office, deposit, errors
from tests.house import HOME, demo_policy
from tests.paying.asking import PAY, by, wish
from tests.paying.test_card_testing import many_invoices

VISA = deposit("sandbox_card_visa")
NO_BILLING = {PAT: (Override(customer=HOME, level=AccessLevel.NON_BILLING),)}
LESS = demo_policy(access=Access(people=NO_BILLING), proposals=Proposals(sold_by=SELLER))


async def test_az26_billing_that_is_withdrawn_right_before_the_charge(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = SandboxProcessor.prepare

    async def prepared(self: SandboxProcessor, order: ChargeOrder) -> Charge:
        await office.house.choose(LESS)
        return await prepare(self, order)

    monkeypatch.setattr(SandboxProcessor, "prepare", prepared)
    told = await office.accept(WITH_DEPOSIT, deposit=VISA)
    assert (errors(told), told["acceptance"]) == (["NO_LONGER_AVAILABLE"], None)
    assert await office.moved() == []
    assert (await office.row(WITH_DEPOSIT))["status"]["name"] == "Open"
    [acceptance] = await office.till.acceptances.listed()
    assert acceptance.state.value == "REFUSED"


async def test_pa28_a_deposit_is_one_of_the_cards_that_are_tried_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare, others, go_on = SandboxProcessor.prepare, asyncio.Semaphore(0), asyncio.Event()

    async def together(self: SandboxProcessor, order: ChargeOrder) -> Charge:
        others.release()
        if order.description.startswith("Deposit"):
            go_on.set()
        await go_on.wait()
        return await prepare(self, order)

    wanted = await office.wish(WITH_DEPOSIT, deposit=VISA)
    invoices = (await many_invoices(office.house))[:5]
    monkeypatch.setattr(SandboxProcessor, "prepare", together)
    told = wish("open-invoice", total="10.00", **by("sandbox_card_declined"))
    tries = [
        asyncio.create_task(
            office.house.ask(
                PAT, PAY, input=told | {"invoiceIds": [of], "idempotencyKey": f"key {of}"}
            )
        )
        for of in invoices
    ]
    for _ in tries:
        await others.acquire()
    answer = await office.house.ask(PAT, ACCEPT, input=wanted)
    await asyncio.gather(*tries)
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert await office.moved() == []
    [acceptance] = await office.till.acceptances.listed()
    assert acceptance.state.value == "REFUSED"
    assert (await office.row(WITH_DEPOSIT))["status"]["name"] == "Open"


async def test_pa28_after_five_declines_no_deposit_is_tried(office: Office) -> None:
    for turn in range(5):
        told = await office.accept(
            WITH_DEPOSIT, f"key {turn}", deposit=deposit("sandbox_card_declined")
        )
        assert errors(told) == ["PAYMENT_REFUSED"]
    wanted = await office.wish(WITH_DEPOSIT, "key 5", deposit=VISA)
    answer = await office.house.ask(PAT, ACCEPT, input=wanted)
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert len(await office.till.acceptances.listed()) == 5
    assert await office.moved() == []


async def test_az26_who_may_see_it_no_more_is_told_nothing_by_the_same_key(office: Office) -> None:
    wanted = await office.wish(WITH_DEPOSIT, deposit=VISA)
    assert (await office.send(wanted))["acceptance"] is not None
    await office.house.choose(LESS)
    told = await office.send(wanted)
    assert errors(told) == ["NOT_FOUND"]
    assert (told["estimate"], told["acceptance"], told["payment"]) == (None, None, None)
