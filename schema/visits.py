"""Visits that agreements and memberships promise."""

import strawberry

from resolvers import access, booking, customers, locations, visits
from resolvers.policy import Screen
from resolvers.unscheduled import unscheduled_visits
from schema.arguments import CustomerId, LocationId
from schema.edges import edge, field, later, list_of, tells
from schema.info import Info, given
from schema.node import Node, shows
from schema.scalars import URL, Day
from schema.words import BookingKind, VisitState

Parent = strawberry.Parent[visits.Visit]
Party = strawberry.Parent[access.Party]
Location = later("Location", "schema.locations")
Job = later("Job", "schema.jobs")
ServiceAgreement = later("ServiceAgreement", "schema.agreements")
Membership = later("Membership", "schema.memberships")
WAITING = (
    "Agreement visits waiting for a date, the first due first. Null, not empty, where there are "
    "none or the tenant hides them."
)


@strawberry.type(description="How a visit gets booked; nothing is booked through this graph.")
class BookingAction:
    """Shows what to do."""

    kind: BookingKind = strawberry.field(description="By a call, or on a page.")
    phone: str | None = strawberry.field(description="The number of the office.")
    url: URL | None = strawberry.field(description="The scheduler's page; null for a call.")


def _location(visit: Parent, info: Info) -> object:
    return visits.place_of(visit, info.context.reach)


def _agreement(visit: Parent, info: Info) -> object:
    return visits.agreement_of(visit, info.context)


def _membership(visit: Parent, info: Info) -> object:
    return visits.membership_of(visit, info.context)


@strawberry.type(description="A visit that a service agreement or a membership promises.")
class Visit(Node):
    """Shows a promised visit in sight."""

    is_type_of = shows(visits.Visit)

    name: str = strawberry.field(description="What is done, such as Fall tune-up.")
    status: VisitState = edge(
        visits.states_of,
        VisitState,
        "How far it has come: as its job has, where the job is in reach.",
    )
    due_on: Day | None = strawberry.field(description="The day it is due, which is not its date.")
    location = field(_location, Location | None, "Where it takes place.")
    job = edge(visits.jobs_of_visits, Job | None, "The job it became; null until it is booked.")

    @tells(
        "The agreement it belongs to, by name, also for a viewer who may not open the agreement; "
        "null for a membership's."
    )
    def agreement_name(visit: Parent) -> str | None:
        return visits.agreement_name_of(visit)

    agreement = field(
        _agreement, ServiceAgreement | None, "The agreement it belongs to, where the viewer may."
    )
    membership = field(
        _membership, Membership | None, "The membership it belongs to, where the viewer may."
    )
    booking: BookingAction | None = edge(
        booking.bookings_of,
        BookingAction | None,
        "How to get it booked; null where there is nothing to book, or no way to.",
    )


async def _of_viewer(
    info: Info,
    customer_id: CustomerId = strawberry.UNSET,
    location_id: LocationId = strawberry.UNSET,
) -> object:
    customer = customers.asked_customer(info.context, given(customer_id))
    location = locations.asked_location(info.context, given(location_id))
    return await unscheduled_visits(info.context, customer, location)


async def _of_customer(
    customer: Party, info: Info, location_id: LocationId = strawberry.UNSET
) -> object:
    location = locations.asked_location(info.context, given(location_id))
    return await unscheduled_visits(info.context, customer.id, location)


OF_VIEWER = field(_of_viewer, list_of(Visit) | None, WAITING, screen=Screen.JOBS)
OF_CUSTOMER = field(_of_customer, list_of(Visit) | None, WAITING, screen=Screen.JOBS)
