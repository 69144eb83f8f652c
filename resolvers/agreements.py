"""Service agreements: what was promised to a customer at its places, and who may look into it."""

from collections.abc import Sequence
from datetime import date
from enum import Enum

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.service_agreements import (
    SERVICE_AGREEMENTS,
    BillingSchedule,
    ServiceAgreement,
)
from adapters.servicetitan.service_agreements import AgreementStatus as Told
from resolvers.access import Party, Place, Reach, rank, reaches
from resolvers.context import Context
from resolvers.cursors import Spot
from resolvers.errors import NotFound
from resolvers.levels import AccessLevel
from resolvers.locations import location_in
from resolvers.paging import Listing
from resolvers.policy import Agreements
from resolvers.rules import Rule, always, judged
from resolvers.verdict import Refusal, Verdict


class AgreementStatus(Enum):
    """How the portal words an agreement's status: Activated is ACTIVE."""

    DRAFT = "DRAFT"
    SENT = "SENT"
    REJECTED = "REJECTED"
    ACCEPTED = "ACCEPTED"
    ACTIVE = "ACTIVE"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    AUTO_RENEW = "AUTO_RENEW"
    UNKNOWN = "UNKNOWN"


_WORDED = {Told.ACTIVATED: AgreementStatus.ACTIVE}
_SCHEDULES = {
    BillingSchedule.UPFRONT: "Upfront",
    BillingSchedule.MONTHLY: "Monthly",
    BillingSchedule.EVERY_OTHER_MONTH: "Every other month",
    BillingSchedule.QUARTERLY: "Quarterly",
    BillingSchedule.BIANNUAL: "Twice a year",
    BillingSchedule.ANNUAL: "Annually",
    BillingSchedule.TIME_OF_SERVICE: "At the time of service",
    BillingSchedule.CUSTOM: "As agreed",
}


def status_of(agreement: ServiceAgreement) -> AgreementStatus:
    """How does the portal word this agreement's status?"""
    return _WORDED.get(agreement.status) or AgreementStatus[agreement.status.name]


def name_of(agreement: ServiceAgreement) -> str:
    """What is this agreement called?"""
    return agreement.name or "Service agreement"


def schedule_of(agreement: ServiceAgreement) -> str | None:
    """When is it billed, in words a customer knows?"""
    schedule = agreement.billing_schedule
    return None if schedule is None else _SCHEDULES[schedule]


def is_activated(agreement: ServiceAgreement) -> bool:
    """Is it Active, which ServiceTitan calls Activated (R54)? Its status alone decides (Q14)."""
    return agreement.status is Told.ACTIVATED


def is_running(agreement: ServiceAgreement, today: date) -> bool:
    """Is it Active, and its last day not over (Q14)? Then its unscheduled visits are still owed."""
    return is_activated(agreement) and (agreement.end_date is None or agreement.end_date >= today)


def least_for(choices: Agreements) -> AccessLevel:
    """Which level does it take to open an agreement or a membership (R8, Q2)?"""
    return AccessLevel.BILLING if choices.gate_by_billing else AccessLevel.NON_BILLING


def may_see_agreement(reach: Reach, agreement: ServiceAgreement, choices: Agreements) -> Verdict:
    """May this viewer open this agreement (R70, R71)?"""
    return judged(AGREEMENT_RULES, reach, agreement, choices)


def is_shown(_reach: Reach, agreement: ServiceAgreement, choices: Agreements) -> Verdict:
    """Does the account show agreements in this status (R70)?"""
    if agreement.status.value in choices.statuses:
        return True
    return Refusal("R70", "The account shows no agreements in this status.")


def is_open_to(reach: Reach, agreement: ServiceAgreement, choices: Agreements) -> Verdict:
    """Has this viewer the level it takes on a place that it covers (R71)? One place is enough."""
    least = least_for(choices)
    if covers_any(reach, agreement, least):
        return True
    if least is AccessLevel.BILLING:
        return Refusal("R71", "It takes Billing access on a location that the agreement covers.")
    return Refusal("R6", "No location that the agreement covers is in reach.")


def _why_shown(_reach: Reach, agreement: ServiceAgreement, _choices: Agreements) -> str:
    return f"The account shows agreements in the status {agreement.status.value}."


AGREEMENT_RULES = (
    Rule("R70", "Does the account show agreements in its status?", is_shown, _why_shown),
    Rule(
        "R71",
        "Has the email the level it takes on a location that the agreement covers?",
        is_open_to,
        always("The email has the level it takes on at least one of the places it is for."),
    ),
)
"""What every agreement is asked, wherever it is met."""


def may_know_of(reach: Reach, agreement: ServiceAgreement) -> Verdict:
    """May this viewer be told by name of what a visit of theirs belongs to (R55)?"""
    if covers_any(reach, agreement, AccessLevel.NON_BILLING):
        return True
    return Refusal("R6", "No location that the agreement covers is in reach.")


def covers_any(reach: Reach, agreement: ServiceAgreement, least: AccessLevel) -> bool:
    """Does it cover a place with this level? Without places of its own, the customer decides.

    A place counts only where it is the agreement's customer's own, as for invoices (R18).
    """
    places: Sequence[int | None] = agreement.location_ids or (None,)
    return any(reaches(reach.billed(agreement.customer_id, place), least) for place in places)


def deciding_of(reach: Reach, agreement: ServiceAgreement) -> Party | Place | None:
    """Whose level opens it furthest, of the places it covers?"""
    places: Sequence[int | None] = agreement.location_ids or (None,)
    near = (reach.billed_by(agreement.customer_id, place) for place in places)
    known = [holder for holder in near if holder is not None]
    return max(known, key=lambda holder: rank(holder.level), default=None)


def covered(agreement: ServiceAgreement, context: Context) -> list[Place]:
    """Which of its places may this viewer see that it covers? The others are pruned (R71)."""
    least = least_for(context.policy.agreements)
    places = (location_in(context.reach, of) for of in agreement.location_ids)
    return [
        place
        for place in places
        if place is not None
        and reaches(context.reach.billed(agreement.customer_id, place.id), least)
    ]


async def known_agreements(context: Context) -> list[ServiceAgreement]:
    """Return the agreements at places in reach, in any status, open to the viewer or not."""
    return await context.own(SERVICE_AGREEMENTS, lambda row: may_know_of(context.reach, row))


async def own_agreements(context: Context, customer: int | None = None) -> list[ServiceAgreement]:
    """Return every agreement that is open to the viewer, the latest to start first."""
    choices = context.policy.agreements
    agreements = await context.own(
        SERVICE_AGREEMENTS,
        lambda row: may_see_agreement(context.reach, row, choices),
        least_for(choices),
        customer,
    )
    return sorted(agreements, key=lambda row: (row.start_date or date.min, row.id), reverse=True)


async def agreements_by(
    context: Context, customer: int | None = None, location: int | None = None
) -> Listing[ServiceAgreement]:
    """Return the Service agreements screen, the latest to start first, narrowed as asked."""
    rows: list[ServiceAgreement] = await context.once(own_agreements, customer)
    return Listing(
        rows=[row for row in rows if location is None or _is_shown_at(row, location, context)],
        spot=lambda row: Spot(row.start_date, row.id),
        name=f"agreements {customer} {location}",
        newest_first=True,
    )


def _is_shown_at(agreement: ServiceAgreement, location: int, context: Context) -> bool:
    return any(place.id == location for place in covered(agreement, context))


async def agreement(context: Context, key: int) -> ServiceAgreement:
    """Return the agreement of this id; raises NotFound (R14) or UpstreamError."""
    choices = context.policy.agreements
    (found,) = await context.many(
        SERVICE_AGREEMENTS, [key], lambda row: may_see_agreement(context.reach, row, choices)
    )
    if isinstance(found, UpstreamError):
        raise found
    if found is None:
        raise NotFound
    return found
