"""Locations."""

import strawberry

from resolvers import access, customers, job_lists, locations
from schema import equipment_lists
from schema.addresses import Address
from schema.arguments import After, Before, First, Last, UnderTab
from schema.connections import connection_of, paged, paging
from schema.edges import edge, field, later
from schema.info import Info
from schema.node import Node, shows
from schema.words import AccessLevel, Screen

Place = strawberry.Parent[access.Place]
Jobs = connection_of(later("Job", "schema.jobs"))
Customer = later("Customer", "schema.customers")


def _customer(location: Place, info: Info) -> object:
    return customers.customer_in(info.context.reach, location.customer_id)


async def _jobs(
    location: Place,
    info: Info,
    tab: UnderTab,
    first: First = 20,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    rows = await job_lists.jobs_under(info.context, tab, location.customer_id, location.id)
    return paged(info, rows, asked)


@strawberry.type(description="A place where work is done.")
class Location(Node):
    """Shows a location in reach."""

    is_type_of = shows(access.Place)

    name: str = strawberry.field(description="What the place is called.")
    level: AccessLevel = strawberry.field(
        name="accessLevel", description="The viewer's level on this place."
    )
    address: Address | None = edge(locations.addresses_of, Address | None, "Where it is.")
    customer = field(
        _customer, Customer | None, "Whose place it is; null where only the place is in reach."
    )
    equipment = equipment_lists.OF_LOCATION
    jobs = field(_jobs, Jobs | None, "The jobs at this place under one tab.", screen=Screen.JOBS)
