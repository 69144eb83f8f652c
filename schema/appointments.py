"""Appointments."""

from datetime import datetime

import strawberry

from adapters.servicetitan import appointments as model
from adapters.servicetitan import assignments
from resolvers import appointments, jobs, tracking, visit_times
from resolvers.document_addresses import calendar_address
from resolvers.moments import instant_in
from resolvers.visit_times import shows_hours
from schema.document_links import document
from schema.edges import edge, field, tells
from schema.info import Info
from schema.jobs import Job
from schema.node import Node, by_id, shows
from schema.scalars import URL, Day, Instant
from schema.words import VisitStatus

Parent = strawberry.Parent[model.Appointment]


Window = strawberry.Parent[visit_times.Window]


def _instant(moment: datetime | None, info: Info) -> Instant | None:
    return None if moment is None else Instant(instant_in(info.context.zone, moment))


@strawberry.type(description="When somebody is promised to arrive.")
class ArrivalWindow:
    """Shows the window of an appointment that has one."""

    @tells("Not before.")
    def start(window: Window, info: Info) -> Instant:
        return Instant(instant_in(info.context.zone, window.start))

    @tells("Not after.")
    def end(window: Window, info: Info) -> Instant:
        return Instant(instant_in(info.context.zone, window.end))


@strawberry.type(description="Somebody who comes.")
class Technician:
    """Shows an assignment's technician, by name alone."""

    @tells("The technician's name.")
    def name(assignment: strawberry.Parent[assignments.Assignment]) -> str:
        return assignment.technician_name or ""


def _window(appointment: Parent, info: Info) -> object:
    return visit_times.window_of(appointment, info.context.clock)


def _hour(appointment: model.Appointment, moment: datetime | None, info: Info) -> Instant | None:
    return _instant(moment, info) if shows_hours(appointment, info.context.clock) else None


@strawberry.type(description="A visit of a job.")
class Appointment(Node):
    """Shows a live appointment of a job in sight."""

    is_type_of = shows(model.Appointment)

    appointment_number: str | None = strawberry.field(
        name="number", description="The number the office knows it by."
    )

    @tells("How far it has come.")
    def status(appointment: Parent) -> VisitStatus:
        return appointments.status_of(appointment)

    @tells("The day of the visit.")
    def date(appointment: Parent, info: Info) -> Day | None:
        day = visit_times.day_of(appointment, info.context.clock)
        return None if day is None else Day(day)

    @tells("Null where the tenant shows dates only, and where a window is promised instead.")
    def start(appointment: Parent, info: Info) -> Instant | None:
        return _hour(appointment, appointment.start, info)

    @tells("As start.")
    def end(appointment: Parent, info: Info) -> Instant | None:
        return _hour(appointment, appointment.end, info)

    arrival_window = field(
        _window,
        ArrivalWindow | None,
        "The promised window, where there is one; null where the tenant shows dates only.",
    )
    is_confirmed: bool = strawberry.field(description="Whether the customer confirmed it.")
    technicians: list[Technician] | None = edge(
        appointments.technicians_of, list[Technician] | None, "Who comes."
    )
    tracking_url = edge(
        tracking.links_to,
        URL | None,
        "Where is my technician: a link to follow while one is on the way; null where the tenant "
        "shows dates only.",
    )
    calendar_url: URL | None = document(
        calendar_address,
        "A calendar entry (.ics), a whole day where the tenant shows dates only; null for a visit "
        "that is not one to come.",
    )
    job: Job | None = edge(jobs.jobs_of_appointments, Job | None, "The job it belongs to.")


@strawberry.type
class AppointmentQuery:
    """An appointment by its id."""

    appointment: Appointment | None = by_id(
        "Appointment", Appointment | None, "A live appointment in reach by its id."
    )
