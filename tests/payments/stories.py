"""A story of payments drawn from a seed: payers, a bank, an office, and processes that die."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.attempts import IdempotencyConflict, InvoicesHeld
from adapters.ledger.audit import By
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import FINAL, AttemptState
from adapters.payments.cashier import AttemptBusy
from adapters.payments.errors import ProcessorError
from adapters.payments.processor import Charge, ChargeState
from adapters.payments.terms import Terms
from adapters.servicetitan.books import RecordedSplit
from adapters.servicetitan.errors import UpstreamError
from tests.payments.fake_books import entry_of
from tests.payments.fake_processor import Order, Plan
from tests.payments.fates import LONGEST_LATE, Killed
from tests.payments.world import ZONE, Process, World, calmed

_S, _C = AttemptState, ChargeState

PLANS: Final = (
    *([Plan.PAYS] * 7 + [Plan.ASKS] * 6 + [Plan.LEADS] * 2 + [Plan.BANK] * 4),
    *(Plan.DECLINES, Plan.UNUSABLE),
)
STEPS: Final = 32
"""A process dies at one of its first steps, or at none; most payments take fewer."""

_EXPECTED = (
    *(LedgerUnavailable, ProcessorError, UpstreamError, InvoicesHeld, IdempotencyConflict),
    *(AttemptBusy, TimeoutError),
)


@dataclass
class Story:
    """One story over a ledger that others share, with customers and invoices of its own."""

    seed: int
    ledger: Ledger
    trouble: float = 0.08
    processes: list[Process] = field(default_factory=list)
    unheard: list[Charge] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Draw the tenant, and what is owed: that is what every payer has before their eyes."""
        self.world = world = World(self.seed, self.ledger, trouble=self.trouble)
        self.rng = world.rng
        world.terms = Terms(
            ZONE,
            records=self.rng.random() < 0.75,
            payment_types={"CARD": 7},
            refunds_refused=self.rng.random() < 0.5,
        )
        world.accounts.lags = self.rng.random() < 0.5
        self.customer = self.seed + 1
        self.invoices = [self.customer * 10 + at for at in range(self.rng.choice([1, 1, 1, 2, 3]))]
        for invoice in self.invoices:
            world.accounts.balances[invoice] = Decimal(self.rng.randrange(100, 100_000)) / 100
            if self.rng.random() < 0.06:
                world.accounts.refuses.add(invoice)
        self.owed = dict(world.accounts.balances)

    async def told(self) -> None:
        """Play it to its end, and see that no money was lost, nor taken twice."""
        self.processes = [self._process() for _ in range(self.rng.choice([1, 2, 2]))]
        payers = self.rng.choice([1, 1, 2, 2])
        acts: list[Coroutine[Any, Any, None]] = [self._payer(str(n % 2)) for n in range(payers)]
        acts += [self._reconciles() for _ in range(self.rng.choice([0, 1, 1, 2]))]
        acts += [self._office()] if self.rng.random() < 0.15 else []
        acts.append(self._processor())
        await asyncio.gather(*acts)
        late = 0.9 if self.world.accounts.lags else 0.4
        if self.rng.random() < late:  # somebody who has not looked again since then
            await self._payer("late")
        await self._end()

    def _process(self) -> Process:
        ends_at = self.rng.randrange(1, STEPS) if self.rng.random() < 0.8 else None
        return self.world.process(ends_at)

    def _alive(self) -> Process:
        """Return a process; one that is dead is replaced, as its parent would."""
        at = self.rng.randrange(len(self.processes))
        if self.processes[at].life.is_over:
            self.processes[at] = self._process()
        return self.processes[at]

    async def _payer(self, key: str) -> None:
        """Pay, and ask again under the same key where nothing was heard; then do what is asked."""
        parts = {of: self._part(of) for of in self.owed}
        plan = self.rng.choice(PLANS)
        kind = "BANK_ACCOUNT" if plan is Plan.BANK and self.rng.random() < 0.5 else "CARD"
        for _ in range(self.rng.choice([1, 1, 1, 2])):
            await self.world.fates.pause()
            process = self._alive()
            with suppress(*_EXPECTED, Killed):
                paid = await process.pay(key, self.customer, parts, plan, kind)
                await self._answers(process, paid.attempt)
                if self.rng.random() < 0.8:
                    return

    def _part(self, invoice: int) -> Decimal:
        """Pay all, or a part; of several invoices always all."""
        whole = self.owed[invoice]
        if len(self.invoices) > 1 or self.rng.random() < 0.6:
            return whole
        return max(Decimal("0.01"), (whole * self.rng.randrange(1, 100) / 100).quantize(whole))

    async def _answers(self, process: Process, attempt: Attempt) -> None:
        if attempt.state is not _S.ACTION_REQUIRED:
            return
        draw, order = self.rng.random(), self.world.book.orders[str(attempt.processor_ref)]
        by = By("payer@example.com", "request", self.world.clock())
        if draw < 0.2:
            await process.cashier.cancel(attempt, by)
        elif draw < 0.8:
            self.world.book.payer_acts(order, does_well=self.rng.random() < 0.7)
            if self.rng.random() < 0.3:  # the office takes the money in while the payer is away
                self._office_settles(self.rng.choice(self.invoices))
            await self.world.fates.pause()
            if self.rng.random() < 0.3:  # the browser tries another card by itself
                self.world.book.payer_acts(order, does_well=True)
            if self.rng.random() < 0.8:
                confirms = [self._confirms(process, attempt, by)]
                if self.rng.random() < 0.3:  # from another tab, at another worker
                    confirms.append(self._confirms(self._alive(), attempt, by))
                await asyncio.gather(*confirms)
                if self.rng.random() < 0.7:  # and after it was told that it is over
                    self.world.book.payer_acts(order, does_well=True)

    async def _confirms(self, process: Process, attempt: Attempt, by: By) -> None:
        """Say that the step is done; more than once, where nothing was heard."""
        for _ in range(self.rng.choice([1, 1, 2])):
            with suppress(*_EXPECTED, Killed):
                await process.cashier.confirm(attempt, by, process.check)
                return
            process = self._alive()

    def _office_settles(self, invoice: int) -> None:
        """Have the office take in all that is left, or a part of it."""
        left = self.world.accounts.balances[invoice]
        half = (left / 2).quantize(Decimal("0.01"))
        self.world.accounts.office_changes(invoice, -self.rng.choice([left, half]))

    async def _reconciles(self) -> None:
        for _ in range(self.rng.choice([1, 1, 2])):
            await self.world.fates.pause()
            self.world.clock.pass_by(self.rng.choice([0, 0, 0, 10, 40, 130, 1000]))
            with suppress(*_EXPECTED, Killed):
                await self._alive().reconciler.turn()

    async def _office(self) -> None:
        await self.world.fates.pause()
        invoice = self.rng.choice(self.invoices)
        half = (self.world.accounts.balances[invoice] / 2).quantize(Decimal("0.01"))
        self.world.accounts.office_changes(invoice, self.rng.choice([-half, half]))

    async def _processor(self) -> None:
        """Have orders change by themselves, and tell of it: late, twice, in any order."""
        for _ in range(self.rng.randrange(4)):
            await self.world.fates.pause()
            for order in list(self.world.book.orders.values()):
                self._moves(order)
            if self.unheard and self.rng.random() < 0.7:
                told = self.rng.choice(self.unheard)
                await self._hears(told)

    def _moves(self, order: Order) -> None:
        before, draw = order.state, self.rng.random()
        if before is _C.SUCCEEDED and self.rng.random() < 0.06:
            half = (order.charge.amount / 2).quantize(Decimal("0.01"))
            self.world.book.sends_back_in_part(order, half)
            self.unheard.append(order.charge)
        order.refusals = order.refusals or self.rng.choice([0, 0, 0, 1, 2])
        if before is _C.PROCESSING:
            self.world.book.bank_settles(order, does_well=draw < 0.7)
        elif before is _C.SUCCEEDED and draw < (0.3 if order.plan is Plan.BANK else 0.1):
            self.world.book.sends_back(order)
        if order.state is not before:
            self.unheard += [order.charge] * self.rng.choice([1, 1, 2])

    async def _hears(self, charge: Charge) -> None:
        with suppress(*_EXPECTED, Killed):
            await self._alive().cashier.heard(charge)
            self.unheard.remove(charge)

    async def _end(self) -> None:
        """Let everything come to rest, have the office do its part, and look at the books."""
        self.world.fates.calm = True
        processes = [self.world.process(), self.world.process()]
        if self.rng.random() < 0.6:  # before what is late has come in
            self.world.clock.pass_by(70)
            await processes[0].reconciler.turn()
        self.world.clock.pass_by(LONGEST_LATE)
        for order in [*self.world.book.orders.values()] * 2:
            self._moves(order)
        for charge in self.unheard:
            await _until_told(lambda charge=charge: processes[0].cashier.heard(charge), self.world)  # type: ignore[misc]  # mypy loses the lambda's type
        if await calmed(self.world, *processes):
            await self._office_enters(processes[0])
        await self._account_for_all()

    async def _office_enters(self, process: Process) -> None:
        """Enter what was handed off: the portal sees it there, or is told."""
        for attempt in await self.world.attempts.listed({_S.HANDED_OFF}):
            told = entry_of(
                attempt.customer,
                attempt.confirmation,
                attempt.amount,
                [RecordedSplit(part.invoice, part.amount) for part in attempt.splits],
                self.world.clock(),
            )
            self.world.accounts.refuses.clear()
            if not self.world.accounts.marked(attempt.customer, attempt.confirmation):
                self.world.accounts.record(told)
        self.world.clock.pass_by(3600)
        await process.reconciler.turn()

    async def _account_for_all(self) -> None:
        attempts = await self.world.attempts.paid_by([self.customer], most=100)
        rows = {attempt.confirmation: attempt for attempt in attempts}
        orders = {order.charge.marker: order for order in self.world.book.orders.values()}
        assert orders.keys() <= rows.keys(), "an order without a row (M-I3)"
        for marker, attempt in rows.items():
            entries = [e for e in self.world.accounts.entries if e.told.marker == marker]
            check_end(attempt, orders.get(marker), [entry.told.amount for entry in entries])


def check_end(attempt: Attempt, order: Order | None, entered: list[Decimal]) -> None:
    """See that money, row and books tell the same of an attempt that has come to its end."""
    where = f"{attempt.state} · {order and order.state} · {entered}"
    assert attempt.state in FINAL, f"no end (M-I5): {where}"
    assert order is None or order.times_taken <= 1, f"charged twice (M-I1): {where}"
    assert order is None or order.asked_to_charge <= 1, f"asked to charge twice: {where}"
    assert order is None or order.asked_to_capture <= 1, f"asked to capture twice: {where}"
    assert order is None or order.state is not _C.AUTHORIZED, f"held for nothing: {where}"
    assert len(entered) <= 1, f"recorded twice (M-I2): {where}"
    assert all(amount == attempt.amount for amount in entered), where
    took = order is not None and order.is_taken
    if order is not None and took and attempt.state is _S.RECORDED:
        assert attempt.sent_back == order.charge.sent_back, f"not told (M-I2): {where}"
    if attempt.state is _S.RECORDED:
        assert took, f"recorded without money (M-I2): {where}"
        assert len(entered) == 1, f"not recorded (M-I2): {where}"
    elif attempt.state in {_S.REFUNDED, _S.RETURNED}:
        sent_back = _C.REFUNDED if attempt.state is _S.REFUNDED else _C.RETURNED
        assert order is not None, where
        assert order.state is sent_back, f"not sent back (M-I2): {where}"
    else:
        assert not took, f"money lost (M-I2): {where}"
        assert not entered, f"recorded without money (M-I2): {where}"


async def _until_told(tell: Callable[[], Awaitable[None]], world: World) -> None:
    """Tell it again until it is taken in, as processors do."""
    for _ in range(20):
        try:
            return await tell()
        except AttemptBusy:
            world.clock.pass_by(150)
    raise AssertionError("never taken in")
