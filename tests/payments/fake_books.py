"""ServiceTitan's books of the tests' own: invoices, payments, and a line to them that may fail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from adapters.servicetitan.books import MarkedPayment, PaymentToRecord, RecordedSplit
from adapters.servicetitan.errors import (
    UpstreamBusy,
    UpstreamUnavailable,
    WriteRefused,
    WriteUnknown,
)
from adapters.servicetitan.model import PaymentId
from tests.payments.fates import Clock, Fate, Life

SHOWN_AFTER = 120.0
"""Seconds at most until a payment is told among the customer's."""

COUNTS_AFTER = 600.0
"""Seconds at most until the balance of its invoice tells of a payment."""

WORKED_ON_FOR = 100.0
"""Seconds at most until a request that was sent is done."""


RARELY = 0.2
"""How often a read before a charge fails that may: most stories are to come past it."""


@dataclass
class Entry:
    """A payment in the books."""

    id: int
    told: PaymentToRecord
    shown_from: datetime
    counts_from: datetime
    is_void: bool = False


@dataclass
class Accounts:
    """The books themselves; `refuses` are invoices that take no payment (they are locked).

    `changed` are invoices whose balance the office changed, in the order in which it did.
    """

    clock: Clock
    balances: dict[int, Decimal] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    refuses: set[int] = field(default_factory=set)
    changed: list[int] = field(default_factory=list)
    shown_after: float = SHOWN_AFTER
    lags: bool = False

    def record(
        self, told: PaymentToRecord, shown_after: float = 0.0, counts_after: float = 0.0
    ) -> int:
        """Enter a payment, and return its id; its invoices' balances tell of it after a while."""
        if any(split.invoice in self.refuses for split in told.splits):
            raise WriteRefused("The invoice is locked.", 400)
        for split in told.splits:
            self.balances[split.invoice] -= split.amount
        now = self.clock()
        shown_from, counts_from = (
            now + timedelta(seconds=after) for after in (shown_after, counts_after)
        )
        self.entries.append(Entry(len(self.entries) + 1, told, shown_from, counts_from))
        return self.entries[-1].id

    def told_balance(self, invoice: int) -> Decimal:
        """Return the balance that is told of an invoice: it may not know of the last payments."""
        lacks = (
            split.amount
            for entry in self.entries
            if entry.counts_from > self.clock()
            for split in entry.told.splits
            if split.invoice == invoice
        )
        return self.balances[invoice] + sum(lacks, Decimal(0))

    def marked(self, customer: int, marker: str) -> list[MarkedPayment]:
        """Tell the customer's payments that bear this marker, of those that are shown by now."""
        return [
            MarkedPayment(id=PaymentId(entry.id), memo=marker, active=not entry.is_void)
            for entry in self.entries
            if (entry.told.customer, entry.told.marker) == (customer, marker)
            and entry.shown_from <= self.clock()
        ]

    def office_changes(self, invoice: int, by: Decimal) -> None:
        """Have the office take in a check, or add to an invoice."""
        self.balances[invoice] += by
        self.changed.append(invoice)


@dataclass
class BooksLine:
    """One process's line to the books."""

    accounts: Accounts
    life: Life
    calls: list[str] = field(default_factory=list)

    async def balances(self, invoices: Sequence[int]) -> dict[int, Decimal]:
        """Read these invoices afresh."""
        await self.life.step()
        self.calls.append("balances")
        if self.life.fates.of_call(RARELY, "balances") is not Fate.WELL:
            raise UpstreamUnavailable("ServiceTitan is not there.")
        told = {of: self.accounts.told_balance(of) for of in invoices}
        await self.life.step()
        return told

    async def record_payment(self, new: PaymentToRecord) -> int:
        """Have it entered."""
        fates = self.life.fates
        self.calls.append("record")
        fate, shown_after = (
            fates.of_call(4.0, "record"),
            fates.rng.random() * self.accounts.shown_after,
        )
        await self.life.step()
        if fate is Fate.NOT_REACHED:
            raise fates.rng.choice([UpstreamUnavailable("not there"), UpstreamBusy("busy", 1000)])
        if fate is Fate.LOST_BEFORE:
            raise WriteUnknown("lost on its way there")
        if fate is Fate.LATE:
            late = fates.late_by(WORKED_ON_FOR)
            fates.clock.after(late, lambda: _quietly(lambda: self.accounts.record(new, 0)))
            raise WriteUnknown("still being worked on")
        counts_after = fates.rng.random() * COUNTS_AFTER if fates.rng.random() < 0.5 else 0.0
        of = self.accounts.record(new, shown_after, counts_after if self.accounts.lags else 0.0)
        await self.life.step()
        if fate is Fate.LOST_AFTER:
            raise WriteUnknown("lost on its way back")
        return of

    async def payments_marked(self, customer: int, marker: str) -> list[MarkedPayment]:
        """Ask for what bears the marker."""
        fate = self.life.fates.of_call(1.0, "marked")
        self.calls.append("marked")
        await self.life.step()
        if fate is not Fate.WELL:
            raise UpstreamUnavailable("ServiceTitan is not there.")
        told = self.accounts.marked(customer, marker)
        await self.life.step()
        return told


def entry_of(
    customer: int, marker: str, amount: Decimal, splits: Sequence[RecordedSplit], at: datetime
) -> PaymentToRecord:
    """Return what the office enters by hand."""
    return PaymentToRecord(
        customer=customer,
        payment_type=1,
        amount=amount,
        paid_on=at.date(),
        marker=marker,
        splits=tuple(splits),
    )


def _quietly(doing: Callable[[], int]) -> None:
    try:
        doing()
    except WriteRefused:
        return
