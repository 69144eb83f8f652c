"""Who is asking, and the screens of their portal."""

from enum import Enum

import strawberry

from resolvers import bill_to, customers, invoices, job_lists, links, locations
from resolvers import viewer as model
from resolvers.ids import global_id
from schema import (
    agreement_lists,
    equipment_lists,
    payment_methods,
    payment_quotes,
    payments,
    proposal_lists,
    visits,
)
from schema.arguments import After, Before, CustomerId, First, Last, LocationId, PaidSoFar, UnderTab
from schema.connections import connection_of, paged, paging
from schema.edges import field, later, list_of, tells
from schema.info import Info, given
from schema.tasks import Tasks
from schema.words import Screen

Parent = strawberry.Parent[model.Viewer]
Customers = connection_of(later("Customer", "schema.customers"))
Locations = connection_of(later("Location", "schema.locations"))
Invoices = connection_of(later("Invoice", "schema.invoices"))
Jobs = connection_of(later("Job", "schema.jobs"))
Counts = later("JobCounts", "schema.jobs")


@strawberry.enum(description="By which door somebody came in.")
class ViewerKind(Enum):
    """The graph's words; nobody who may ask for `viewer` is anonymous."""

    CUSTOMER = strawberry.enum_value("CUSTOMER", description="Signed in to the portal.")
    PAYMENT_LINK = strawberry.enum_value(
        "PAYMENT_LINK", description="By a link that opens one invoice."
    )
    ESTIMATE_LINK = strawberry.enum_value(
        "ESTIMATE_LINK", description="By a link that opens the estimates it was made for."
    )
    STAFF = strawberry.enum_value("STAFF", description="A member of the office's staff.")


async def _customers(
    info: Info,
    first: First = 100,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    return paged(info, await bill_to.bill_to_list(info.context), asked)


def _locations(
    info: Info,
    first: First = 100,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
    customer_id: CustomerId = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    customer = customers.asked_customer(info.context, given(customer_id))
    return paged(info, locations.own_locations(info.context.reach, customer), asked)


async def _invoices(
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    last: Last = strawberry.UNSET,
    before: Before = strawberry.UNSET,
    customer_id: CustomerId = strawberry.UNSET,
    location_id: LocationId = strawberry.UNSET,
    status: PaidSoFar = strawberry.UNSET,
) -> object:
    asked = paging(info, first, after, last, before)
    customer = customers.asked_customer(info.context, given(customer_id))
    location = locations.asked_location(info.context, given(location_id))
    rows = await invoices.invoices_by(info.context, customer, location, given(status))
    return paged(info, rows, asked)


async def _jobs(
    info: Info,
    tab: UnderTab,
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
    return paged(info, await job_lists.jobs_under(info.context, tab, customer, location), asked)


async def _job_counts(
    info: Info,
    customer_id: CustomerId = strawberry.UNSET,
    location_id: LocationId = strawberry.UNSET,
) -> object:
    customer = customers.asked_customer(info.context, given(customer_id))
    location = locations.asked_location(info.context, given(location_id))
    return await job_lists.job_counts(info.context, customer, location)


async def _linked_invoice(info: Info) -> object:
    return await links.linked_invoice(info.context)


async def _linked_estimates(info: Info) -> object:
    return await links.linked_estimates(info.context)


def _tasks(info: Info) -> object:
    del info  # every way into a screen has it
    return Tasks()


@strawberry.type(description="Who is asking, and what they may see.")
class Viewer:
    """Shows the verified viewer."""

    @tells("Opaque, and stable for this person.")
    def id(viewer: Parent) -> strawberry.ID:
        return strawberry.ID(global_id("Viewer", viewer.key))

    @tells("By which door they came in.")
    def kind(viewer: Parent) -> ViewerKind:
        return ViewerKind(viewer.kind.value)

    email: str | None = strawberry.field(description="Their verified email.")

    @tells("The member of staff looking through this customer's eyes, if one is.")
    def acting_staff(viewer: Parent) -> str | None:
        return viewer.staff.email if viewer.staff is not None and viewer.only_looks else None

    customers = field(
        _customers,
        Customers | None,
        "Customer records in reach with a level other than NONE, in Bill To order: those with "
        "unpaid visible invoices first, alphabetical inside each group. For more than 50 records "
        "the order is alphabetical and hasUnpaidInvoices null: knowing costs a call for each.",
    )
    locations = field(
        _locations,
        Locations | None,
        "Places in reach, those of customers and those an email reaches alone.",
    )
    linked_invoice = field(
        _linked_invoice,
        later("Invoice", "schema.invoices") | None,
        "The invoice that a direct link opens; null for everybody else.",
    )
    linked_estimates = field(
        _linked_estimates,
        list_of(later("Estimate", "schema.estimates")) | None,
        "The estimates that a direct link opens; null for everybody else.",
    )
    tasks = field(
        _tasks,
        Tasks | None,
        "My Tasks: pending action items, by the same rules as the screens they lead to.",
        screen=Screen.MY_TASKS,
    )
    invoices = field(
        _invoices, Invoices | None, "Visible invoices, newest first.", screen=Screen.INVOICES
    )
    proposals = proposal_lists.OF_VIEWER
    equipment = equipment_lists.OF_VIEWER
    service_agreements = agreement_lists.AGREEMENTS_OF_VIEWER
    memberships = agreement_lists.MEMBERSHIPS_OF_VIEWER
    unscheduled_visits = visits.OF_VIEWER
    payments = payments.OF_VIEWER
    payment_methods = payment_methods.OF_VIEWER
    payment_quote = payment_quotes.OF_VIEWER
    jobs = field(_jobs, Jobs | None, "Jobs in reach under one tab.", screen=Screen.JOBS)
    job_counts = field(
        _job_counts,
        Counts | None,
        "How many jobs stand under each tab; one pass answers all five.",
        screen=Screen.JOBS,
    )


def _viewer(info: Info) -> object:
    viewer = info.context.viewer
    if viewer.kind is model.ViewerKind.ANONYMOUS:
        return None
    _ = info.context.reach  # until people can be looked up, this is the one error of the answer
    return viewer


@strawberry.type
class ViewerQuery:
    """Who is asking."""

    viewer = field(
        _viewer,
        Viewer | None,
        "Who is asking. Null for an anonymous request, which may ask portal and __typename and "
        "nothing else.",
    )
