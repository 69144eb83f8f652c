"""The lists of service agreements and memberships: all in reach, and a customer's."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from resolvers import access, agreements, customers, locations, memberships
from resolvers.paging import Listing
from resolvers.policy import Screen
from schema.arguments import After, Before, CustomerId, First, Last, LocationId
from schema.connections import connection_of, paged, paging
from schema.edges import field, later
from schema.info import Info, given
from schema.needs import BILLING

Agreements = connection_of(later("ServiceAgreement", "schema.agreements"))
Memberships = connection_of(later("Membership", "schema.memberships"))
Party = strawberry.Parent[access.Party]
By = Callable[..., Awaitable[Listing[Any]]]
Resolve = Callable[..., Awaitable[object]]


def _all(by: By) -> Resolve:
    """Everything in reach that `by` lists, narrowed as asked."""

    async def resolve(
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
        return paged(info, await by(info.context, customer, location), asked)

    return resolve


def _of_customer(by: By) -> Resolve:
    """What `by` lists of one customer."""

    async def resolve(
        customer: Party,
        info: Info,
        first: First = 20,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> object:
        asked = paging(info, first, after, last, before)
        return paged(info, await by(info.context, customer.id), asked)

    return resolve


AGREEMENTS_OF_VIEWER = field(
    _all(agreements.agreements_by),
    Agreements | None,
    "Service agreements in the statuses the tenant shows, the latest to start first.",
    screen=Screen.SERVICE_AGREEMENTS,
)
AGREEMENTS_OF_CUSTOMER = field(
    _of_customer(agreements.agreements_by),
    Agreements | None,
    "This customer's service agreements, the latest to start first.",
    directives=BILLING,
    screen=Screen.SERVICE_AGREEMENTS,
)
MEMBERSHIPS_OF_VIEWER = field(
    _all(memberships.memberships_by),
    Memberships | None,
    "Memberships, those that are over too, the latest to start first.",
    screen=Screen.MEMBERSHIPS,
)
MEMBERSHIPS_OF_CUSTOMER = field(
    _of_customer(memberships.memberships_by),
    Memberships | None,
    "This customer's memberships, the latest to start first.",
    directives=BILLING,
    screen=Screen.MEMBERSHIPS,
)
