"""What is charged, written into the books: once, or left to the office."""

from adapters.ledger.payment_states import AttemptState
from adapters.payments.terms import Terms
from adapters.servicetitan.books import RecordedSplit
from tests.payments.fake_books import entry_of
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
from tests.payments.world import ZONE, Process, World

__all__ = ["process", "world"]

_S = AttemptState


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


async def test_what_the_office_voided_is_not_there(world: World, process: Process) -> None:
    world.terms = Terms(ZONE)
    paid = await process.pay("key", 3, PARTS, Plan.PAYS)
    part = RecordedSplit(INVOICE, OWED)
    entered = entry_of(3, paid.attempt.confirmation, OWED, [part], world.clock())
    world.accounts.record(entered)
    world.accounts.entries[0].is_void = True
    await later(world, process, minutes=15)
    assert (await stands(world)).state is _S.HANDED_OFF
    world.accounts.record(entered)
    await later(world, process, minutes=15)
    attempt = await stands(world)
    assert (attempt.state, attempt.servicetitan_payment_id) == (_S.RECORDED, 2)


async def test_what_came_there_and_was_voided_is_not_told_again(
    world: World, process: Process
) -> None:
    world.fates.written = {"record": [Fate.LOST_AFTER]}
    await process.pay("key", 3, PARTS, Plan.PAYS)
    world.accounts.entries[0].is_void = True
    await later(world, process, minutes=10)
    assert (await stands(world)).state is _S.RECORDED
    assert process.books.calls == ["balances", "record", "marked"]


async def test_months_later_it_is_looked_less_often(world: World, process: Process) -> None:
    world.terms = Terms(ZONE)
    await process.pay("key", 3, PARTS, Plan.PAYS)
    await later(world, process, days=3)
    await later(world, process, minutes=59)
    assert process.books.calls == ["balances", "marked"]
    await later(world, process, minutes=1)
    assert process.books.calls == ["balances", "marked", "marked"]
