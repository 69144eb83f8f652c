"""Memberships: what a customer has subscribed to, and who may look into it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import Enum

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.invoice_templates import INVOICE_TEMPLATES
from adapters.servicetitan.membership_types import MEMBERSHIP_TYPES, MembershipType
from adapters.servicetitan.memberships import MEMBERSHIPS, BillingFrequency, Membership
from adapters.servicetitan.memberships import MembershipStatus as Told
from resolvers.access import Reach, reaches
from resolvers.agreements import least_for
from resolvers.context import Context, whole
from resolvers.cursors import Spot
from resolvers.errors import NotFound
from resolvers.levels import AccessLevel
from resolvers.moments import business_day
from resolvers.paging import Listing
from resolvers.policy import Agreements
from resolvers.rules import Rule, always, judged
from resolvers.verdict import Refusal, Verdict


class MembershipStatus(Enum):
    """How a membership stands."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    CANCELED = "CANCELED"
    UNKNOWN = "UNKNOWN"


_UNNAMED = "Membership"
_FREQUENCIES = {
    BillingFrequency.ONE_TIME: "Once",
    BillingFrequency.MONTHLY: "Monthly",
    BillingFrequency.EVERY_OTHER_MONTH: "Every other month",
    BillingFrequency.QUARTERLY: "Quarterly",
    BillingFrequency.BI_ANNUAL: "Twice a year",
    BillingFrequency.ANNUAL: "Annually",
}


def may_see_membership(reach: Reach, membership: Membership, choices: Agreements) -> Verdict:
    """May this viewer open this membership, over or not (R4, R8, R76, R78)?"""
    return judged(MEMBERSHIP_RULES, reach, membership, choices)


def is_kept(_reach: Reach, membership: Membership, _choices: Agreements) -> Verdict:
    """Is it still in the office's books (R76)?"""
    if membership.status is Told.DELETED:
        return Refusal("R76", "The membership was deleted.")
    return True


def is_open_to(reach: Reach, membership: Membership, choices: Agreements) -> Verdict:
    """Has this viewer the level it takes where it holds (R4, R8)?

    For every location of the customer (without one of its own) that is the level on the customer
    (R78).
    """
    if reaches(_level(reach, membership), least_for(choices)):
        return True
    if membership.location_id is None:
        return Refusal("R78", "It takes the level on the customer: it covers every location.")
    return Refusal("R4", "It takes Billing access on the membership's location.")


def _why_open(reach: Reach, membership: Membership, _choices: Agreements) -> str:
    holder = reach.billed_by(membership.customer_id, membership.location_id)
    told = holder.named if holder else "every customer"
    return f"The email has the level it takes on {told}."


MEMBERSHIP_RULES = (
    Rule("R76", "Is the membership kept?", is_kept, always("The membership was not deleted.")),
    Rule("R78", "Has the email the level it takes where it holds?", is_open_to, _why_open),
)
"""What every membership is asked, wherever it is met."""


def may_know_of(reach: Reach, membership: Membership) -> Verdict:
    """May this viewer be told of the visits that this membership promises at their places?"""
    if membership.status is Told.DELETED:
        return Refusal("R76", "The membership was deleted.")
    customers = {place.customer_id for place in reach.places.values()}
    if membership.customer_id in customers or membership.customer_id in reach.parties:
        return True
    return Refusal("R1", "The membership's customer is out of reach.")


def may_see_price(reach: Reach, membership: Membership) -> Verdict:
    """May this viewer see what this membership costs (R8)? Money always takes Billing access."""
    if _level(reach, membership) is AccessLevel.BILLING:
        return True
    return Refusal("R8", "It takes Billing access to see what a membership costs.")


def _level(reach: Reach, membership: Membership) -> AccessLevel:
    return reach.billed(membership.customer_id, membership.location_id)


def status_of(membership: Membership) -> MembershipStatus:
    """How does this membership stand? One that was deleted is in nobody's sight (R76)."""
    return MembershipStatus[membership.status.name]


def is_called_off(membership: Membership) -> bool:
    """Was it canceled? One that expired may owe visits all the same (R79)."""
    return membership.status is Told.CANCELED


def frequency_of(membership: Membership) -> str | None:
    """How often is it billed, in words a customer knows?"""
    return _FREQUENCIES.get(membership.billing_frequency)


def starts_on(membership: Membership) -> date | None:
    """On which day did it begin, or will it?"""
    return business_day(membership.from_)


def title_of(told: MembershipType | None) -> str:
    """What is a membership of this type called: as customers are to know it, else by name (R75)?"""
    return _UNNAMED if told is None else told.display_name or told.name or _UNNAMED


async def names_of(memberships: Sequence[Membership], context: Context) -> Sequence[str]:
    """Return what each membership is called; its types are public reference data."""
    (answer,) = await context.under(MEMBERSHIP_TYPES, "all", [0])
    types = {row.id: row for row in whole(answer)}
    keys = [row.membership_type_id for row in memberships]
    return [title_of(None if key is None else types.get(key)) for key in keys]


async def prices_of(
    memberships: Sequence[Membership], context: Context
) -> Sequence[Decimal | UpstreamError | None]:
    """Return what each billing of a membership comes to, None where no template says it."""
    shown = [row for row in memberships if may_see_price(context.reach, row)]
    keys = [row.billing_template_id for row in shown]
    asked = list(dict.fromkeys(key for key in keys if key is not None))
    answers = await context.under(INVOICE_TEMPLATES, "id", asked)
    prices: dict[int, Decimal | UpstreamError | None] = {
        key: answer if isinstance(answer, UpstreamError) else next((t.total for t in answer), None)
        for key, answer in zip(asked, answers, strict=True)
    }
    by_membership = {row.id: prices[key] for row, key in zip(shown, keys, strict=True) if key}
    return [by_membership.get(row.id) for row in memberships]


async def known_memberships(context: Context) -> list[Membership]:
    """Return the memberships of customers near the viewer, open to them or not."""
    return await context.own(MEMBERSHIPS, lambda row: may_know_of(context.reach, row))


async def own_memberships(context: Context, customer: int | None = None) -> list[Membership]:
    """Return every membership that is open to the viewer, the latest to start first (R77)."""
    choices = context.policy.agreements
    memberships = await context.own(
        MEMBERSHIPS,
        lambda row: may_see_membership(context.reach, row, choices),
        least_for(choices),
        customer,
    )
    return sorted(memberships, key=lambda row: (starts_on(row) or date.min, row.id), reverse=True)


async def memberships_by(
    context: Context, customer: int | None = None, location: int | None = None
) -> Listing[Membership]:
    """Return the Memberships screen, the latest to start first, narrowed as asked.

    One that covers every location of its customer is at each of them.
    """
    rows: list[Membership] = await context.once(own_memberships, customer)
    return Listing(
        rows=[row for row in rows if _is_at(row, location, context.reach)],
        spot=lambda row: Spot(starts_on(row), row.id),
        name=f"memberships {customer} {location}",
        newest_first=True,
    )


def _is_at(membership: Membership, location: int | None, reach: Reach) -> bool:
    if location is None or membership.location_id is not None:
        return location in {None, membership.location_id}
    return reach.places[location].customer_id == membership.customer_id


async def membership(context: Context, key: int) -> Membership:
    """Return the membership of this id; raises NotFound (R14) or UpstreamError."""
    choices = context.policy.agreements
    (found,) = await context.many(
        MEMBERSHIPS, [key], lambda row: may_see_membership(context.reach, row, choices)
    )
    if isinstance(found, UpstreamError):
        raise found
    if found is None:
        raise NotFound
    return found
