"""Estimates: what work would cost, offered for somebody to accept, by the portal's rules."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.estimates import (
    ESTIMATES,
    Estimate,
    EstimateItem,
    EstimateState,
    ReviewStatus,
)
from resolvers.access import Reach
from resolvers.context import Context, whole
from resolvers.errors import NotFound
from resolvers.levels import AccessLevel
from resolvers.moments import instant_in
from resolvers.verdict import Refusal, Verdict


class EstimateStatus(Enum):
    """What became of an estimate: ServiceTitan's Sold is ACCEPTED."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"


_WORDED = {
    EstimateState.OPEN: EstimateStatus.OPEN,
    EstimateState.SOLD: EstimateStatus.ACCEPTED,
}
_APPROVED = {ReviewStatus.NONE, ReviewStatus.APPROVED}


def may_see_estimate(reach: Reach, estimate: Estimate, *, show_accepted: bool = True) -> Verdict:
    """May this viewer see this estimate (R36, R38)?"""
    if reach.billed(estimate.customer_id, estimate.location_id) is not AccessLevel.BILLING:
        return Refusal("R36", "It takes Billing access on the estimate's customer.")
    return is_shown(estimate, show_accepted=show_accepted)


def is_shown(estimate: Estimate, *, show_accepted: bool = True) -> Verdict:
    """Is this an estimate that the portal shows to anybody (R38)?

    What the office has not let through is not shown: a review status or a status that cannot be
    read is none that was let through.
    """
    if not estimate.active:
        return Refusal("R38", "The estimate is no longer active.")
    if estimate.review_status not in _APPROVED:
        return Refusal("R38", "The office has not approved the estimate.")
    if estimate.state is EstimateState.DISMISSED:
        return Refusal("R38", "The estimate was dismissed.")
    if estimate.state is EstimateState.UNKNOWN:
        return Refusal("R38", "What became of the estimate cannot be read.")
    if estimate.state is EstimateState.SOLD and not show_accepted:
        return Refusal("R38", "The portal does not show accepted estimates.")
    return True


def is_open(estimate: Estimate) -> bool:
    """Does this estimate wait for a decision?"""
    return estimate.state is EstimateState.OPEN


def status_of(estimate: Estimate) -> EstimateStatus:
    """What became of this visible estimate?"""
    return _WORDED[estimate.state]


def number_of(estimate: Estimate) -> str:
    """By which number does the office know it? ServiceTitan gives estimates none but their id."""
    return str(estimate.id)


def name_of(estimate: Estimate) -> str:
    """What is this estimate called?"""
    return estimate.name or f"Estimate {number_of(estimate)}"


def item_name_of(item: EstimateItem) -> str | None:
    """What is this line called, for the customer where the price book says so?"""
    return None if item.sku is None else item.sku.display_name or item.sku.name


def accepted_at(estimate: Estimate, context: Context) -> datetime | None:
    """When was it accepted, as the business reads its clock? None while it is open."""
    if is_open(estimate) or estimate.sold_on is None:
        return None
    return instant_in(context.zone, estimate.sold_on)


def visible(rows: Iterable[Estimate], context: Context) -> list[Estimate]:
    """Return those of these estimates that the viewer may see."""
    return [row for row in rows if _sees(row, context)]


def _sees(row: Estimate, context: Context) -> Verdict:
    show_accepted = context.policy.proposals.show_accepted
    return may_see_estimate(context.reach, row, show_accepted=show_accepted)


async def own_estimates(
    context: Context, customer: int | None = None, location: int | None = None
) -> list[Estimate]:
    """Return every visible estimate at the places with Billing access; whole, or UpstreamError.

    ServiceTitan finds estimates by their location, and knows no question by customer. With
    `customer`, only that one's, at its own places; with `location`, only that place's.
    """
    places = [
        place.id
        for place in context.reach.places.values()
        if place.level is AccessLevel.BILLING
        and customer in {None, place.customer_id}
        and location in {None, place.id}
    ]
    answers = await context.under(ESTIMATES, "location_id", places)
    rows = visible((row for answer in answers for row in whole(answer)), context)
    return [row for row in rows if customer in {None, row.customer_id}]


async def estimate(context: Context, key: int) -> Estimate:
    """Return the visible estimate of this id; raises NotFound (R14) or UpstreamError."""
    (found,) = await context.many(ESTIMATES, [key], lambda row: _sees(row, context))
    if isinstance(found, UpstreamError):
        raise found
    if found is None:
        raise NotFound
    return found
