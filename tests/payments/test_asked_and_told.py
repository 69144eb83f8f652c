"""Payments that ask for one more step, that settle later, and what is told of them."""

from decimal import Decimal

import pytest

from adapters.ledger.payment_states import AttemptState
from adapters.payments import cashier as cashier_module
from adapters.payments.cashier import AttemptBusy, Paid, Refusal
from adapters.payments.errors import OutcomeUnknown, ProcessorUnavailable
from adapters.payments.processor import Charge, ChargeState
from adapters.servicetitan.errors import UpstreamUnavailable
from tests.payments.fake_processor import Order, Plan
from tests.payments.fates import Fate
from tests.payments.one_tenant import (
    INVOICE,
    OWED,
    PARTS,
    later,
    process,
    stands,
    story,
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
    again = await process.cashier.confirm(paid.attempt, PAYER, process.check)  # too early
    assert (again.attempt.state, again.action) == (_S.ACTION_REQUIRED, paid.action)
    order = world.book.orders[str(paid.attempt.processor_ref)]
    world.book.payer_acts(order, does_well=True)
    done = await process.cashier.confirm(paid.attempt, PAYER, process.check)
    assert (done.attempt.state, done.action) == (_S.RECORDED, None)
    again = await process.cashier.confirm(paid.attempt, PAYER, process.check)
    assert again.attempt == done.attempt
    assert process.line.calls == ["prepare", "charge", *["look"] * 4, "capture"]
    assert await story(world) == [
        *("RECEIVED", "CHECKED", "CHARGING", "ACTION_REQUIRED", "CHARGING", "CHARGED"),
        *("RECORDING", "RECORDED"),
    ]


async def authorized(world: World, process: Process) -> Paid:
    """Pay by a card that asks for one more step, and do it."""
    paid = await process.pay("key", 3, PARTS, Plan.ASKS)
    world.book.payer_acts(order_of(world, paid), does_well=True)
    return paid


def order_of(world: World, paid: Paid) -> Order:
    """Return its order."""
    return world.book.orders[str(paid.attempt.processor_ref)]


async def test_m_i4_what_the_office_took_in_meanwhile_is_not_taken_again(
    world: World, process: Process
) -> None:
    paid = await authorized(world, process)
    world.accounts.office_changes(INVOICE, -OWED)
    done = await process.cashier.confirm(paid.attempt, PAYER, process.check)
    assert done.refusal == Refusal("BALANCE_CHANGED", "It changed.", INVOICE, Decimal(0))
    assert (done.attempt.state, done.attempt.failure_code) == (_S.REFUSED, "BALANCE_CHANGED")
    assert (order_of(world, paid).state, world.captured) == (ChargeState.CANCELED, [])
    assert process.line.calls == ["prepare", "charge", "look", "cancel"]
    assert await process.pending([INVOICE]) == {INVOICE: 0}


async def test_m_i4_what_is_authorized_waits_for_its_payer_alone(
    world: World, process: Process
) -> None:
    """Neither what the processor tells, nor who goes on with what is left, takes it."""
    paid = await authorized(world, process)
    await process.cashier.heard(order_of(world, paid).charge)
    await later(world, process, minutes=14)
    assert (await stands(world)).state is _S.ACTION_REQUIRED
    assert (await process.cashier.look(paid.attempt)).action is None
    await later(world, process, minutes=2)
    assert (await stands(world)).state is _S.EXPIRED
    assert (order_of(world, paid).state, world.captured) == (ChargeState.CANCELED, [])


async def test_what_is_authorized_is_given_up_by_its_payer(world: World, process: Process) -> None:
    paid = await authorized(world, process)
    assert (await process.cashier.cancel(paid.attempt, PAYER)).attempt.state is _S.EXPIRED
    assert order_of(world, paid).state is ChargeState.CANCELED


async def test_a_check_that_cannot_be_made_leaves_it_waiting(
    world: World, process: Process
) -> None:
    paid = await authorized(world, process)
    world.fates.written = {"balances": [Fate.NOT_REACHED]}
    with pytest.raises(UpstreamUnavailable):
        await process.cashier.confirm(paid.attempt, PAYER, process.check)
    assert (await stands(world)).locked_until is None
    done = await process.cashier.confirm(paid.attempt, PAYER, process.check)
    assert done.attempt.state is _S.RECORDED
    assert len(world.captured) == 1


async def test_what_may_not_have_been_given_up_waits(world: World, process: Process) -> None:
    paid = await authorized(world, process)
    world.accounts.office_changes(INVOICE, -OWED)
    world.fates.written = {"cancel": [Fate.LOST_BEFORE]}
    with pytest.raises(OutcomeUnknown):
        await process.cashier.confirm(paid.attempt, PAYER, process.check)
    assert (await stands(world)).state is _S.ACTION_REQUIRED
    done = await process.cashier.confirm(paid.attempt, PAYER, process.check)
    assert (done.attempt.state, world.captured) == (_S.REFUSED, [])


@pytest.mark.parametrize(
    ("fate", "at_once", "then"),
    [
        (Fate.NOT_REACHED, _S.DECLINED, _S.DECLINED),
        (Fate.LOST_BEFORE, _S.UNKNOWN, _S.DECLINED),
        (Fate.LOST_AFTER, _S.UNKNOWN, _S.RECORDED),
        (Fate.LATE, _S.UNKNOWN, _S.DECLINED),
    ],
)
async def test_m_i4_recovery_finds_what_became_of_a_capture_and_never_captures(
    world: World, process: Process, fate: Fate, at_once: AttemptState, then: AttemptState
) -> None:
    paid = await authorized(world, process)
    world.fates.written, world.fates.written_late = {"capture": [fate]}, 60.0
    done = await process.cashier.confirm(paid.attempt, PAYER, process.check)
    assert done.attempt.state is at_once
    await later(world, process, seconds=30)
    await later(world, process, minutes=10)
    assert (await stands(world)).state is then
    order = order_of(world, paid)
    assert order.times_taken == (then is _S.RECORDED)
    assert order.asked_to_capture == (fate in {Fate.LOST_AFTER, Fate.LATE})
    assert process.line.calls.count("capture") == 1


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
    done = await process.cashier.confirm(paid.attempt, PAYER, process.check)
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
    paid = await process.pay("key", 3, PARTS, Plan.LEADS)
    world.book.payer_acts(world.book.orders[str(paid.attempt.processor_ref)], does_well=True)
    assert (await process.cashier.cancel(paid.attempt, PAYER)).attempt.state is _S.RECORDED


@pytest.mark.parametrize("verb", ["look", "cancel"])
async def test_a_processor_that_is_away_says_so(world: World, process: Process, verb: str) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.ASKS)
    world.fates.written = {verb: [Fate.NOT_REACHED, Fate.LOST_BEFORE]}

    async def ask() -> AttemptState:
        if verb == "cancel":
            return (await process.cashier.cancel(paid.attempt, PAYER)).attempt.state
        return (await process.cashier.confirm(paid.attempt, PAYER, process.check)).attempt.state

    with pytest.raises(ProcessorUnavailable):
        await ask()
    with pytest.raises(OutcomeUnknown):
        await ask()
    assert await ask() is (_S.EXPIRED if verb == "cancel" else _S.ACTION_REQUIRED)


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
