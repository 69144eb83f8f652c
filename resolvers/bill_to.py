"""The Bill To list: customers in reach, those who still owe something first (R25, R26)."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.invoices import Invoice
from resolvers.access import Party
from resolvers.context import Context
from resolvers.cursors import Spot
from resolvers.customers import (
    alphabetical,
    may_see_account,
    may_see_billing,
    own_customers,
    records_of,
)
from resolvers.invoices import due, invoices_of_customers, is_open
from resolvers.paging import Listing

R = TypeVar("R")

MOST_ORDERED = 50
"""Above so many customers the order is alphabetical: knowing who owes costs a call for each."""


async def bill_to_list(context: Context) -> Listing[Party]:
    """Return the customers in reach in Bill To order.

    A single customer needs no order and costs no call. Where ServiceTitan cannot say who owes, the
    list is alphabetical, and each customer's own fields tell the error.
    """
    parties = own_customers(context.reach)
    if 1 < len(parties) <= MOST_ORDERED:
        owing = await unpaid_of(parties, context)
        if not any(isinstance(owes, BaseException) for owes in owing):
            owes = dict(zip((party.id for party in parties), owing, strict=True))
            parties.sort(key=lambda party: (not owes[party.id], *alphabetical(party)))
    return Listing(rows=parties, spot=lambda party: Spot(None, party.id), name="customers")


async def unpaid_of(
    parties: Sequence[Party], context: Context
) -> Sequence[bool | BaseException | None]:
    """Does each customer have a visible invoice with something left to pay?

    None without Billing access, and where there are too many customers to ask for.
    """
    if len(own_customers(context.reach)) > MOST_ORDERED:
        return [None for _ in parties]
    return [_tried(_any_open, found) for found in await _visible(parties, context)]


def _any_open(invoices: list[Invoice]) -> bool:
    # Each is read: one that cannot be makes the answer unknown, whatever stands before it (R84).
    return sum(map(is_open, invoices)) > 0


async def dues_of(
    parties: Sequence[Party], context: Context
) -> Sequence[Decimal | BaseException | None]:
    """Return what is left to pay on each one's visible invoices, None without Billing access."""
    return [_tried(due, found) for found in await _visible(parties, context)]


async def balances_of(
    parties: Sequence[Party], context: Context
) -> Sequence[Decimal | UpstreamError | None]:
    """Return each customer's account balance, None where not all of it may be seen (R6, R8)."""
    open_to = [party for party in parties if may_see_account(context.reach, party.id)]
    records = await records_of(open_to, context)
    found = {party.id: record for party, record in zip(open_to, records, strict=True)}
    return [
        record
        if record is None or isinstance(record, UpstreamError)
        else context.pending.account(record.id, record.balance)
        for record in (found.get(party.id) for party in parties)
    ]


async def _visible(
    parties: Sequence[Party], context: Context
) -> Sequence[list[Invoice] | BaseException | None]:
    """Return each customer's visible invoices, None for a customer without Billing access."""
    billed = [party.id for party in parties if may_see_billing(context.reach, party.id)]
    found = dict(zip(billed, await invoices_of_customers(billed, context), strict=True))
    return [found.get(party.id) for party in parties]


def _tried(
    figure: Callable[[list[Invoice]], R], found: list[Invoice] | BaseException | None
) -> R | BaseException | None:
    """Work a figure out of what was found; a part that cannot be read leaves no figure (R84)."""
    if found is None or isinstance(found, BaseException):
        return found
    try:
        return figure(found)
    except UpstreamError as error:
        return error
