"""How a payment runs: exactly which calls, which steps, and what the payer is told."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.attempts import IdempotencyConflict, InvoicesHeld
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.payment_states import AttemptState
from adapters.payments.cashier import Means, Refusal
from adapters.payments.errors import ProcessorRefused, ProcessorUnavailable
from adapters.payments.processor import Charge, ChargeOrder, ChargeState, Source
from adapters.payments.terms import Terms
from adapters.servicetitan.errors import UpstreamUnavailable
from tests.payments.fake_processor import Plan
from tests.payments.fates import Fate
from tests.payments.one_tenant import (
    CHARGED,
    INVOICE,
    OWED,
    PARTS,
    later,
    process,
    stands,
    story,
    world,
)
from tests.payments.world import ZONE, Process, World, new_attempt

__all__ = ["process", "world"]

_S = AttemptState


async def test_a_card_is_charged_and_recorded(world: World, process: Process) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.PAYS)
    assert (paid.attempt.state, paid.refusal, paid.action) == (_S.RECORDED, None, None)
    assert process.line.calls == ["prepare", "charge"]
    assert process.books.calls == ["balances", "record"]
    assert await story(world) == [*CHARGED, "RECORDING", "RECORDED"]
    (entry,) = world.accounts.entries
    told = entry.told
    assert (told.customer, told.payment_type, told.amount) == (3, 7, OWED)
    assert told.paid_on.isoformat() == "2026-07-14"
    assert told.marker == paid.attempt.confirmation
    assert [(part.invoice, part.amount) for part in told.splits] == [(INVOICE, OWED)]
    assert paid.attempt.servicetitan_payment_id == entry.id


async def test_it_is_paid_on_the_day_of_the_business(world: World, process: Process) -> None:
    world.clock.pass_by(timedelta(hours=11).total_seconds())  # 4 in the morning in London
    await process.pay("key", 3, PARTS, Plan.PAYS)
    assert world.accounts.entries[0].told.paid_on.isoformat() == "2026-07-14"


async def test_the_same_key_is_the_same_payment(world: World, process: Process) -> None:
    asked = [process.pay("key", 3, PARTS, Plan.PAYS) for _ in range(20)]
    told = await asyncio.gather(*asked)
    again = await world.process().pay("key", 3, PARTS, Plan.PAYS)
    assert {paid.attempt.id for paid in [*told, again]} == {1}
    assert again.attempt.state is _S.RECORDED
    assert process.line.calls == ["prepare", "charge"]
    with pytest.raises(IdempotencyConflict):
        await process.pay("key", 3, PARTS, Plan.ASKS)


async def test_another_tab_waits_for_the_first(world: World, process: Process) -> None:
    await process.pay("key", 3, PARTS, Plan.ASKS)
    with pytest.raises(InvoicesHeld) as held:
        await process.pay("another", 3, PARTS, Plan.PAYS)
    assert list(held.value.invoices) == [INVOICE]
    assert len(world.book.orders) == 1


async def test_what_is_paid_cannot_be_paid_again(world: World, process: Process) -> None:
    world.terms = Terms(ZONE)
    assert (await process.pay("key", 3, PARTS, Plan.PAYS)).attempt.state is _S.HANDED_OFF
    paid = await process.pay("another", 3, PARTS, Plan.PAYS)
    assert paid.refusal == Refusal("BALANCE_CHANGED", "It changed.", INVOICE, Decimal(0))
    assert process.line.calls == ["prepare", "charge", "prepare", "cancel"]


async def test_declined(world: World, process: Process) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.DECLINES)
    sentence = "The payment was declined. Try another way to pay."
    assert paid.refusal == Refusal("INSUFFICIENT_FUNDS", sentence)
    assert await story(world) == ["RECEIVED", "CHECKED", "CHARGING", "DECLINED"]
    again = await process.pay("key", 3, PARTS, Plan.DECLINES)
    assert again.refusal == paid.refusal
    assert process.line.calls == ["prepare", "charge"]
    assert (await process.pay("another", 3, PARTS, Plan.PAYS)).attempt.state is _S.RECORDED


async def test_a_token_that_is_none(world: World, process: Process) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.UNUSABLE)
    assert paid.refusal == Refusal("METHOD_NOT_ACCEPTED", "This cannot be used.")
    assert await story(world) == ["RECEIVED", "REFUSED"]
    assert process.books.calls == []


@pytest.mark.parametrize("fate", [Fate.NOT_REACHED, Fate.LOST_BEFORE, Fate.LOST_AFTER, Fate.LATE])
async def test_not_prepared(world: World, process: Process, fate: Fate) -> None:
    world.fates.written = {"prepare": [fate]}
    paid = await process.pay("key", 3, PARTS, Plan.PAYS)
    sentence = "Nothing was charged. Try again, or call the office."
    assert paid.refusal == Refusal("NOT_AVAILABLE", sentence)
    assert process.line.calls == ["prepare"]
    assert await story(world) == ["RECEIVED", "REFUSED"]


async def test_the_check_refuses(world: World, process: Process) -> None:
    world.accounts.balances[INVOICE] = Decimal("100.00")
    paid = await process.pay("key", 3, PARTS, Plan.PAYS)
    assert paid.refusal == Refusal("BALANCE_CHANGED", "It changed.", INVOICE, Decimal("100.00"))
    assert process.line.calls == ["prepare", "cancel"]
    assert paid.attempt.failure_code == "BALANCE_CHANGED"


async def test_the_check_fails(world: World, process: Process) -> None:
    world.fates.written = {"balances": [Fate.NOT_REACHED]}
    with pytest.raises(UpstreamUnavailable):
        await process.pay("key", 3, PARTS, Plan.PAYS)
    assert process.line.calls == ["prepare", "cancel"]
    assert await story(world) == ["RECEIVED", "REFUSED"]


async def test_an_operation_that_ended_cannot_check(world: World, process: Process) -> None:
    async def check(_attempt: Attempt) -> None:
        raise asyncio.CancelledError

    new = new_attempt("key", 3, PARTS, "told", world.clock())
    means = Means(Source(token=Plan.PAYS.value), "Invoices")
    with pytest.raises(TimeoutError):
        await process.cashier.pay(new, means, check)
    assert await story(world) == ["RECEIVED", "REFUSED"]
    assert process.line.calls == ["prepare", "cancel"]


async def test_prepared_otherwise_than_ordered(
    world: World, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    def doubled(order: ChargeOrder) -> Charge:
        return Charge("ref", ChargeState.PREPARED, order.amount * 2, "USD", order.marker)

    monkeypatch.setattr(world.book, "prepare", doubled)
    monkeypatch.setattr(world.book, "cancel", lambda _ref: None)
    paid = await process.pay("key", 3, PARTS, Plan.PAYS)
    assert paid.attempt.state is _S.REFUSED
    assert process.line.calls == ["prepare", "cancel"]


async def test_not_reached_is_given_up(world: World, process: Process) -> None:
    world.fates.written = {"charge": [Fate.NOT_REACHED]}
    paid = await process.pay("key", 3, PARTS, Plan.PAYS)
    assert paid.attempt.state is _S.DECLINED
    assert process.line.calls == ["prepare", "charge", "cancel"]
    assert world.book.orders[str(paid.attempt.processor_ref)].state is ChargeState.CANCELED


async def test_not_reached_and_not_given_up_is_unknown(world: World, process: Process) -> None:
    world.fates.written = {"charge": [Fate.NOT_REACHED], "cancel": [Fate.LOST_BEFORE]}
    paid = await process.pay("key", 3, PARTS, Plan.PAYS)
    assert paid.attempt.state is _S.UNKNOWN
    with pytest.raises(InvoicesHeld):
        await process.pay("another", 3, PARTS, Plan.PAYS)


async def test_a_lost_answer_is_asked_for(world: World, process: Process) -> None:
    world.fates.written = {"charge": [Fate.LOST_AFTER]}
    paid = await process.pay("key", 3, PARTS, Plan.PAYS)
    assert (paid.attempt.state, paid.refusal) == (_S.UNKNOWN, None)
    await later(world, process, seconds=5)
    assert (await stands(world)).state is _S.RECORDED
    assert process.line.calls == ["prepare", "charge", "look"]
    assert await story(world) == [
        *("RECEIVED", "CHECKED", "CHARGING", "UNKNOWN", "CHARGED", "RECORDING", "RECORDED")
    ]


async def test_what_never_came_there_is_fenced(world: World, process: Process) -> None:
    world.fates.written = {"charge": [Fate.LOST_BEFORE]}
    await process.pay("key", 3, PARTS, Plan.PAYS)
    await later(world, process, seconds=5)
    assert process.line.calls == ["prepare", "charge", "look", "cancel"]
    assert (await stands(world)).state is _S.DECLINED
    order = world.book.orders[str((await stands(world)).processor_ref)]
    assert world.book.charge(order.charge.ref).state is ChargeState.CANCELED


async def test_what_cannot_be_asked_for_is_asked_for_ever_later(
    world: World, process: Process
) -> None:
    world.fates.written = {"charge": [Fate.LOST_AFTER], "look": [Fate.NOT_REACHED] * 3}
    await process.pay("key", 3, PARTS, Plan.PAYS)
    for seconds in (5, 5, 10):
        await later(world, process, seconds=seconds)
        assert (await stands(world)).state is _S.UNKNOWN
    await later(world, process, seconds=19)
    assert process.line.calls.count("look") == 3
    await later(world, process, seconds=1)
    assert (await stands(world)).state is _S.RECORDED


async def test_not_reached_and_the_fence_refused_is_unknown(
    world: World, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_ref: str) -> Charge:
        raise ProcessorRefused("It cannot be given up now.")

    world.fates.written = {"charge": [Fate.NOT_REACHED]}
    monkeypatch.setattr(world.book, "cancel", refuse)
    paid = await process.pay("key", 3, PARTS, Plan.PAYS)
    assert (paid.attempt.state, paid.refusal) == (_S.UNKNOWN, None)


async def test_without_its_processor_nothing_is_begun(world: World, process: Process) -> None:
    new = replace(new_attempt("key", 3, PARTS, "told", world.clock()), processor="another")
    means = Means(Source(token=Plan.PAYS.value), "Invoices")
    with pytest.raises(ProcessorUnavailable):
        await process.cashier.pay(new, means, process.check)
    assert await world.attempts.find("payer of 3", "key") is None


@pytest.mark.parametrize("at", range(1, 9))
async def test_the_ledger_goes_away(world: World, process: Process, at: int) -> None:
    """At whichever of its questions: the same key tells later what became of it."""
    asked = iter(range(1, 100))

    async def away_once(*_asked: object, **_more: object) -> None:
        if next(asked) == at:
            raise LedgerUnavailable("away")

    line = process.attempts._ledger  # noqa: SLF001  # the door that is to fail
    write = line.write

    async def written(*asked_of: Any, **more: Any) -> Any:  # noqa: ANN401  # as the ledger has it
        await away_once()
        return await write(*asked_of, **more)

    line.write = written  # type: ignore[method-assign]  # as above
    with suppress(LedgerUnavailable):
        await process.pay("key", 3, PARTS, Plan.PAYS)
    if await world.attempts.find("payer of 3", "key") is None:
        return
    for _ in range(4):
        await later(world, world.process(), minutes=5)
    attempt = await stands(world)
    taken = [order.is_taken for order in world.book.orders.values()]
    assert (attempt.state is _S.RECORDED) == (taken == [True])
    assert attempt.state in {_S.RECORDED, _S.REFUSED, _S.DECLINED}
