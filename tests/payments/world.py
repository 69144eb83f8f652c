"""A tenant's payments with all their neighbours: processes that die, and books that remember."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.cache.errors import CacheUnavailable
from adapters.changes.bus import Changes
from adapters.ledger.attempt_rows import Attempt, AttemptKind, NewAttempt, Split
from adapters.ledger.attempts import Attempts
from adapters.ledger.audit import By
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.ledger.minor_units import from_minor
from adapters.ledger.payment_states import FINAL, AttemptState
from adapters.ledger.pending_amounts import PendingAmounts
from adapters.ledger.rights import in_utc
from adapters.ledger.tables import PAYMENT_ATTEMPTS
from adapters.payments.cashier import Cashier, Means, Paid, Refusal
from adapters.payments.desk import Desk
from adapters.payments.processor import ChargeOrder, ChargeState, Source
from adapters.payments.reconciler import Reconciler
from adapters.payments.recording import Recording
from adapters.payments.telling import Telling
from adapters.payments.terms import Terms
from adapters.servicetitan.resource import Resource
from tests.payments.fake_books import Accounts, BooksLine
from tests.payments.fake_processor import NAME, Ledgerbook, Line, Order, Plan
from tests.payments.fates import Broken, Clock, Fate, Fates, Life, require

T = TypeVar("T")
_S = AttemptState

_ROW = PAYMENT_ATTEMPTS.c
_OPEN = select(_ROW.id, _ROW.state, _ROW.next_at, _ROW.locked_until).where(
    _ROW.state.not_in([state.value for state in FINAL])
)
_STORED = select(_ROW.state, _ROW.processor_ref, _ROW.amount, _ROW.currency).where(
    _ROW.confirmation == bindparam("marker")
)

BEGAN = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/Chicago")


@dataclass
class LedgerLine:
    """One process's line to the ledger: it may be away before a transaction, or right after it."""

    ledger: Ledger
    life: Life

    async def read(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Read."""
        return await self._called(self.ledger.read, work)

    async def write(
        self, work: Callable[[AsyncConnection], Awaitable[T]], *, lone: bool = False
    ) -> T:
        """Write all of it, or none."""
        assert not lone
        return await self._called(self.ledger.write, work)

    async def _called(
        self,
        ask: Callable[[Callable[[AsyncConnection], Awaitable[T]]], Awaitable[T]],
        work: Callable[[AsyncConnection], Awaitable[T]],
    ) -> T:
        fates = self.life.fates
        fate = fates.of_call() if fates.rng.random() < 0.1 else Fate.WELL
        await self.life.step()
        if fate in {Fate.NOT_REACHED, Fate.LOST_BEFORE}:
            raise LedgerUnavailable("away")
        answer = await ask(work)
        await self.life.step()
        if fate is not Fate.WELL:
            raise LedgerUnavailable("away right after")
        return answer


@dataclass
class Memory:
    """What a process remembers of ServiceTitan: nothing here, but it may fail to forget."""

    life: Life

    async def remembered(self, resource: Resource[Any], ids: Sequence[int]) -> Mapping[int, Any]:
        """Remember nothing."""
        del resource, ids
        return {}

    async def forget(
        self,
        resource: Resource[Any],
        ids: Sequence[int],
        questions: Sequence[tuple[str, int]] = (),
    ) -> None:
        """Forget, where others can be told."""
        del resource, ids, questions
        await self.life.step()
        if self.life.fates.of_call() is not Fate.WELL:
            raise CacheUnavailable


@dataclass
class World:
    """All that processes share. Every amount that is taken is compared with what is left to pay."""

    seed: int
    ledger: Ledger
    terms: Terms = field(
        default_factory=lambda: Terms(ZONE, records=True, payment_types={"CARD": 7})
    )
    trouble: float = 0.15

    def __post_init__(self) -> None:
        """Put the neighbours up."""
        self.rng = Random(self.seed)  # noqa: S311  # nothing to keep secret
        self.clock = Clock(BEGAN)
        self.fates = Fates(self.rng, self.clock, self.trouble)
        self.accounts = Accounts(self.clock)
        self.book = Ledgerbook(self._taking, self._authorized)
        self.attempts = Attempts(self.ledger, self.clock)
        self.told: dict[str, Mapping[int, Decimal]] = {}
        self.seen: dict[str, int] = {}
        self.sent: list[str] = []
        self.captured: list[str] = []

    def process(self, ends_at: int | None = None) -> "Process":
        """Start a process, which dies at that step."""
        return Process(self, Life(self.fates, ends_at))

    def _taking(self, order: Order) -> None:
        """See that nobody pays what is paid already (R34), nor more than was read (M-I4)."""
        marker = cast("str", order.charge.marker)
        require(marker in self.told, "charged unchecked (M-I4)")
        told = self.told[marker]
        require(sum(told.values()) == order.charge.amount, "charged another amount than checked")
        for invoice, amount in told.items():
            if invoice not in self.accounts.changed[self.seen[marker] :]:
                left = self.left(invoice, marker)
                require(left >= amount, f"{amount} was charged where {left} was left to pay (M-I4)")

    def _authorized(self, order: Order) -> None:
        """What was checked before the payer's step is not checked any more (M-I4)."""
        self.told.pop(cast("str", order.charge.marker), None)

    def left(self, invoice: int, but: str = "") -> Decimal:
        """What is truly left to pay of an invoice, whatever anybody knows of it?"""
        entered = {entry.told.marker for entry in self.accounts.entries}
        taken = sum(
            self.told[cast("str", order.charge.marker)].get(invoice, Decimal(0))
            for order in self.book.orders.values()
            if order.is_taken and order.charge.marker not in entered | {but}
        )
        return self.accounts.balances[invoice] - taken


class Process:
    """One worker: its own cashier and reconciler over what all share."""

    def __init__(self, world: World, life: Life) -> None:
        self.world, self.life = world, life
        line = cast("Ledger", LedgerLine(world.ledger, life))
        self.attempts = Attempts(line, world.clock)
        self.pending_amounts = PendingAmounts(line, world.clock)
        self.books = BooksLine(world.accounts, life)
        self.line = Line(world.book, life, self._sends, self._captures)
        self.changes = Changes()
        telling = Telling(Memory(life), self.changes, world.clock)
        desk = Desk(self.attempts, {NAME: self.line}, telling, world.clock)
        self.cashier = Cashier(desk, Recording(desk, self.books, lambda: world.terms))
        self.reconciler = Reconciler(self.cashier, self.attempts, world.clock)

    async def pay(
        self, key: str, customer: int, parts: Mapping[int, Decimal], plan: Plan, kind: str = "CARD"
    ) -> Paid:
        """Pay, as somebody's browser asks for it."""
        told = f"{sorted(parts.items())} {plan}"
        left = await self.left(list(parts)) if self.world.accounts.lags else {}
        new = new_attempt(key, customer, parts, told, self.world.clock(), kind=kind)
        splits = tuple(replace(split, left=left.get(split.invoice)) for split in new.splits)
        new = replace(new, splits=splits)
        means = Means(Source(token=plan.value), "Invoices")
        return await self.cashier.pay(new, means, self.check)

    async def check(self, attempt: Attempt) -> Refusal | None:
        """May this be charged now? What is pending is read before the balances, never after."""
        changes = len(self.world.accounts.changed)
        left = await self.left([split.invoice for split in attempt.splits])
        for split in attempt.splits:
            now = left[split.invoice]
            if now < split.amount or split.left not in {None, now}:
                return Refusal("BALANCE_CHANGED", "It changed.", split.invoice, now)
        self.world.told[attempt.confirmation] = {of.invoice: of.amount for of in attempt.splits}
        self.world.seen[attempt.confirmation] = changes
        return None

    async def left(self, invoices: Sequence[int]) -> dict[int, Decimal]:
        """Return what is left to pay of these, as far as this process can know."""
        told = await self.pending_amounts.read()
        balances = await self.books.balances(invoices)
        return {
            of: max(balance - told.on(of, balance), Decimal(0)) for of, balance in balances.items()
        }

    async def pending(self, invoices: Collection[int]) -> dict[int, Decimal]:
        """Return what is charged and not yet in ServiceTitan's books."""
        told = (await self.pending_amounts.read()).by_invoice
        return {of: told.get(of, Decimal(0)) for of in invoices}

    async def _sends(self, order: ChargeOrder, ref: str) -> None:
        """See that it is written down that this is charged, before it is (M-I3)."""
        stored = await self._stored(order.marker)
        if stored.state != _S.CHARGING.value:  # who was slow was overtaken, and its order given up
            is_shut = self.world.book.orders[ref].state is not ChargeState.PREPARED
            require(is_shut, f"charged while it is {stored.state} (M-I3)")
        require(stored.processor_ref == ref, "charged under a name that is not written down")
        amount = from_minor(stored.amount, stored.currency)
        require((amount, stored.currency) == (order.amount, order.currency), "another amount")
        require(order.marker in self.world.told, "charged unchecked (M-I4)")
        require(order.marker not in self.world.sent, "charged twice (M-I1)")
        self.world.sent.append(order.marker)

    async def _captures(self, marker: str, ref: str) -> None:
        """See that it is written down, and was checked after the payer's step (M-I3, M-I4)."""
        stored = await self._stored(marker)
        if stored.state != _S.CHARGING.value:  # as above
            is_shut = self.world.book.orders[ref].state is not ChargeState.AUTHORIZED
            require(is_shut, f"captured while it is {stored.state} (M-I3)")
        require(stored.processor_ref == ref, "captured under a name that is not written down")
        require(marker in self.world.told, "captured unchecked (M-I4)")
        require(marker not in self.world.captured, "captured twice (M-I1)")
        self.world.captured.append(marker)

    async def _stored(self, marker: str) -> Row[Any, Any, Any, Any]:
        asked = self.world.ledger.read(lambda on: on.execute(_STORED, {"marker": marker}))
        stored = (await asked).one_or_none()
        if stored is None:
            raise Broken("charged without a row (M-I3)")
        return stored


def new_attempt(
    key: str,
    customer: int,
    parts: Mapping[int, Decimal],
    told: str,
    at: datetime,
    *,
    kind: str = "CARD",
) -> NewAttempt:
    """Return what is to be paid."""
    return NewAttempt(
        principal=f"payer of {customer}",
        by=By("payer@example.com", "request", at),
        kind=AttemptKind.INVOICES,
        customer=customer,
        payer="payer@example.com",
        key=key,
        request_hash=told[:64],
        currency="USD",
        amount=sum(parts.values(), Decimal(0)),
        splits=tuple(Split(of, str(of), amount) for of, amount in parts.items()),
        processor=NAME,
        method_kind=kind,
        method_label="Visa ending in 4242",
    )


async def calmed(world: World, *processes: Process, most: int = 60) -> bool:
    """Let time pass until nobody has to do anything, but for what the office has to enter.

    Returns whether there is any such.
    """
    for turn in range(most):
        open_ones = (await world.ledger.read(lambda on: on.execute(_OPEN))).all()
        waits = [row for row in open_ones if row.state != _S.HANDED_OFF.value]
        if not waits:
            return bool(open_ones)
        world.clock.reach(
            min(max(_moment(row.next_at), _moment(row.locked_until)) for row in waits)
        )
        together = processes if turn < 1 else processes[turn % len(processes) :][:1]
        await asyncio.gather(*(process.reconciler.turn() for process in together))
    left = [(row.id, row.state) for row in waits]
    raise AssertionError(f"no end is reached (M-I5): {left}")


def _moment(told: datetime | None) -> datetime:
    return BEGAN if told is None else in_utc(told)


def with_terms(world: World, **changes: object) -> None:
    """Have the tenant choose otherwise."""
    world.terms = replace(world.terms, **changes)  # type: ignore[arg-type]  # a test's own words
