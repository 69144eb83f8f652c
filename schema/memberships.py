"""Memberships."""

import strawberry

from adapters.servicetitan import memberships as model
from resolvers import customers, locations, memberships, promised_work
from resolvers.membership_visits import visits_of_memberships
from resolvers.moments import business_day
from schema.edges import edge, field, later, tells
from schema.info import Info
from schema.needs import BILLING
from schema.node import Node, by_id, shows
from schema.paged_edges import paged_edge
from schema.scalars import Day, Money
from schema.words import MembershipStatus

Parent = strawberry.Parent[model.Membership]
Customer = later("Customer", "schema.customers")
Location = later("Location", "schema.locations")
Invoice = later("Invoice", "schema.invoices")
Equipment = later("Equipment", "schema.equipment")
Visit = later("Visit", "schema.visits")


def _customer(membership: Parent, info: Info) -> object:
    return customers.customer_in(info.context.reach, membership.customer_id)


def _location(membership: Parent, info: Info) -> object:
    return locations.location_in(info.context.reach, membership.location_id)


@strawberry.type(description="What a customer has subscribed to.", directives=BILLING)
class Membership(Node):
    """Shows a membership that is open to the viewer."""

    is_type_of = shows(model.Membership)

    name: str = edge(memberships.names_of, str, "What it is called, as customers are to know it.")

    @tells("How it stands.")
    def status(membership: Parent) -> MembershipStatus:
        return memberships.status_of(membership)

    @tells("Its first day.")
    def starts_on(membership: Parent) -> Day | None:
        day = memberships.starts_on(membership)
        return None if day is None else Day(day)

    @tells("Its last day; null: it goes on.")
    def ends_on(membership: Parent) -> Day | None:
        day = business_day(membership.to)
        return None if day is None else Day(day)

    @tells("How often it is billed, such as Monthly.")
    def billing_frequency(membership: Parent) -> str | None:
        return memberships.frequency_of(membership)

    @tells("The day it is billed next.")
    def next_billing_on(membership: Parent) -> Day | None:
        day = business_day(membership.next_scheduled_bill_date)
        return None if day is None else Day(day)

    price: Money | None = edge(
        memberships.prices_of,
        Money | None,
        "What each billing comes to before tax; null where no bill is prepared.",
    )
    customer = field(_customer, Customer | None, "Whose membership it is, where in reach.")
    location = field(
        _location, Location | None, "The place it is for; null: every location of the customer."
    )
    visits = paged_edge(
        visits_of_memberships, Visit, "The visits it promises, the first due first."
    )
    equipment = paged_edge(
        promised_work.equipment_of_memberships,
        Equipment,
        "The machines at its location, or at all of the customer's, by name.",
    )
    invoices = paged_edge(
        promised_work.invoices_of_memberships, Invoice, "Its visible invoices, newest first."
    )


@strawberry.type
class MembershipQuery:
    """A membership by its id."""

    membership: Membership | None = by_id(
        "Membership", Membership | None, "A membership by its id."
    )
