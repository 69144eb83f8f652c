"""Estimates: what work would cost, offered for somebody to accept, by the portal's rules."""

from collections.abc import Iterable, Sequence
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
from resolvers.access import NOWHERE, Reach
from resolvers.context import Context, whole
from resolvers.errors import NotFound
from resolvers.levels import AccessLevel
from resolvers.moments import instant_in
from resolvers.policy import Proposals
from resolvers.rules import Rule, judged
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
_AS_USUAL = Proposals()


def may_see_estimate(reach: Reach, estimate: Estimate, choices: Proposals = _AS_USUAL) -> Verdict:
    """May this viewer see this estimate (R36, R38)? A link to it needs no level (R64)."""
    return judged(ESTIMATE_RULES, reach, estimate, choices)


def is_for(reach: Reach, estimate: Estimate, _choices: Proposals) -> Verdict:
    """Is it for where this viewer has Billing access (R36), or an estimate of their link?"""
    level = reach.billed(estimate.customer_id, estimate.location_id)
    if level is AccessLevel.BILLING or estimate.id in reach.estimates:
        return True
    return Refusal("R36", "It takes Billing access on the estimate's customer.")


def is_shown(estimate: Estimate, choices: Proposals = _AS_USUAL) -> Verdict:
    """Is this an estimate that the portal shows to anybody (R38)?"""
    return _is_let_through(NOWHERE, estimate, choices)


def _is_let_through(_reach: Reach, estimate: Estimate, choices: Proposals) -> Verdict:
    """Has the office let it through (R38)?

    A review status or a status that cannot be read is none that was let through.
    """
    if not estimate.active:
        return Refusal("R38", "The estimate is no longer active.")
    if estimate.review_status not in _APPROVED:
        return Refusal("R38", "The office has not approved the estimate.")
    if estimate.state is EstimateState.DISMISSED:
        return Refusal("R38", "The estimate was dismissed.")
    if estimate.state is EstimateState.UNKNOWN:
        return Refusal("R38", "What became of the estimate cannot be read.")
    if estimate.state is EstimateState.SOLD and not choices.show_accepted:
        return Refusal("R38", "The portal does not show accepted estimates.")
    return True


def _why_for(reach: Reach, estimate: Estimate, _choices: Proposals) -> str:
    holder = reach.billed_by(estimate.customer_id, estimate.location_id)
    return f"The email has Billing access on {holder.named}." if holder else "A link opens it."


def _why_shown(_reach: Reach, estimate: Estimate, _choices: Proposals) -> str:
    return "The estimate is open." if is_open(estimate) else "The estimate was accepted."


ESTIMATE_RULES = (
    Rule("R36", "Has the email Billing access on the estimate's customer?", is_for, _why_for),
    Rule("R38", "Is it active, approved, and open or accepted?", _is_let_through, _why_shown),
)
"""What every estimate is asked, wherever it is met."""


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
    return may_see_estimate(context.reach, row, context.policy.proposals)


async def own_estimates(
    context: Context, customer: int | None = None, location: int | None = None
) -> list[Estimate]:
    """Return every visible estimate at the places with Billing access; whole, or UpstreamError.

    ServiceTitan finds estimates by their location, and knows no question by customer. With
    `customer`, only that one's, at its own places; with `location`, only that place's.
    """
    places = [
        place.id for place in context.reach.places_showing(AccessLevel.BILLING, customer, location)
    ]
    answers = await context.under(ESTIMATES, "location_id", places)
    rows = visible((row for answer in answers for row in whole(answer)), context)
    return [row for row in rows if customer in {None, row.customer_id}]


async def estimates(
    context: Context, keys: Sequence[int]
) -> Sequence[Estimate | UpstreamError | None]:
    """Return the visible estimate of each id, None where there is none."""
    return await context.many(ESTIMATES, keys, lambda row: _sees(row, context))


async def estimate(context: Context, key: int) -> Estimate:
    """Return the visible estimate of this id; raises NotFound (R14) or UpstreamError."""
    (found,) = await estimates(context, [key])
    if isinstance(found, UpstreamError):
        raise found
    if found is None:
        raise NotFound
    return found
