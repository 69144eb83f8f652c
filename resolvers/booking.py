"""How a visit that waits for a date gets one: by a call or on the scheduler's page, never by us."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters.servicetitan.customers import CUSTOMERS, Customer
from adapters.servicetitan.errors import UpstreamError
from resolvers.context import Context
from resolvers.policy import BookingKind, Policy
from resolvers.verdict import Refusal, Verdict
from resolvers.visits import Visit, waits


@dataclass(frozen=True, slots=True)
class BookingAction:
    """What to do: call this number, or open this page."""

    kind: BookingKind
    phone: str | None = None
    url: str | None = None


def action_of(policy: Policy) -> BookingAction | None:
    """How are visits booked at this business (R55, Q20)? None where it gives no phone or page."""
    kind, phone, url = policy.upcoming.booking, policy.tenant.phone, policy.upcoming.scheduler_url
    if kind is BookingKind.CALL:
        return BookingAction(kind, phone=phone) if phone else None
    return BookingAction(kind, phone=phone, url=url) if url else None


def may_be_booked(visit: Visit) -> Verdict:
    """Is there anything to book of this visit (R54, R55)?"""
    if not waits(visit):
        return Refusal("R55", "The visit is booked, done or called off.")
    if not visit.is_owed:
        return Refusal("R54", "What promised the visit is no longer in force.")
    return True


def may_book(customer: Customer) -> Verdict:
    """May this customer book (R85)? The reason is told to nobody but staff."""
    if customer.do_not_service:
        return Refusal("R85", "The office marked the customer as do not service.")
    return True


async def bookings_of(
    visits: Sequence[Visit], context: Context
) -> Sequence[BookingAction | UpstreamError | None]:
    """Return how each visit gets booked, None where it cannot be, and no word why (R85)."""
    action = action_of(context.policy)
    if action is None:
        return [None for _ in visits]
    open_to = [visit for visit in visits if may_be_booked(visit)]
    owners = list(dict.fromkeys(visit.customer_id for visit in open_to))
    answers = await context.under(CUSTOMERS, "id", owners)
    by_owner = {
        owner: answer if isinstance(answer, UpstreamError) else _action(answer, action)
        for owner, answer in zip(owners, answers, strict=True)
    }
    return [by_owner[visit.customer_id] if may_be_booked(visit) else None for visit in visits]


def _action(customers: Iterable[Customer], action: BookingAction) -> BookingAction | None:
    """A customer that ServiceTitan does not tell of books nothing."""
    return next((action for customer in customers if may_book(customer)), None)
