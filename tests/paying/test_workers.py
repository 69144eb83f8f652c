"""Two workers over one ledger and one processor: whichever is asked, money moves once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from adapters.ledger.payment_states import AttemptState
from adapters.payments.processor import Charge, ChargeOrder
from adapters.payments.sandbox_processor import SandboxProcessor
from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions
from gateway.app import create_app
from gateway.choices import Choices
from resolvers.policy import Payments
from tests.databases import postgresql, shared_url
from tests.house import NOON, SANDBOX, TODAY, House, Moment, demo_policy, settings
from tests.paying.asking import OPEN, PAT, PAY, by, movements, step_done, wish
from tests.paying.asking import codes as refusals
from tests.paying.recorded import RECORDS, in_books, later, only, owed, part, state, till
from tests.paying.test_card_testing import save

__all__ = ["postgresql", "shared_url"]


@asynccontextmanager
async def _pair(url: str) -> AsyncIterator[tuple[House, House]]:
    """Open two gateways over this database, and over one sandbox."""
    options = SandboxOptions(public_url=SANDBOX, today=TODAY, homes=4, rate_per_second=100_000)
    sandbox = create_sandbox(options)
    wire, houses = httpx.ASGITransport(sandbox), list[House]()
    async with AsyncExitStack() as stack:
        control = await stack.enter_async_context(
            httpx.AsyncClient(transport=wire, base_url=SANDBOX)
        )
        for _ in range(2):
            choices = Choices(demo_policy(payments=Payments(**RECORDS)))
            moment = Moment(NOON)
            app = create_app(
                settings(database_url=url), choices, transport=wire, now=moment, tells_cost=True
            )
            await stack.enter_async_context(app.router.lifespan_context(app))
            door = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")
            await stack.enter_async_context(door)
            house = House(door, control, [], choices, moment, (TODAY, 4), app=app)
            await house.is_ready()
            houses.append(house)
        yield houses[0], houses[1]


@pytest.mark.parametrize("keys", [("a", "a"), ("a", "b"), ("a", "b", "a", "b")])
async def test_pa2_one_of_them_charges(shared_url: str, keys: tuple[str, ...]) -> None:
    async with _pair(shared_url) as houses:
        told: list[Any] = await asyncio.gather(
            *(
                houses[at % 2].data(PAT, PAY, input=wish(OPEN, idempotencyKey=key))
                for at, key in enumerate(keys)
            )
        )
        answers = [each["payInvoices"] for each in told]
        assert await movements(houses[0]) == [("CHARGE", "436.50")]
        # Who comes once the first has paid begins an attempt too, and is refused.
        listed = await till(houses[1]).attempts.listed()
        [charged] = [of for of in listed if of.state is not AttemptState.REFUSED]
        assert await in_books(houses[1], charged) == [("436.50", "9")]
        told_of = [(key, each["payment"]) for key, each in zip(keys, answers, strict=True)]
        numbers = {(key, of["confirmationNumber"]) for key, of in told_of if of}
        # A key is told of one payment, and none of another key's.
        for side in zip(*numbers, strict=True):
            assert len(set(side)) == len(numbers)
        # The others are refused, at once or while the first was under way.
        paid = {of["confirmationNumber"] for _, of in told_of if of and of["state"] == "SUCCEEDED"}
        assert len(paid) == 1
        codes = {error["code"] for each in answers for error in each["userErrors"]}
        assert codes <= {"PAYMENT_IN_PROGRESS", "ALREADY_PAID", "BALANCE_CHANGED"}
        for house in houses:  # whatever each remembers, ServiceTitan is asked
            late = wish(OPEN, idempotencyKey="late")
            assert await refusals(house, late) == ["ALREADY_PAID"]


async def test_clocks_that_lie_apart_charge_once(
    shared_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    charge, begun, go_on = SandboxProcessor.charge, asyncio.Event(), asyncio.Event()

    async def slow(self: SandboxProcessor, ref: str, order: ChargeOrder) -> Charge:
        begun.set()
        await go_on.wait()
        return await charge(self, ref, order)

    monkeypatch.setattr(SandboxProcessor, "charge", slow)
    async with _pair(shared_url) as (one, fast):
        fast.moment.now += timedelta(minutes=10)
        asking = asyncio.create_task(one.data(PAT, PAY, input=part()))
        await begun.wait()
        assert await later(fast) == "DECLINED"  # fenced: whatever comes now takes nothing
        go_on.set()
        told = (await asking)["payInvoices"]
        assert told["payment"]["state"] == "FAILED"
        assert [error["code"] for error in told["userErrors"]] == ["NOT_AVAILABLE"]
        assert await movements(one) == []
        for house in (one, fast):
            assert await owed(house) == ("436.50", "0.00", True)
        monkeypatch.undo()
        again = await one.data(PAT, PAY, input=part(idempotencyKey="key 2"))
        assert again["payInvoices"]["payment"]["state"] == "SUCCEEDED"
        assert await movements(one) == [("CHARGE", "100.00")]


async def test_pa16_both_reconcile_at_once_and_record_once(shared_url: str) -> None:
    async with _pair(shared_url) as (one, other):
        await one.fault("/payments$", method="POST", reset=True, after=True)
        await one.data(PAT, PAY, input=part())
        assert await state(one) == "RECORD_PENDING"
        attempt = await only(one)
        for house in (one, other):
            house.moment.now += timedelta(minutes=10)
        await asyncio.gather(*(till(house).cashier.finish(attempt) for house in (one, other) * 3))
        for house in (one, other):
            await later(house, minutes=10)
        assert await state(other) == "RECORDED"
        assert await in_books(one) == [("100.00", "9")]


async def test_begun_at_one_and_confirmed_at_both(shared_url: str) -> None:
    confirm = """mutation($id: ID!) { confirmPayment(input: {paymentId: $id}) {
        payment { state recording } userErrors { code } } }"""
    async with _pair(shared_url) as (one, other):
        wanted = wish(OPEN, **by("sandbox_card_3ds"))
        told = (await one.data(PAT, PAY, input=wanted))["payInvoices"]["payment"]
        assert await owed(other) == ("436.50", "0.00", False)
        await step_done(one, told["nextAction"])
        done = await asyncio.gather(
            *(house.data(PAT, confirm, id=told["id"]) for house in (one, other, one, other))
        )
        states = {each["confirmPayment"]["payment"]["state"] for each in done}
        # Who asks while another captures is told how it stands: before, or while it is charged.
        assert states <= {"SUCCEEDED", "PROCESSING", "REQUIRES_ACTION"}
        assert "SUCCEEDED" in states
        assert await later(one, minutes=3) == "RECORDED"
        assert await movements(one) == [("CHARGE", "436.50")]
        assert await in_books(one) == [("436.50", "9")]


async def test_pa28_cards_tried_at_one_worker_count_at_the_other(shared_url: str) -> None:
    async with _pair(shared_url) as houses:
        told = [await save(houses[at % 2], "sandbox_card_declined") for at in range(7)]
        assert told == ["DECLINED"] * 5 + ["RATE_LIMITED"] * 2


async def test_pa28_tried_at_both_at_once_they_are_no_more(shared_url: str) -> None:
    async with _pair(shared_url) as houses:
        tries = (save(houses[at % 2], "sandbox_card_declined") for at in range(12))
        told = Counter(await asyncio.gather(*tries))
        assert told == {"DECLINED": 5, "RATE_LIMITED": 7}
        for house in houses:
            house.moment.now += timedelta(minutes=10)
        assert await save(houses[0], "sandbox_card_visa") == "Visa ending in 4242"
