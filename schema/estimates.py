"""Estimates."""

from operator import attrgetter

import strawberry

from adapters.servicetitan import estimates as model
from resolvers import estimate_prices, estimates
from resolvers.accepted_estimates import Decided, decisions_on
from resolvers.document_addresses import estimate_address
from resolvers.estimate_versions import version_of
from resolvers.moments import day_in
from resolvers.proposals import proposals_of_estimates
from resolvers.prose import cleaned, plain
from schema.document_links import document
from schema.edges import edge, field, later, tells
from schema.estimate_items import EstimateItem
from schema.info import Info
from schema.needs import BILLING
from schema.node import Node, by_id, shows
from schema.scalars import URL, Day, Instant, Money, RichText
from schema.words import EstimateStatus

Parent = strawberry.Parent[model.Estimate]
Offer = strawberry.Parent[estimate_prices.FinancingOffer]
Proposal = later("Proposal", "schema.proposals")


@strawberry.type(description="A way to pay for an estimate in parts.")
class Financing:
    """Shows the tenant's financing beside one open estimate (R40)."""

    @tells("What the offer is called.")
    def label(offer: Offer) -> str:
        return offer.financing.label

    @tells("What it would be a month, at the least; null where the tenant does not say.")
    def as_low_as(offer: Offer) -> Money | None:
        monthly = estimate_prices.as_low_as(offer)
        return None if monthly is None else Money(monthly)

    @tells("Where to apply for it.")
    def apply_url(offer: Offer) -> URL | None:
        told = offer.financing.apply_url
        return None if told is None else URL(told)


def _financing(estimate: Parent, info: Info) -> object:
    return estimate_prices.financing_of(estimate, info.context.policy.financing)


def _items(estimate: Parent) -> object:
    return estimate_prices.items_of(estimate)


def _when(decided: Decided) -> Instant | None:
    return None if decided.at is None else Instant(decided.at)


@strawberry.type(description="One option of a proposal, with its price.", directives=BILLING)
class Estimate(Node):
    """Shows an estimate in sight."""

    is_type_of = shows(model.Estimate)

    @tells("The number the office knows it by.")
    def number(estimate: Parent) -> str:
        return estimates.number_of(estimate)

    @tells("What is offered.")
    def name(estimate: Parent) -> str:
        return estimates.name_of(estimate)

    proposal_tag_name: str | None = strawberry.field(
        name="optionLabel", description="The option's label, such as Good, Better, Best."
    )
    is_recommended: bool = strawberry.field(
        description="Whether the office recommends it among its proposal's options."
    )

    @tells("Whether it waits for a decision.")
    def status(estimate: Parent) -> EstimateStatus:
        return estimates.status_of(estimate)

    @tells("What would be done, in plain text.")
    def summary(estimate: Parent) -> str | None:
        return plain(estimate.summary)

    @tells("The same as rich text.")
    def summary_html(estimate: Parent) -> RichText | None:
        told = cleaned(estimate.summary)
        return None if told is None else RichText(told)

    @tells("The sum of its items before tax.")
    def subtotal(estimate: Parent) -> Money:
        return Money(estimate_prices.figure(estimate.subtotal))

    @tells("Sales tax.")
    def tax(estimate: Parent) -> Money:
        return Money(estimate_prices.figure(estimate.tax))

    @tells("What it comes to, tax included.")
    def total(estimate: Parent) -> Money:
        return Money(estimate_prices.total(estimate))

    items = field(_items, list[EstimateItem], "What is offered, line by line.")

    @tells("The day it was drawn up.")
    def created_on(estimate: Parent, info: Info) -> Day | None:
        day = day_in(info.context.zone, estimate.created_on)
        return None if day is None else Day(day)

    accepted_at: Instant | None = edge(
        decisions_on, Instant | None, "When it was accepted; null while it is open.", shown=_when
    )
    accepted_by: str | None = edge(
        decisions_on,
        str | None,
        "Who accepted it here; null where it was accepted elsewhere, or is open.",
        shown=attrgetter("by"),
    )

    @tells("What is to be paid on accepting it; null where nothing is, or it is accepted.")
    def deposit_due(estimate: Parent) -> Money | None:
        due = estimate_prices.deposit_due(estimate)
        return None if due is None else Money(due)

    financing = field(
        _financing,
        Financing | None,
        "How to pay in parts; null where the tenant offers no financing, or it is accepted.",
    )

    pdf_url: URL | None = document(
        estimate_address,
        "Made by the gateway from the tenant's template for this business unit; null where there "
        "is none.",
    )

    @tells(
        "A digest of what was shown; accepting echoes it, so that what is signed is what was read. "
        "It does not change when the estimate is accepted."
    )
    def version(estimate: Parent) -> str:
        return version_of(estimate)

    proposal = edge(proposals_of_estimates, Proposal | None, "The proposal it is an option of.")


@strawberry.type
class EstimateQuery:
    """An estimate by its id."""

    estimate: Estimate | None = by_id("Estimate", Estimate | None, "A visible estimate by its id.")
