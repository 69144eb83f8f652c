"""Appointments."""

from datetime import datetime

import strawberry

from adapters.servicetitan import appointments as model
from adapters.servicetitan import assignments
from resolvers import appointments, jobs
from resolvers.moments import instant_in
from schema.edges import edge, field, tells
from schema.info import Info
from schema.jobs import Job
from schema.node import Node, by_id, shows
from schema.scalars import Day, Instant
from schema.words import VisitStatus

Parent = strawberry.Parent[model.Appointment]


Window = strawberry.Parent[appointments.Window]


def _instant(moment: datetime | None, info: Info) -> Instant | None:
    return None if moment is None else Instant(instant_in(info.context.doors.zone, moment))


@strawberry.type(description="When somebody is promised to arrive.")
class ArrivalWindow:
    """Shows the window of an appointment that has one."""

    @tells("Not before.")
    def start(window: Window, info: Info) -> Instant:
        return Instant(instant_in(info.context.doors.zone, window.start))

    @tells("Not after.")
    def end(window: Window, info: Info) -> Instant:
        return Instant(instant_in(info.context.doors.zone, window.end))


@strawberry.type(description="Somebody who comes.")
class Technician:
    """Shows an assignment's technician, by name alone."""

    @tells("The technician's name.")
    def name(assignment: strawberry.Parent[assignments.Assignment]) -> str:
        return assignment.technician_name or ""


def _window(appointment: Parent) -> object:
    return appointments.window_of(appointment)


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
        day = appointments.day_of(appointment, info.context)
        return None if day is None else Day(day)

    @tells("Null where the tenant shows dates only, and where a window is promised instead.")
    def start(appointment: Parent, info: Info) -> Instant | None:
        return None if appointments.window_of(appointment) else _instant(appointment.start, info)

    @tells("As start.")
    def end(appointment: Parent, info: Info) -> Instant | None:
        return None if appointments.window_of(appointment) else _instant(appointment.end, info)

    arrival_window = field(
        _window,
        ArrivalWindow | None,
        "The promised window, where there is one; null where the tenant shows dates only.",
    )
    is_confirmed: bool = strawberry.field(description="Whether the customer confirmed it.")
    technicians: list[Technician] | None = edge(
        appointments.technicians_of, list[Technician] | None, "Who comes."
    )
    job: Job | None = edge(jobs.jobs_of_appointments, Job | None, "The job it belongs to.")


@strawberry.type
class AppointmentQuery:
    """An appointment by its id."""

    appointment: Appointment | None = by_id(
        "Appointment", Appointment | None, "A live appointment in reach by its id."
    )
