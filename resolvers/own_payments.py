"""Payments made here: whose they are, how far each has come, and to which invoices it went."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.payment_states import AttemptState
from adapters.payments.processor import NextAction
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.invoices import INVOICES, Invoice
from adapters.servicetitan.model import Model
from resolvers.access import Reach
from resolvers.context import Context
from resolvers.cursors import Spot
from resolvers.customers import may_see_account
from resolvers.errors import NotFound
from resolvers.estimates import estimates
from resolvers.invoices import may_see_invoice
from resolvers.links import linked_estimates, linked_invoice
from resolvers.moments import day_in
from resolvers.paging import Listing
from resolvers.pending import NOTHING, OnTheWay
from resolvers.processor_answers import ASK_AGAIN, heard
from resolvers.verdict import Refusal, Verdict

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Payment:
    """An attempt to pay, in sight; `action` is what its processor has just asked of its payer."""

    attempt: Attempt
    action: NextAction | None = None

    @property
    def id(self) -> int:
        """The attempt's id in the ledger."""
        return self.attempt.id


@dataclass(frozen=True, slots=True)
class PaymentPart:
    """The part of a payment that goes to one invoice, by its id."""

    invoice: int
    amount: Decimal


def may_see_payment(reach: Reach, attempt: Attempt) -> Verdict:
    """May this viewer see this payment, whoever made it (R8, R64)?

    It tells what is owed at every place it pays for: so it takes Billing access on the customer
    with all its places, as the account's balance does. A link sees what paid its own and no more.
    """
    if may_see_account(reach, attempt.customer):
        return True
    paid = {split.invoice for split in attempt.splits}
    if paid and paid <= reach.invoices:
        return True
    if not paid and attempt.estimate is not None and attempt.estimate in reach.estimates:
        return True
    return Refusal("R8", "It takes Billing access on the customer, and on all of its places.")


def is_own(context: Context, attempt: Attempt) -> bool:
    """Did this viewer make it, or whoever staff look through the eyes of?"""
    viewer = context.viewer
    if viewer.only_looks:
        return attempt.payer is not None and attempt.payer == viewer.email
    return attempt.principal == viewer.key


async def payment(context: Context, key: int) -> Payment:
    """Return the visible payment of this id; raises NotFound (R14), UpstreamError."""
    _ = context.reach  # who may ask nothing is told so, whatever the id
    attempt = (await context.doors.till.attempts.get([key])).get(key)
    if attempt is None or not await is_in_sight(context, attempt):
        raise NotFound
    return Payment(attempt)


async def is_in_sight(context: Context, attempt: Attempt) -> bool:
    """May this viewer see this payment? Raises UpstreamError."""
    return bool(await in_sight(context, [attempt]))


async def in_sight(context: Context, attempts: Sequence[Attempt]) -> list[Attempt]:
    """Return those of these that the viewer may see; raises UpstreamError.

    What they paid themselves they see too, for as long as they see all that it pays for.
    """
    seen = {each.id for each in attempts if may_see_payment(context.reach, each)}
    mine = [each for each in attempts if each.id not in seen and is_own(context, each)]
    if mine:
        seen |= await _with_all_in_sight(context, mine)
    return [each for each in attempts if each.id in seen]


async def _with_all_in_sight(context: Context, attempts: Sequence[Attempt]) -> set[int]:
    bills = [split.invoice for each in attempts for split in each.splits]
    offers = [each.estimate for each in attempts if each.estimate is not None]
    invoices = _ids(await _invoices(context, bills))
    offered = _ids(await estimates(context, offers))
    return {
        each.id
        for each in attempts
        if {split.invoice for split in each.splits} <= invoices
        and (each.estimate is None or each.estimate in offered)
    }


def _ids(found: Iterable[M | UpstreamError | None]) -> set[int]:
    ids: set[int] = set()
    for row in found:
        if isinstance(row, UpstreamError):
            raise row
        if row is not None:
            ids.add(row.id)  # type: ignore[attr-defined]  # an invoice or an estimate
    return ids


async def _invoices(
    context: Context, ids: Sequence[int]
) -> Sequence[Invoice | UpstreamError | None]:
    return await context.many(INVOICES, ids, lambda row: may_see_invoice(context.reach, row))


async def own_payments(context: Context, customer: int | None = None) -> Listing[Payment]:
    """Return what this viewer paid or tried to pay, newest first; for one customer where told."""
    customers = await _customers(context) if customer is None else {customer}
    principal = None if context.viewer.only_looks else context.viewer.key
    mine: list[Attempt] = []
    before: int | None = None
    while page := await context.doors.till.attempts.paid_by(customers, principal, before=before):
        mine += [each for each in page if is_own(context, each)]
        before = page[-1].id
    return Listing(
        rows=[Payment(attempt) for attempt in await in_sight(context, mine)],
        spot=lambda row: Spot(day_in(context.zone, row.attempt.created_at), row.id),
        name=f"payments {customer}",
        newest_first=True,
    )


async def _customers(context: Context) -> set[int]:
    """For whom may this viewer have paid: for whoever they reach, or whom their link names?"""
    reach = context.reach
    if not reach.is_link:
        return {*reach.parties, *(place.customer_id for place in reach.places.values())}
    bill, offers = await linked_invoice(context), await linked_estimates(context)
    payers = [] if bill is None or bill.customer is None else [bill.customer.id]
    return {*payers, *(offer.customer_id for offer in offers or () if offer.customer_id)}


def parts_of(payment: Payment) -> list[PaymentPart]:
    """Return how much of a payment goes to which invoice."""
    return [PaymentPart(split.invoice, split.amount) for split in payment.attempt.splits]


async def invoices_of_parts(
    parts: Sequence[PaymentPart], context: Context
) -> Sequence[Invoice | UpstreamError | None]:
    """Return the invoice of each part, None where it is out of the viewer's sight."""
    return await _invoices(context, [part.invoice for part in parts])


async def invoices_of(context: Context, ids: Sequence[int]) -> list[Invoice]:
    """Return those of these invoices that are in sight; raises UpstreamError."""
    found: list[Invoice] = []
    for row in await _invoices(context, ids):
        if isinstance(row, UpstreamError):
            raise row
        if row is not None:
            found.append(row)
    return found


async def pending_on(
    invoices: Sequence[Invoice], context: Context
) -> Sequence[list[Payment] | UpstreamError]:
    """Return, for each visible invoice, the payments under way that the viewer may see.

    Where nothing is pending at all the ledger is not asked.
    """
    pending = context.pending
    wanted = [row.id for row in invoices if pending.on(row.id) or pending.is_held(row.id)]
    try:
        found = await context.doors.till.attempts.on_invoices(wanted)
        every = {each.id: each for of in found.values() for each in of}
        seen = {each.id for each in await in_sight(context, [*every.values()])}
    except UpstreamError as error:
        return [error for _ in invoices]
    return [
        [
            Payment(each)
            for each in _under_way(found.get(row.id, ()), row.id, pending)
            if each.id in seen
        ]
        for row in invoices
    ]


def _under_way(on: Sequence[Attempt], invoice: int, pending: OnTheWay) -> Sequence[Attempt]:
    """Return those of an invoice's payments whose amounts its balance does not have yet."""
    if pending.on(invoice) > pending.told.by_invoice.get(invoice, NOTHING):
        return on
    return [each for each in on if each.state is not AttemptState.RECORDED]


async def next_action(payment: Payment, context: Context) -> NextAction | None:
    """Return what its payer has to do before it goes on; nobody else is told of it.

    What stands in it is kept nowhere: its processor is asked for it again.
    """
    attempt = payment.attempt
    if attempt.state is not AttemptState.ACTION_REQUIRED or not is_own(context, attempt):
        return None
    if context.viewer.staff is not None:
        return None
    if payment.action is not None:
        return payment.action
    with heard(ASK_AGAIN):
        return (await context.doors.till.cashier.look(attempt)).action
