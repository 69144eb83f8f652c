"""How a payment runs: exactly which calls, which steps, and what the payer is told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import cast

import pytest

from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.attempts import IdempotencyConflict, InvoicesHeld
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import AttemptState
from adapters.payments import cashier as cashier_module
from adapters.payments.cashier import AttemptBusy, Means, Refusal
from adapters.payments.errors import OutcomeUnknown, ProcessorUnavailable
from adapters.payments.processor import Charge, ChargeOrder, ChargeState, Source
from adapters.payments.terms import Terms
from adapters.servicetitan.books import RecordedSplit
from adapters.servicetitan.errors import UpstreamUnavailable
from tests.payments.fake_books import entry_of
from tests.payments.fake_processor import Plan
from tests.payments.fates import Fate
from tests.payments.quick_ledger import QuickLedger
from tests.payments.test_crash_points import PAYER
from tests.payments.world import ZONE, Process, World, new_attempt

_S = AttemptState
INVOICE, OWED = 7, Decimal("120.00")
PARTS = {INVOICE: OWED}


@pytest.fixture
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A tenant where 120.00 are owed, and nothing goes wrong that is not written."""
    file = f"{tmp_path_factory.mktemp('walk')}/ledger.db"
    made = Ledger(f"sqlite+aiosqlite:///{file}")
    await made.open()
    await made.aclose()
    quick = QuickLedger(file)
    world = World(1, cast("Ledger", quick), trouble=0.0)
    world.accounts.balances[INVOICE] = OWED
    world.accounts.shown_after = 0.0
    yield world
    await quick.aclose()


@pytest.fixture
def process(world: World) -> Process:
    """The one worker."""
    return world.process()


async def story(world: World, attempt: int = 1) -> list[str]:
    """Return every state an attempt was in."""
    return [step.state.value for step in await world.attempts.steps(attempt)]


async def stands(world: World, attempt: int = 1) -> Attempt:
    """Return an attempt as it stands."""
    return (await world.attempts.get([attempt]))[attempt]


async def later(world: World, process: Process, **more: float) -> None:
    """Let time pass, and have a turn taken."""
    world.clock.pass_by(timedelta(**more).total_seconds())
    await process.reconciler.turn()


CHARGED = ["RECEIVED", "CHECKED", "CHARGING", "CHARGED"]


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


async def test_recording_that_was_not_told_is_tried_again(world: World, process: Process) -> None:
    world.fates.written = {"record": [Fate.NOT_REACHED]}
    paid = await process.pay("key", 3, PARTS, Plan.PAYS)
    assert paid.attempt.state is _S.RECORD_PENDING
    assert await process.pending([INVOICE]) == {INVOICE: OWED}
    await later(world, process, minutes=2)
    assert process.books.calls == ["balances", "record", "marked"]
    await later(world, process, minutes=3)
    assert process.books.calls == ["balances", "record", "marked", "marked", "record"]
    assert (await stands(world)).state is _S.RECORDED


async def test_recording_whose_answer_was_lost_is_looked_for(
    world: World, process: Process
) -> None:
    world.fates.written = {"record": [Fate.LOST_AFTER]}
    await process.pay("key", 3, PARTS, Plan.PAYS)
    await later(world, process, minutes=1)
    assert process.books.calls == ["balances", "record", "marked"]
    assert (await stands(world)).servicetitan_payment_id == world.accounts.entries[0].id


async def test_recording_waits_for_what_may_still_come(world: World, process: Process) -> None:
    """Five minutes after it was told, and not before, it is certain that it never came there."""
    world.fates.written = {"record": [Fate.LATE], "marked": [Fate.WELL, Fate.NOT_REACHED]}
    world.fates.written_late = 90.0
    await process.pay("key", 3, PARTS, Plan.PAYS)
    await later(world, process, seconds=61)
    assert process.books.calls == ["balances", "record", "marked"]
    assert world.accounts.entries == []
    await later(world, process, seconds=270)  # it came; but ServiceTitan cannot be asked
    assert len(world.accounts.entries) == 1
    assert process.books.calls == ["balances", "record", "marked", "marked"]
    await later(world, process, minutes=5)
    assert process.books.calls == ["balances", "record", "marked", "marked", "marked"]
    assert (await stands(world)).state is _S.RECORDED


async def test_recording_is_left_to_the_office_in_the_end(world: World, process: Process) -> None:
    world.fates.written = {"record": [Fate.LOST_BEFORE], "marked": [Fate.NOT_REACHED] * 100}
    await process.pay("key", 3, PARTS, Plan.PAYS)
    for _ in range(47):
        await later(world, process, minutes=30)
    assert (await stands(world)).state is _S.RECORD_PENDING
    await later(world, process, minutes=31)
    assert (await stands(world)).state is _S.HANDED_OFF
    assert process.books.calls.count("record") == 1


async def test_what_is_refused_is_left_to_the_office(world: World, process: Process) -> None:
    world.accounts.refuses.add(INVOICE)
    paid = await process.pay("key", 3, PARTS, Plan.PAYS)
    assert paid.attempt.state is _S.HANDED_OFF
    assert (await world.attempts.steps(1))[-1].told == "ServiceTitan refused to record it"


async def test_or_goes_back_where_the_tenant_says_so(world: World, process: Process) -> None:
    world.terms = Terms(ZONE, records=True, payment_types={"CARD": 7}, refunds_refused=True)
    world.accounts.refuses.add(INVOICE)
    paid = await process.pay("key", 3, PARTS, Plan.PAYS)
    assert paid.attempt.state is _S.REFUNDED
    assert process.line.calls == ["prepare", "charge", "refund"]


async def test_a_kind_without_a_payment_type_is_the_offices(process: Process) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.PAYS, kind="APPLE_PAY")
    assert paid.attempt.state is _S.HANDED_OFF
    assert process.books.calls == ["balances"]


async def test_what_the_office_enters_is_seen(world: World, process: Process) -> None:
    world.terms = Terms(ZONE)
    await process.pay("key", 3, PARTS, Plan.PAYS)
    await later(world, process, minutes=15)
    assert (await stands(world)).state is _S.HANDED_OFF
    await later(world, process, minutes=14)
    assert process.books.calls == ["balances", "marked"]
    attempt = await stands(world)
    world.terms = Terms(ZONE, records=True, payment_types={"CARD": 7})
    part = RecordedSplit(INVOICE, OWED)
    entered = entry_of(3, attempt.confirmation, OWED, [part], world.clock())
    world.accounts.record(entered)
    await later(world, process, minutes=1)
    assert (await stands(world)).state is _S.RECORDED
    assert len(world.accounts.entries) == 1
