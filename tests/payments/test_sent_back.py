"""Money on its way back: refused and asked again, in part, or taken after it was given up."""

from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.ledger.audit import Audit, By
from adapters.ledger.payment_errors import IllegalMove
from adapters.ledger.payment_states import AttemptState
from adapters.payments.processor import ChargeState
from adapters.payments.terms import Terms
from tests.payments.fake_processor import Order, Plan
from tests.payments.fates import Fate
from tests.payments.one_tenant import CHARGED, INVOICE, PARTS, later, process, stands, story, world
from tests.payments.world import ZONE, Process, World

__all__ = ["process", "world"]

_S = AttemptState
RECORDED = [*CHARGED, "RECORDING", "RECORDED"]
BACK = ["REFUND_PENDING"]


async def trail(world: World) -> list[tuple[str, str | None]]:
    """Return what the audit trail tells of the payment after its charge, and what went back."""
    told = [
        (entry.action.value, entry.details.get("sent_back"))
        for _, entry in await Audit(world.ledger).read()
        if entry.subject == "payment 1"
    ]
    return told[2:]  # type: ignore[return-value]  # a sum is told as text


def order_of(world: World) -> Order:
    """Return the one order."""
    (order,) = world.book.orders.values()
    return order


async def sent_back(world: World, process: Process) -> None:
    """Have the office send the one payment back."""
    by = By("Sam", "request", world.clock())
    await process.cashier.send_back(await stands(world), by, "the office sends it back")


async def test_a_refund_that_is_refused_is_asked_again_in_a_turn_of_its_own(
    world: World, process: Process
) -> None:
    await process.pay("key", 3, PARTS, Plan.PAYS)
    order_of(world).refusals = 2
    await sent_back(world, process)
    assert (await stands(world)).locked_until is None
    assert await story(world) == [*RECORDED, *BACK * 2]
    await later(world, process, seconds=11)
    assert await story(world) == [*RECORDED, *BACK * 3]
    await later(world, process, seconds=21)
    assert await story(world) == [*RECORDED, *BACK * 3, "REFUNDED"]
    assert process.line.calls[2:] == ["refund"] * 3
    assert await trail(world) == [
        ("payment.recorded", None),
        ("payment.refund-ordered", None),
        ("payment.refund-failed", None),
        ("payment.refund-failed", None),
        ("payment.refunded", "120.00"),
    ]


@pytest.mark.parametrize("fate", [Fate.NOT_REACHED, Fate.LOST_BEFORE, Fate.LOST_AFTER])
async def test_a_refund_whose_answer_is_lost_is_asked_again_in_the_same_turn(
    world: World, process: Process, fate: Fate
) -> None:
    await process.pay("key", 3, PARTS, Plan.PAYS)
    world.fates.written = {"refund": [fate]}
    turns: list[int] = []
    refund = world.book.refund
    world.book.refund = lambda ref, turn=1: (turns.append(turn), refund(ref, turn))[1]  # type: ignore[method-assign,func-returns-value]  # it listens
    await sent_back(world, process)
    await later(world, process, seconds=20)
    assert await story(world) == [*RECORDED, *BACK, "REFUNDED"]
    assert set(turns) == {1}


async def test_one_that_comes_to_nothing_afterwards_is_ordered_anew(
    world: World, process: Process
) -> None:
    await process.pay("key", 3, PARTS, Plan.PAYS)
    await sent_back(world, process)
    order = order_of(world)
    refunded, order.charge = order.charge, replace(order.charge, state=ChargeState.SUCCEEDED)
    order.refusals = 1
    await process.cashier.heard(order.charge)
    assert (await story(world))[-2:] == ["REFUND_PENDING", "REFUNDED"]
    assert order.charge == refunded
    await process.cashier.heard(replace(order.charge, state=ChargeState.SUCCEEDED))  # told late
    assert await story(world) == [*RECORDED, *[*BACK, "REFUNDED"] * 2]
    assert (await stands(world)).locked_until is None
    assert [action for action, _ in await trail(world)][-2:] == [
        "payment.refund-failed",
        "payment.refunded",
    ]


@pytest.mark.parametrize("gives_up", [True, False])
async def test_what_is_charged_after_it_was_given_up_goes_back_and_is_told(
    world: World, process: Process, gives_up: bool
) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.ASKS if gives_up else Plan.DECLINES)
    if gives_up:
        await process.cashier.cancel(paid.attempt, By("payer@example.com", "r", world.clock()))
    before, order = await story(world), order_of(world)
    assert before[-1] == ("EXPIRED" if gives_up else "DECLINED")
    order.charge = replace(order.charge, state=ChargeState.SUCCEEDED, taken=order.charge.amount)
    order.refusals = 1
    await process.cashier.heard(order.charge)
    assert await story(world) == [*before, *BACK * 2]
    assert (await process.pending([INVOICE]))[INVOICE] == 0
    await later(world, process, seconds=11)
    assert await story(world) == [*before, *BACK * 2, "REFUNDED"]
    assert (await stands(world)).charged_at is not None
    assert await world.attempts.for_office() == []
    told = [action for action, _ in await trail(world)][-3:]
    assert told == [
        "payment.charged-after-it-was-given-up",
        "payment.refund-failed",
        "payment.refunded",
    ]


async def test_what_was_never_charged_is_not_sent_back(world: World, process: Process) -> None:
    await process.pay("key", 3, PARTS, Plan.DECLINES)
    with pytest.raises(IllegalMove):
        await sent_back(world, process)
    assert process.line.calls == ["prepare", "charge"]


@pytest.mark.parametrize("records", [True, False])
async def test_what_goes_back_in_part_is_told_and_waits_for_the_office(
    world: World, process: Process, records: bool
) -> None:
    world.terms = Terms(ZONE, records=records, payment_types={"CARD": 7})
    await process.pay("key", 3, PARTS, Plan.PAYS)
    before, order = await story(world), order_of(world)
    for amount in ("20.00", "5.00"):
        world.book.sends_back_in_part(order, Decimal(amount))
        for _ in range(2):
            await process.cashier.heard(order.charge)
    attempt = await stands(world)
    assert (attempt.sent_back, attempt.entered_back) == (Decimal("25.00"), Decimal(0))
    assert (await story(world), attempt.locked_until) == (before, None)
    assert await trail(world) == [
        ("payment.recorded" if records else "payment.handed-off", None),
        ("payment.refunded-in-part", "20.00"),
        ("payment.refunded-in-part", "25.00"),
    ]
    assert [each.id for each in await world.attempts.for_office()] == [1]
    assert [entry.told.amount for entry in world.accounts.entries] == [Decimal(120)] * records
    noted = await world.attempts.note_entered_back(attempt, By("Sam", "r", world.clock()))
    assert noted == await stands(world)
    waits = [] if records else [1]
    assert [each.id for each in await world.attempts.for_office()] == waits
    world.book.sends_back(order)  # and then the rest
    await process.cashier.heard(order.charge)
    attempt = await stands(world)
    assert (attempt.state, attempt.sent_back) == (_S.REFUNDED, Decimal(120))
    assert [each.id for each in await world.attempts.for_office()] == [1] * records


async def test_what_goes_back_of_what_is_recorded_waits_for_the_office(
    world: World, process: Process
) -> None:
    await process.pay("key", 3, PARTS, Plan.PAYS)
    await sent_back(world, process)
    (waiting,) = await world.attempts.for_office()
    assert (waiting.state, waiting.sent_back) == (_S.REFUNDED, Decimal(120))
    assert waiting == await stands(world)
    await world.attempts.note_entered_back(waiting, By("Sam", "request", world.clock()))
    assert await world.attempts.for_office() == []
    assert (await trail(world))[-1] == ("payment.refund-settled", "120.00")
