"""Payments that ask for one more step, that settle later, and what is told of them."""

import pytest

from adapters.ledger.payment_states import AttemptState
from adapters.payments import cashier as cashier_module
from adapters.payments.cashier import AttemptBusy
from adapters.payments.errors import OutcomeUnknown, ProcessorUnavailable
from adapters.payments.processor import Charge, ChargeState
from tests.payments.fake_processor import Plan
from tests.payments.fates import Fate
from tests.payments.one_tenant import (
    INVOICE,
    OWED,
    PARTS,
    later,
    process,
    stands,
    world,
)
from tests.payments.test_crash_points import PAYER
from tests.payments.world import Process, World

__all__ = ["process", "world"]

_S = AttemptState


async def test_one_more_step(world: World, process: Process) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.ASKS)
    assert (paid.attempt.state, paid.attempt.action_kind) == (_S.ACTION_REQUIRED, "AUTHENTICATE")
    assert paid.action is not None
    assert (await process.cashier.look(paid.attempt)).action == paid.action
    assert (await process.pay("key", 3, PARTS, Plan.ASKS)).action == paid.action
    again = await process.cashier.confirm(paid.attempt, PAYER)  # too early
    assert (again.attempt.state, again.action) == (_S.ACTION_REQUIRED, paid.action)
    order = world.book.orders[str(paid.attempt.processor_ref)]
    world.book.payer_acts(order, does_well=True)
    done = await process.cashier.confirm(paid.attempt, PAYER)
    assert (done.attempt.state, done.action) == (_S.RECORDED, None)
    assert (await process.cashier.confirm(paid.attempt, PAYER)).attempt == done.attempt


async def test_one_more_step_not_done_frees_its_invoices(world: World, process: Process) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.ASKS)
    await later(world, process, minutes=14)
    assert (await stands(world)).state is _S.ACTION_REQUIRED
    await later(world, process, minutes=2)
    attempt = await stands(world)
    assert attempt.state is _S.EXPIRED
    assert attempt.failure == "This payment was not confirmed. Nothing was charged."
    order = world.book.orders[str(paid.attempt.processor_ref)]
    world.book.payer_acts(order, does_well=True)
    assert order.times_taken == 0
    assert (await process.pay("another", 3, PARTS, Plan.PAYS)).attempt.state is _S.RECORDED


async def test_a_step_that_failed_is_fenced(world: World, process: Process) -> None:
    """The browser holds what it takes to try again by itself, unless the order is given up."""
    paid = await process.pay("key", 3, PARTS, Plan.ASKS)
    order = world.book.orders[str(paid.attempt.processor_ref)]
    world.book.payer_acts(order, does_well=False)
    done = await process.cashier.confirm(paid.attempt, PAYER)
    assert done.attempt.state is _S.DECLINED
    assert done.refusal is not None
    assert done.refusal.code == "INSUFFICIENT_FUNDS"
    world.book.payer_acts(order, does_well=True)
    assert order.state is ChargeState.CANCELED


async def test_a_payment_is_given_up(world: World, process: Process) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.ASKS)
    done = await process.cashier.cancel(paid.attempt, PAYER)
    assert done.attempt.state is _S.EXPIRED
    assert (await process.pay("another", 3, PARTS, Plan.PAYS)).attempt.state is _S.RECORDED
    charged = await stands(world, 2)
    assert (await process.cashier.cancel(charged, PAYER)).attempt.state is _S.RECORDED
    assert process.line.calls.count("cancel") == 1


async def test_giving_up_comes_too_late(world: World, process: Process) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.ASKS)
    world.book.payer_acts(world.book.orders[str(paid.attempt.processor_ref)], does_well=True)
    assert (await process.cashier.cancel(paid.attempt, PAYER)).attempt.state is _S.RECORDED


@pytest.mark.parametrize("verb", ["look", "cancel"])
async def test_a_processor_that_is_away_says_so(world: World, process: Process, verb: str) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.ASKS)
    world.fates.written = {verb: [Fate.NOT_REACHED, Fate.LOST_BEFORE]}
    ask = process.cashier.cancel if verb == "cancel" else process.cashier.confirm
    with pytest.raises(ProcessorUnavailable):
        await ask(paid.attempt, PAYER)
    with pytest.raises(OutcomeUnknown):
        await ask(paid.attempt, PAYER)
    assert (await ask(paid.attempt, PAYER)).attempt.state in {_S.ACTION_REQUIRED, _S.EXPIRED}


async def test_a_bank_transfer(world: World, process: Process) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.BANK)
    assert paid.attempt.state is _S.PROCESSING
    assert await process.pending([INVOICE]) == {INVOICE: OWED}
    await later(world, process, minutes=1)
    world.book.bank_settles(world.book.orders[str(paid.attempt.processor_ref)], does_well=True)
    await later(world, process, minutes=2)
    assert (await stands(world)).state is _S.RECORDED
    assert process.line.calls == ["prepare", "charge", "look", "look"]
    assert await process.pending([INVOICE]) == {INVOICE: 0}


async def test_a_bank_transfer_that_is_told_of(world: World, process: Process) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.BANK)
    order = world.book.orders[str(paid.attempt.processor_ref)]
    world.book.bank_settles(order, does_well=True)
    for _ in range(2):
        await process.cashier.heard(order.charge)
    assert (await stands(world)).state is _S.RECORDED
    world.book.sends_back(order)
    for _ in range(2):
        await process.cashier.heard(order.charge)
    assert (await stands(world)).state is _S.RETURNED
    assert process.line.calls == ["prepare", "charge"]
    assert len(world.accounts.entries) == 1


async def test_what_is_told_of_nobodys_charge(world: World, process: Process) -> None:
    await process.cashier.heard(Charge("unknown", ChargeState.SUCCEEDED, OWED, "USD"))
    assert world.accounts.entries == []


async def test_what_is_told_while_somebody_works_is_told_again(
    world: World, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cashier_module, "_LOOK_SECONDS", 0.0)
    paid = await process.pay("key", 3, PARTS, Plan.BANK)
    order = world.book.orders[str(paid.attempt.processor_ref)]
    world.book.bank_settles(order, does_well=True)
    locked = await world.attempts.lock(await stands(world), world.clock(), 60)
    assert locked is not None
    with pytest.raises(AttemptBusy):
        await process.cashier.heard(order.charge)
    world.clock.pass_by(60)
    await process.cashier.heard(order.charge)
    assert (await stands(world)).state is _S.RECORDED


async def test_a_charge_after_the_end_is_sent_back(world: World, process: Process) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.ASKS)
    order = world.book.orders[str(paid.attempt.processor_ref)]
    await process.cashier.cancel(paid.attempt, PAYER)
    world.book.take(order, ChargeState.SUCCEEDED)  # no processor should
    await process.cashier.heard(order.charge)
    assert order.state is ChargeState.REFUNDED
