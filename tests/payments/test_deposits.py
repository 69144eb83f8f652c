"""Deposits: their estimate hears of them, and what is not sold goes back."""

from dataclasses import dataclass, field
from decimal import Decimal

from adapters.ledger.attempt_rows import Attempt, AttemptKind, NewAttempt
from adapters.ledger.audit import By
from adapters.ledger.payment_states import AttemptState
from adapters.payments.cashier import Means
from adapters.payments.processor import ChargeState, Source
from tests.payments.fake_processor import NAME, Plan
from tests.payments.fates import Fate
from tests.payments.one_tenant import PARTS, process, stands, story, world
from tests.payments.world import Process, World

__all__ = ["process", "world"]

_S = AttemptState
MEANS = Means(Source(token=Plan.PAYS.value), "Deposit")


@dataclass
class Listens:
    """Takes note of where a deposit was; sends it back where it is charged, if it is to."""

    world: World
    sends_back: bool = False
    heard: list[AttemptState] = field(default_factory=list)

    async def deposit_moved(self, attempt: Attempt) -> None:
        """Take note."""
        self.heard.append(attempt.state)
        if attempt.state is _S.CHARGED and self.sends_back:
            by = By("the desk", "request", self.world.clock())
            assert await self.world.attempts.move(attempt, _S.REFUND_PENDING, by, "not sold")
        elif attempt.state is _S.CHARGED:
            raise RuntimeError("odd")


def deposit(world: World) -> NewAttempt:
    """Return a deposit to be paid."""
    return NewAttempt(
        principal="payer",
        by=By("payer@example.com", "request", world.clock()),
        kind=AttemptKind.DEPOSIT,
        customer=3,
        payer=None,
        key="key",
        request_hash="told",
        currency="USD",
        amount=Decimal("50.00"),
        splits=(),
        processor=NAME,
        method_kind="CARD",
        method_label="Visa ending in 4242",
        estimate=12,
    )


async def nothing_against_it(world: World, attempt: Attempt) -> None:
    """Let it be charged."""
    world.told[attempt.confirmation] = {0: attempt.amount}
    world.seen[attempt.confirmation] = 0
    world.accounts.changed.append(0)


async def test_a_deposit_is_heard_of_and_recorded(world: World, process: Process) -> None:
    listens = Listens(world)
    process.cashier.tell_deposits(listens)
    paid = await process.cashier.pay(
        deposit(world), MEANS, lambda attempt: nothing_against_it(world, attempt)
    )
    assert paid.attempt.state is _S.RECORDED
    assert listens.heard == [_S.CHARGED]
    assert world.accounts.entries[0].told.splits == ()


async def test_a_deposit_that_is_sent_back_is_not_recorded(world: World, process: Process) -> None:
    listens = Listens(world, sends_back=True)
    process.cashier.tell_deposits(listens)
    paid = await process.cashier.pay(
        deposit(world), MEANS, lambda attempt: nothing_against_it(world, attempt)
    )
    assert paid.attempt.state is _S.REFUNDED
    assert listens.heard == [_S.CHARGED, _S.REFUNDED]
    assert world.accounts.entries == []
    assert await story(world) == [
        *("RECEIVED", "CHECKED", "CHARGING", "CHARGED", "REFUND_PENDING", "REFUNDED")
    ]


async def test_what_was_recorded_can_be_sent_back(world: World, process: Process) -> None:
    paid = await process.pay("key", 3, PARTS, Plan.PAYS)
    by = By("the office", "request", world.clock())
    world.fates.written = {"refund": [Fate.NOT_REACHED]}
    waits = await process.cashier.send_back(paid.attempt, by, "not sold")
    assert waits.state is _S.REFUND_PENDING
    world.clock.pass_by(5)
    await process.reconciler.turn()
    assert (await stands(world)).state is _S.REFUNDED
    order = world.book.orders[str(paid.attempt.processor_ref)]
    assert order.state is ChargeState.REFUNDED
