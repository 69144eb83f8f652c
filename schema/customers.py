"""Customers."""

import strawberry

from adapters.servicetitan.addresses import Address as AddressModel
from adapters.servicetitan.customers import Customer as CustomerModel
from resolvers import access, bill_to, customers, invoices, job_lists, locations
from schema import agreement_lists, equipment_lists, proposal_lists, visits
from schema.addresses import Address
from schema.arguments import After, Before, First, Last, LocationId, PaidSoFar, UnderTab
from schema.connections import connection_of, paged, paging
from schema.edges import edge, field, later
from schema.info import Info, given
from schema.needs import BILLING
from schema.node import Node, by_id, shows
from schema.scalars import Money
from schema.words import AccessLevel, CustomerType, Screen

Party = strawberry.Parent[access.Party]
Invoices = connection_of(later("Invoice", "schema.invoices"))
Jobs = connection_of(later("Job", "schema.jobs"))
Counts = later("JobCounts", "schema.jobs")
Locations = connection_of(later("Location", "schema.locations"))


def _address(record: CustomerModel) -> AddressModel | None:
    return record.address


def _locations(
    customer: Party,
    info: Info,
    first: First = 100,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    return paged(info, locations.own_locations(info.context.reach, customer.id), asked)


async def _invoices(
    customer: Party,
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
    location_id: LocationId = strawberry.UNSET,
    status: PaidSoFar = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    location = locations.asked_location(info.context, given(location_id))
    rows = await invoices.invoices_by(info.context, customer.id, location, given(status))
    return paged(info, rows, asked)


async def _jobs(
    customer: Party,
    info: Info,
    tab: UnderTab,
    first: First = 20,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
    location_id: LocationId = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    location = locations.asked_location(info.context, given(location_id))
    return paged(info, await job_lists.jobs_under(info.context, tab, customer.id, location), asked)


async def _job_counts(
    customer: Party, info: Info, location_id: LocationId = strawberry.UNSET
) -> object:
    location = locations.asked_location(info.context, given(location_id))
    return await job_lists.job_counts(info.context, customer.id, location)


@strawberry.type(description="A customer record: whoever is billed.")
class Customer(Node):
    """Shows a customer in reach."""

    is_type_of = shows(access.Party)

    name: str = strawberry.field(description="The customer's name.")
    type: CustomerType = strawberry.field(description="Household or business.")
    level: AccessLevel = strawberry.field(
        name="accessLevel", description="The viewer's level on this customer."
    )
    address: Address | None = edge(
        customers.records_of, Address | None, "The Bill-To address.", shown=_address
    )
    balance: Money | None = edge(
        bill_to.balances_of,
        Money | None,
        "The account's balance; null unless every place of the customer is in sight.",
        directives=BILLING,
    )
    total_due: Money | None = edge(
        bill_to.dues_of,
        Money | None,
        "Σ of the visible open balances; null when any part could not be read.",
        directives=BILLING,
    )
    has_unpaid_invoices: bool | None = edge(
        bill_to.unpaid_of,
        bool | None,
        "Whether a visible invoice is unpaid; null for a viewer of more than 50 customers.",
        directives=BILLING,
    )

    locations = field(_locations, Locations | None, "The customer's places in reach.")
    invoices = field(
        _invoices,
        Invoices | None,
        "Invoices billed to this customer, newest first.",
        directives=BILLING,
        screen=Screen.INVOICES,
    )
    proposals = proposal_lists.OF_CUSTOMER
    equipment = equipment_lists.OF_CUSTOMER
    service_agreements = agreement_lists.AGREEMENTS_OF_CUSTOMER
    memberships = agreement_lists.MEMBERSHIPS_OF_CUSTOMER
    unscheduled_visits = visits.OF_CUSTOMER
    jobs = field(_jobs, Jobs | None, "This customer's jobs under one tab.", screen=Screen.JOBS)
    job_counts = field(
        _job_counts,
        Counts | None,
        "How many of this customer's jobs stand under each tab.",
        screen=Screen.JOBS,
    )


@strawberry.type
class CustomerQuery:
    """A customer by its id."""

    customer: Customer | None = by_id("Customer", Customer | None, "A customer in reach by its id.")
