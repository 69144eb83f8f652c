"""The lists of service agreements and memberships: all in reach, and a customer's."""

import strawberry

from resolvers import access, agreements, customers, locations, memberships
from resolvers.policy import Screen
from schema.arguments import After, Before, CustomerId, First, Last, LocationId
from schema.connections import connection_of, paged, paging
from schema.edges import field, later
from schema.info import Info, given
from schema.needs import BILLING

Agreements = connection_of(later("ServiceAgreement", "schema.agreements"))
Memberships = connection_of(later("Membership", "schema.memberships"))
Party = strawberry.Parent[access.Party]


async def _agreements(
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
    customer_id: CustomerId = strawberry.UNSET,
    location_id: LocationId = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    customer = customers.asked_customer(info.context, given(customer_id))
    location = locations.asked_location(info.context, given(location_id))
    return paged(info, await agreements.agreements_by(info.context, customer, location), asked)


async def _agreements_of(
    customer: Party,
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    return paged(info, await agreements.agreements_by(info.context, customer.id), asked)


async def _memberships(
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
    customer_id: CustomerId = strawberry.UNSET,
    location_id: LocationId = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    customer = customers.asked_customer(info.context, given(customer_id))
    location = locations.asked_location(info.context, given(location_id))
    return paged(info, await memberships.memberships_by(info.context, customer, location), asked)


async def _memberships_of(
    customer: Party,
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    return paged(info, await memberships.memberships_by(info.context, customer.id), asked)


AGREEMENTS_OF_VIEWER = field(
    _agreements,
    Agreements | None,
    "Service agreements in the statuses the tenant shows, the latest to start first.",
    screen=Screen.SERVICE_AGREEMENTS,
)
AGREEMENTS_OF_CUSTOMER = field(
    _agreements_of,
    Agreements | None,
    "This customer's service agreements, the latest to start first.",
    directives=BILLING,
    screen=Screen.SERVICE_AGREEMENTS,
)
MEMBERSHIPS_OF_VIEWER = field(
    _memberships,
    Memberships | None,
    "Memberships, those that are over too, the latest to start first.",
    screen=Screen.MEMBERSHIPS,
)
MEMBERSHIPS_OF_CUSTOMER = field(
    _memberships_of,
    Memberships | None,
    "This customer's memberships, the latest to start first.",
    directives=BILLING,
    screen=Screen.MEMBERSHIPS,
)
