"""The lists of proposals: all in reach, a customer's, and a job's."""

from typing import Annotated

import strawberry

from resolvers import access, customers, locations, proposals
from schema.arguments import After, Before, CustomerId, First, Last, LocationId
from schema.connections import connection_of, paged, paging
from schema.edges import edge, field, later, list_of
from schema.info import Info, given
from schema.needs import BILLING
from schema.words import ProposalStatus, Screen

Party = strawberry.Parent[access.Party]
Proposal = later("Proposal", "schema.proposals")
Proposals = connection_of(Proposal)
DecidedSoFar = Annotated[
    ProposalStatus | None,
    strawberry.argument(description="Only proposals that are decided this far."),
]


async def _of_viewer(
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
    customer_id: CustomerId = strawberry.UNSET,
    location_id: LocationId = strawberry.UNSET,
    status: DecidedSoFar = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    customer = customers.asked_customer(info.context, given(customer_id))
    location = locations.asked_location(info.context, given(location_id))
    rows = await proposals.proposals_by(info.context, customer, location, given(status))
    return paged(info, rows, asked)


async def _of_customer(
    customer: Party,
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
    location_id: LocationId = strawberry.UNSET,
    status: DecidedSoFar = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    location = locations.asked_location(info.context, given(location_id))
    rows = await proposals.proposals_by(info.context, customer.id, location, given(status))
    return paged(info, rows, asked)


OF_VIEWER = field(
    _of_viewer,
    Proposals | None,
    "Proposals at the places in reach, newest first.",
    screen=Screen.PROPOSALS,
)
OF_CUSTOMER = field(
    _of_customer,
    Proposals | None,
    "This customer's proposals, newest first.",
    directives=BILLING,
    screen=Screen.PROPOSALS,
)
OF_JOB = edge(
    proposals.proposals_of_jobs,
    list_of(Proposal) | None,
    "The proposal drawn up for it, if any is in sight.",
    directives=BILLING,
)
