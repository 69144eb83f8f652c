"""Invoices as they were made out, and the payments received for them."""

from dataclasses import dataclass

from adapters.sandbox.homes.places import Party, Place
from adapters.sandbox.homes.pricebook import Line
from adapters.sandbox.homes.trades import Trade
from adapters.sandbox.homes.work import Work

NET_30 = 30
ON_RECEIPT = 0


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice; `day` is its date counted from today, `terms` the days until it is due."""

    id: int
    party: Party
    place: Place | None
    trade: Trade
    day: int
    lines: tuple[Line, ...]
    work: Work | None = None
    terms: int = ON_RECEIPT
    summary: str | None = None
    adjusts: int | None = None
    membership: int | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment: how much, in cents, went to which invoice."""

    id: int
    party: Party
    day: int
    method: str
    applied: tuple[tuple[int, int], ...]


def bill_for(work: Work, party: Party | None = None, *, terms: int = ON_RECEIPT) -> Bill:
    """Return the usual invoice of finished work, made out to its customer or to somebody else."""
    return Bill(
        work.invoice,
        party or work.owner,
        work.place,
        work.trade,
        min(work.first_day, -1),
        work.trade.lines,
        work,
        terms,
        work.trade.written,
    )


def unbilled(work: Work) -> Bill:
    """Return the empty invoice that a job owns from the moment it is booked (R22)."""
    return Bill(work.invoice, work.owner, work.place, work.trade, -work.booked, (), work)
