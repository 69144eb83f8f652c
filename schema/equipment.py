"""Equipment and its warranties."""

from datetime import date

import strawberry

from adapters.servicetitan.installed_equipment import Equipment as Machine
from resolvers import customers, equipment, locations, warranties
from resolvers.moments import business_day
from resolvers.proposal_history import proposal_histories_of
from resolvers.service_history import histories_of
from schema.edges import field, later, tells
from schema.info import Info
from schema.needs import BILLING
from schema.node import Node, by_id, shows
from schema.paged_edges import paged_edge
from schema.scalars import Day
from schema.words import EquipmentStatus, WarrantyState

Parent = strawberry.Parent[Machine]
Promise = strawberry.Parent[warranties.Warranty]
Customer = later("Customer", "schema.customers")
Location = later("Location", "schema.locations")
Job = later("Job", "schema.jobs")
Proposal = later("Proposal", "schema.proposals")


def _shown(day: date | None) -> Day | None:
    return None if day is None else Day(day)


@strawberry.type(description="A promise to repair a machine, and how it stands today.")
class Warranty:
    """Shows one of a machine's two warranties."""

    @tells("Its first day; null where that is not told.")
    def starts_on(warranty: Promise) -> Day | None:
        return _shown(warranty.starts_on)

    @tells("Its last day; null where none is told: with a first day it goes on.")
    def ends_on(warranty: Promise) -> Day | None:
        return _shown(warranty.ends_on)

    state: WarrantyState = strawberry.field(
        description="How it stands today, by the tenant's calendar; its last day still counts."
    )


def _manufacturer_warranty(machine: Parent, info: Info) -> object:
    return warranties.manufacturer_warranty(machine, info.context.today)


def _provider_warranty(machine: Parent, info: Info) -> object:
    return warranties.provider_warranty(machine, info.context.today)


def _customer(machine: Parent, info: Info) -> object:
    return customers.customer_in(info.context.reach, machine.customer_id)


def _location(machine: Parent, info: Info) -> object:
    return locations.location_in(info.context.reach, machine.location_id)


@strawberry.type(description="A machine installed at a place.")
class Equipment(Node):
    """Shows a machine in sight."""

    is_type_of = shows(Machine)

    @tells("What it is called; where it has no name, what kind of machine it is.")
    def name(machine: Parent) -> str:
        return equipment.name_of(machine)

    @tells("What kind of machine it is, such as Furnace.")
    def type(machine: Parent) -> str | None:
        return equipment.kind_of(machine)

    manufacturer: str | None = strawberry.field(description="Who made it.")
    model: str | None = strawberry.field(description="The manufacturer's model.")
    serial_number: str | None = strawberry.field(description="The serial number on its plate.")
    status: EquipmentStatus = strawberry.field(description="Whether it is still in place.")

    @tells("The day it was installed.")
    def installed_on(machine: Parent) -> Day | None:
        return _shown(business_day(machine.installed_on))

    manufacturer_warranty = field(
        _manufacturer_warranty, Warranty, "What its manufacturer promised."
    )
    service_provider_warranty = field(
        _provider_warranty, Warranty, "What the business that serves it promised."
    )
    customer = field(_customer, Customer | None, "Whose machine it is, where in reach.")
    location = field(_location, Location | None, "Where it stands, where in reach.")
    service_history = paged_edge(
        histories_of,
        Job,
        "The jobs in sight that it was part of, done or to come, newest first: by the day they "
        "were completed, else booked.",
    )
    proposal_history = paged_edge(
        proposal_histories_of,
        Proposal,
        "The visible proposals of those jobs, newest first.",
        directives=BILLING,
    )


@strawberry.type
class EquipmentQuery:
    """A machine by its id."""

    equipment: Equipment | None = by_id("Equipment", Equipment | None, "A machine by its id.")
