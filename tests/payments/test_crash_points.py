"""A process that dies at each of its steps in turn: whatever it left is brought to its end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from decimal import Decimal
from itertools import count
from typing import cast

import pytest

from adapters.ledger.attempts import InvoicesHeld
from adapters.ledger.audit import By
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import AttemptState
from adapters.payments.cashier import Paid
from adapters.payments.processor import ChargeState
from adapters.payments.terms import Terms
from tests.databases import postgresql, shared_url
from tests.payments.fake_processor import Plan
from tests.payments.fates import LONGEST_LATE, Fate, Killed
from tests.payments.quick_ledger import QuickLedger
from tests.payments.stories import check_end
from tests.payments.unheard import unheard
from tests.payments.world import BEGAN, ZONE, Process, World, calmed

__all__ = ["postgresql", "shared_url"]

_S = AttemptState
OWED = Decimal("120.00")
PAYER, OFFICE = By("payer@example.com", "request", BEGAN), By("Sam", "request", BEGAN)
NUMBERS = count(1)

Deed = Callable[[World, Process, int], Awaitable[None]]


@pytest.fixture
async def ledger(shared_url: str) -> AsyncIterator[Ledger]:
    """A ledger with its tables; SQLite's is done at once."""
    real = Ledger(shared_url)
    await real.open()
    if "postgresql" in shared_url:
        yield real
        await real.aclose()
        return
    await real.aclose()
    quick = QuickLedger(shared_url.removeprefix("sqlite+aiosqlite:///"))
    yield cast("Ledger", quick)
    await quick.aclose()


async def pays(process: Process, invoice: int, plan: Plan, key: str = "key") -> Paid:
    """Pay all of an invoice."""
    return await process.pay(key, invoice, {invoice: OWED}, plan)


async def by_card(_world: World, process: Process, invoice: int) -> None:
    """Pay by a card that is charged at once."""
    await pays(process, invoice, Plan.PAYS)


async def answer_lost(world: World, process: Process, invoice: int) -> None:
    """Have the answers of the charge and of ServiceTitan lost, and go on from there."""
    world.fates.written = {"charge": [Fate.LOST_AFTER], "record": [Fate.LOST_AFTER]}
    await pays(process, invoice, Plan.PAYS)
    for _ in range(3):
        world.clock.pass_by(40)
        await process.reconciler.turn()


async def late(world: World, process: Process, invoice: int) -> None:
    """Have the charge come in after it was given up on, and the recording as well."""
    world.fates.written = {"charge": [Fate.LATE], "record": [Fate.LATE]}
    await pays(process, invoice, Plan.PAYS)
    for _ in range(3):
        world.clock.pass_by(40)
        await process.reconciler.turn()


async def one_more_step(world: World, process: Process, invoice: int) -> None:
    """Pay by a card that asks for one more step, do it, and say so."""
    paid = await authorized(world, process, invoice)
    done = await process.cashier.confirm(paid.attempt, PAYER, process.check)
    assert done.attempt.state is _S.RECORDED


async def led_elsewhere(world: World, process: Process, invoice: int) -> None:
    """Pay at the page of a bank, which pays by itself, and say so."""
    paid = await pays(process, invoice, Plan.LEADS)
    world.book.payer_acts(world.book.orders[str(paid.attempt.processor_ref)], does_well=True)
    done = await process.cashier.confirm(paid.attempt, PAYER, process.check)
    assert done.attempt.state is _S.RECORDED


async def authorized(world: World, process: Process, invoice: int) -> Paid:
    """Pay by a card that asks for one more step, and do it."""
    paid = await pays(process, invoice, Plan.ASKS)
    assert paid.action is not None
    world.book.payer_acts(world.book.orders[str(paid.attempt.processor_ref)], does_well=True)
    return paid


async def authorized_and_left(world: World, process: Process, invoice: int) -> None:
    """Authorize it, and never say so."""
    await authorized(world, process, invoice)
    world.clock.pass_by(16 * 60)
    await process.reconciler.turn()
    assert [order.state for order in world.book.orders.values()] == [ChargeState.CANCELED]


async def settled_meanwhile(world: World, process: Process, invoice: int) -> None:
    """Authorize it while the office takes the money in."""
    paid = await authorized(world, process, invoice)
    world.accounts.office_changes(invoice, -OWED)
    done = await process.cashier.confirm(paid.attempt, PAYER, process.check)
    assert done.attempt.state is _S.REFUSED


async def capture_lost(world: World, process: Process, invoice: int) -> None:
    """Have the answer of the capture lost after it was taken, and go on from there."""
    await _captured(world, process, invoice, Fate.LOST_AFTER)


async def capture_late(world: World, process: Process, invoice: int) -> None:
    """Have the capture come in after it was given up on."""
    await _captured(world, process, invoice, Fate.LATE)


async def _captured(world: World, process: Process, invoice: int, fate: Fate) -> None:
    paid = await authorized(world, process, invoice)
    world.fates.written = {"capture": [fate]}
    done = await process.cashier.confirm(paid.attempt, PAYER, process.check)
    assert done.attempt.state is _S.UNKNOWN
    for _ in range(3):
        world.clock.pass_by(40)
        await process.reconciler.turn()


async def one_step_not_done(world: World, process: Process, invoice: int) -> None:
    """Fail at that step; the browser tries once more when it is over."""
    paid = await pays(process, invoice, Plan.ASKS)
    order = world.book.orders[str(paid.attempt.processor_ref)]
    world.book.payer_acts(order, does_well=False)
    done = await process.cashier.confirm(paid.attempt, PAYER, process.check)
    assert done.attempt.state is _S.DECLINED
    world.book.payer_acts(order, does_well=True)


async def given_up(_world: World, process: Process, invoice: int) -> None:
    """Give a payment up that waits for its payer."""
    paid = await pays(process, invoice, Plan.ASKS)
    assert (await process.cashier.cancel(paid.attempt, PAYER)).attempt.state is _S.EXPIRED


async def by_bank(world: World, process: Process, invoice: int) -> None:
    """Pay by bank; it comes in later, is told of, and goes back after it was recorded."""
    paid = await pays(process, invoice, Plan.BANK)
    order = world.book.orders[str(paid.attempt.processor_ref)]
    world.book.bank_settles(order, does_well=True)
    await process.cashier.heard(order.charge)
    world.book.sends_back(order)
    await process.cashier.heard(order.charge)


async def refused_and_sent_back(world: World, process: Process, invoice: int) -> None:
    """Have ServiceTitan refuse to record it, so that it goes back."""
    world.accounts.refuses.add(invoice)
    await pays(process, invoice, Plan.PAYS)


async def refund_refused(world: World, process: Process, invoice: int) -> None:
    """Have the processor refuse twice to send it back: each turn is another."""
    paid = await pays(process, invoice, Plan.PAYS)
    world.book.orders[str(paid.attempt.processor_ref)].refusals = 2
    await process.cashier.send_back(paid.attempt, OFFICE, "the office sends it back")
    for _ in range(3):
        world.clock.pass_by(130)
        await process.reconciler.turn()


async def refund_lost(world: World, process: Process, invoice: int) -> None:
    """Have the answer of a refund lost that was carried out."""
    paid = await pays(process, invoice, Plan.PAYS)
    world.fates.written = {"refund": [Fate.LOST_AFTER]}
    await process.cashier.send_back(paid.attempt, OFFICE, "the office sends it back")
    world.clock.pass_by(130)
    await process.reconciler.turn()


async def refunded_in_part(world: World, process: Process, invoice: int) -> None:
    """Have the office send a part back, then the rest, and be told of both."""
    paid = await pays(process, invoice, Plan.PAYS)
    order = world.book.orders[str(paid.attempt.processor_ref)]
    world.book.sends_back_in_part(order, OWED / 2)
    await process.cashier.heard(order.charge)
    world.book.sends_back(order)
    await process.cashier.heard(order.charge)


async def came_to_nothing(world: World, process: Process, invoice: int) -> None:
    """Have what was sent back come back to us, and send it once more."""
    paid = await pays(process, invoice, Plan.PAYS)
    await process.cashier.send_back(paid.attempt, OFFICE, "the office sends it back")
    order = world.book.orders[str(paid.attempt.processor_ref)]
    world.book.comes_to_nothing(order)
    await process.cashier.heard(order.charge)


async def handed_off(world: World, process: Process, invoice: int) -> None:
    """Have nothing recorded: it is the office's."""
    world.terms = Terms(ZONE)
    await pays(process, invoice, Plan.PAYS)
    await pays(process, invoice, Plan.PAYS, "another key")


DEEDS: tuple[Deed, ...] = (
    *(by_card, answer_lost, late, one_more_step, one_step_not_done, given_up, by_bank),
    *(led_elsewhere, authorized_and_left, settled_meanwhile, capture_lost, capture_late),
    *(refused_and_sent_back, refund_refused, refund_lost, refunded_in_part, came_to_nothing),
    handed_off,
)


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
async def test_dies_at_every_step(ledger: Ledger, deed: Deed) -> None:
    """The payer asks again under the same key, and from another tab, whatever they had heard."""
    for step in count(1):
        world, invoice = World(step, ledger, trouble=0.0), next(NUMBERS)
        world.accounts.balances[invoice] = OWED
        dying = world.process(ends_at=step)
        with unheard():
            with suppress(Killed):
                await deed(world, dying, invoice)
            await the_same_payer_again(world, invoice)
            await comes_to_its_end(world, invoice)
        if not dying.life.is_over:
            assert step > 10, "it was to die, and had nothing to do"
            return


async def the_same_payer_again(world: World, invoice: int) -> None:
    """Ask for the same with the same key, then as though for the first time."""
    again = world.process()
    known = await world.attempts.find(f"payer of {invoice}", "key")
    if known is not None:
        plan = world.book.orders[known.processor_ref].plan if known.processor_ref else Plan.PAYS
        with suppress(InvoicesHeld):
            paid = await process_pay(again, invoice, known.request_hash, plan)
            assert paid.attempt.id == known.id
    with suppress(InvoicesHeld):
        await pays(again, invoice, Plan.PAYS, "the other tab")


async def process_pay(process: Process, invoice: int, request_hash: str, plan: Plan) -> Paid:
    """Ask for what was asked for."""
    for each in (plan, *Plan):
        if f"{[(invoice, OWED)]} {each}"[:64] == request_hash:
            return await pays(process, invoice, each)
    raise AssertionError("asked for by no plan")


async def comes_to_its_end(world: World, invoice: int) -> None:
    """Let time pass, have the office enter what is its own, and look at all books."""
    world.clock.pass_by(LONGEST_LATE)
    processes = world.process(), world.process()
    for order in world.book.orders.values():
        world.book.bank_settles(order, does_well=True)
    await calmed(world, *processes)
    for order in world.book.orders.values():  # a processor tells until it is heard
        await processes[0].cashier.heard(order.charge)
    by = By("the office", "request", world.clock())
    for attempt in await world.attempts.paid_by([invoice]):
        stands = attempt
        marked = [one for one in world.accounts.entries if one.told.marker == attempt.confirmation]
        entered = [one.told.amount for one in marked]
        if attempt.state is _S.HANDED_OFF:
            moved = await world.attempts.move(attempt, _S.RECORDED, by)
            assert moved is not None
            stands, entered = moved, [attempt.amount]
        check_end(stands, world.book.orders.get(str(attempt.processor_ref)), entered)
