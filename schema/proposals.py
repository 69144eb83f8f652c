"""Proposals."""

import strawberry

from resolvers import customers, locations, opportunities, proposals
from schema.edges import edge, field, later, list_of, tells
from schema.info import Info
from schema.needs import BILLING
from schema.node import Node, by_id, shows
from schema.scalars import Day
from schema.words import ProposalStatus

Parent = strawberry.Parent[opportunities.Proposal]
Customer = later("Customer", "schema.customers")
Location = later("Location", "schema.locations")
Job = later("Job", "schema.jobs")
Estimate = later("Estimate", "schema.estimates")


def _customer(proposal: Parent, info: Info) -> object:
    return customers.customer_in(info.context.reach, proposal.first.customer_id)


def _location(proposal: Parent, info: Info) -> object:
    return locations.location_in(info.context.reach, proposal.first.location_id)


def _estimates(proposal: Parent) -> object:
    return proposal.estimates


@strawberry.type(
    description="Every visible estimate of one opportunity: those written for the same job.",
    directives=BILLING,
)
class Proposal(Node):
    """Shows a proposal with at least one estimate in sight."""

    is_type_of = shows(opportunities.Proposal)

    @tells("The number of the job it was drawn up for, else of its first estimate.")
    def number(proposal: Parent) -> str:
        return opportunities.number_of_proposal(proposal)

    @tells("What is offered: the recommended option's name, else the first one's.")
    def name(proposal: Parent) -> str:
        return opportunities.name_of_proposal(proposal)

    @tells("OPEN while any option is open, though another was accepted.")
    def status(proposal: Parent) -> ProposalStatus:
        return opportunities.status_of(proposal)

    @tells("Whether one of its options was accepted; the others stay as they are.")
    def has_accepted_option(proposal: Parent) -> bool:
        return opportunities.has_accepted_option(proposal)

    customer = field(_customer, Customer | None, "For whom it was drawn up, where in reach.")
    location = field(_location, Location | None, "For which place, where in reach.")
    job = edge(proposals.jobs_of_proposals, Job | None, "For which job, where in reach.")

    @tells("The day its first option was drawn up.")
    def created_on(proposal: Parent, info: Info) -> Day | None:
        day = opportunities.created_on(proposal, info.context.zone)
        return None if day is None else Day(day)

    estimates = field(
        _estimates, list_of(Estimate), "Its options, in the order they were drawn up."
    )


@strawberry.type
class ProposalQuery:
    """A proposal by its id."""

    proposal: Proposal | None = by_id("Proposal", Proposal | None, "A visible proposal by its id.")
