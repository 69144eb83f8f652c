"""What is being paid, and what is charged and not yet in ServiceTitan's books: remembered (R34)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.acceptance_states import NOT_SOLD_YET
from adapters.ledger.attempt_reads import is_counted
from adapters.ledger.just_recorded import JustRecorded, left_when_all_are_there
from adapters.ledger.ledger import Ledger
from adapters.ledger.minor_units import from_minor
from adapters.ledger.rights import in_utc, read_revisions
from adapters.ledger.tables import ACCEPTANCES, PAYMENT_ATTEMPTS, PAYMENT_SPLITS
from adapters.shared_reading import SharedReading

_ROW, _PART = PAYMENT_ATTEMPTS.c, PAYMENT_SPLITS.c
_COUNTED = select(
    _ROW.id,
    _ROW.customer_id,
    _ROW.currency,
    _ROW.amount,
    _ROW.counted_until,
    _ROW.servicetitan_payment_id,
    _PART.invoice_id,
    _PART.amount.label("part"),
    _PART.left_before,
).outerjoin(PAYMENT_SPLITS, _PART.attempt_id == _ROW.id)
_SIGNED = ACCEPTANCES.c
_ACCEPTED = select(_SIGNED.estimate_id, _SIGNED.accepted_at).where(
    _SIGNED.state.in_(sorted(state.value for state in NOT_SOLD_YET))
)
_HELD = select(_PART.invoice_id).where(_PART.held.is_(True))


_NOTHING: Final = Decimal(0)


def _nothing() -> Mapping[int, Decimal]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Pending:
    """What stood at one `revision` of payments: amounts are above 0, and what is none is not told.

    `by_invoice` is what is taken in for an invoice and not yet in ServiceTitan's books,
    `by_customer` the same for a customer's account, with deposits, which are for no invoice.
    `recorded` is what of an invoice has just come into those books, and may not show there yet.
    `held` are invoices that somebody is paying at this moment. `until` is when the next amount
    ends without a new revision. `accepted` are estimates that were accepted here, by when, and that
    ServiceTitan may still show as open.
    """

    revision: int
    by_invoice: Mapping[int, Decimal] = field(default_factory=_nothing)
    by_customer: Mapping[int, Decimal] = field(default_factory=_nothing)
    held: frozenset[int] = frozenset()
    until: datetime | None = None
    accepted: Mapping[int, datetime] = field(default_factory=lambda: MappingProxyType({}))
    recorded: Mapping[int, JustRecorded] = field(default_factory=lambda: MappingProxyType({}))

    def on(self, invoice: int, balance: Decimal) -> Decimal:
        """How much is to be taken off this balance, as ServiceTitan tells it of the invoice?"""
        amount, recorded = self.by_invoice.get(invoice, _NOTHING), self.recorded.get(invoice)
        return amount if recorded is None else amount + recorded.lacking(balance)

    def holds(self, revision: int, now: datetime) -> bool:
        """Is it still so, at this revision and at this moment?"""
        return self.revision == revision and (self.until is None or now < self.until)


def _now() -> datetime:
    return datetime.now(UTC)


class PendingAmounts:
    """Tells what is pending; every verb raises LedgerUnavailable.

    Ask with the revision that was read when an operation began, and before its invoices are read:
    an invoice that is read earlier may be older than what is told, and then too much of it would
    seem owed.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime] = _now) -> None:
        self._ledger = ledger
        self._clock = clock
        self._known: Pending | None = None
        self._reading = SharedReading(self._read_anew)

    async def now(self, revision: int) -> Mapping[int, Decimal]:
        """Return what is to be taken off the balance of each invoice, by its id."""
        return (await self.at(revision)).by_invoice

    async def at(self, revision: int) -> Pending:
        """Return all that is pending, as it stands at this revision or later.

        It is remembered while the revision is what it was: to ask again costs nothing. When it is
        another, one reading that begins after they asked is for all that ask, however many do.
        """
        known = self.at_hand(revision)
        return await self._reading() if known is None else known

    def at_hand(self, revision: int) -> Pending | None:
        """As `at`, None where it has to be read."""
        known = self._known
        return known if known is not None and known.holds(revision, self._clock()) else None

    async def _read_anew(self) -> Pending:
        known = self._known = await self.read()
        return known

    async def read(self) -> Pending:
        """Return all that is pending, read now."""
        now = self._clock()
        return await self._ledger.read(lambda on: _read(on, now))


async def _read(connection: AsyncConnection, now: datetime) -> Pending:
    # The number first: what is written in between is then read again, and never missed.
    revision = (await read_revisions(connection)).payments
    found = (await connection.execute(_COUNTED.where(is_counted(now)))).all()
    rows = sorted(found, key=lambda row: row.id)  # in SQL it would have SQLite read every payment
    taken_in = [row for row in rows if not _is_just_recorded(row)]
    by_invoice, by_customer = defaultdict[int, Decimal](Decimal), defaultdict[int, Decimal](Decimal)
    attempts = set[int]()
    for row in taken_in:
        if row.id not in attempts:
            attempts.add(row.id)
            by_customer[row.customer_id] += from_minor(row.amount, row.currency)
        if row.invoice_id is not None:
            by_invoice[row.invoice_id] += from_minor(row.part, row.currency)
    held = frozenset((await connection.execute(_HELD)).scalars())
    accepted = {estimate: in_utc(at) for estimate, at in await connection.execute(_ACCEPTED)}
    return Pending(
        revision,
        MappingProxyType(dict(by_invoice)),
        MappingProxyType(dict(by_customer)),
        held,
        min((in_utc(row.counted_until) for row in rows if row.counted_until), default=None),
        MappingProxyType(accepted),
        MappingProxyType(_just_recorded(rows, by_invoice)),
    )


def _is_just_recorded(row: Row[*tuple[Any, ...]]) -> bool:
    """Does it stand in ServiceTitan's books, under a number that it has there?

    What the office says it has entered has none: it is taken off all the while.
    """
    return row.counted_until is not None and row.servicetitan_payment_id is not None


def _just_recorded(
    rows: Sequence[Row[*tuple[Any, ...]]], pending: Mapping[int, Decimal]
) -> dict[int, JustRecorded]:
    """Return, for each invoice, what was just recorded; the rows are in the order of their ids."""
    amounts = defaultdict[int, list[Decimal]](list)
    for row in sorted(filter(_is_just_recorded, rows), key=lambda row: in_utc(row.counted_until)):
        if row.invoice_id is not None:
            amounts[row.invoice_id].append(from_minor(row.part, row.currency))
    latest = {row.invoice_id: row for row in rows if row.invoice_id in amounts}
    return {of: JustRecorded(tuple(amounts[of]), _left(latest[of], pending)) for of in latest}


def _left(latest: Row[*tuple[Any, ...]], pending: Mapping[int, Decimal]) -> Decimal | None:
    """Which balance shows that all is there, by what was left when the latest one was begun?"""
    if latest.left_before is None:
        return None
    left, part = (from_minor(each, latest.currency) for each in (latest.left_before, latest.part))
    return left_when_all_are_there(left, part, pending.get(latest.invoice_id, _NOTHING))
