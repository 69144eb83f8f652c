"""Where is my technician: the link to follow whoever is on the way to a visit."""

from collections.abc import Sequence

from adapters.cache.tracking_links import OnTheWay
from adapters.servicetitan.appointments import Appointment, AppointmentStatus
from adapters.servicetitan.assignments import ASSIGNMENTS, Assignment, AssignmentStatus
from adapters.servicetitan.errors import UpstreamError
from resolvers.context import Context
from resolvers.verdict import Refusal, Verdict
from resolvers.visit_times import Clock

_THERE = {AssignmentStatus.WORKING, AssignmentStatus.DONE}


def may_be_followed(appointment: Appointment, clock: Clock) -> Verdict:
    """May somebody on the way to this visit be followed (R59)?"""
    if clock.date_only:
        return Refusal("R59", "The tenant shows dates only: a way that begins tells the hour.")
    if appointment.status is not AppointmentStatus.DISPATCHED:
        return Refusal("Tracking", "Nobody is on the way to this visit.")
    return True


def on_the_way(assignments: Sequence[Assignment]) -> int | None:
    """Which of the technicians assigned to a dispatched visit is on the way to it?

    One who is told to be, before one of whom nothing is told; not one who has arrived.
    """
    coming = [
        (row.status is not AssignmentStatus.DISPATCHED, row.id, row.technician_id)
        for row in assignments
        if row.active and row.technician_id is not None and row.status not in _THERE
    ]
    return min(coming)[2] if coming else None


async def links_to(
    appointments: Sequence[Appointment], context: Context
) -> Sequence[str | UpstreamError | None]:
    """Return the link to follow whoever is on the way to each visit, None where nobody is."""
    followed = [visit.id for visit in appointments if may_be_followed(visit, context.clock)]
    answers = await context.under(ASSIGNMENTS, "appointment_id", followed)
    found: dict[int, str | UpstreamError | None] = {}
    ways: list[OnTheWay] = []
    for visit, answer in zip(followed, answers, strict=True):
        technician = None if isinstance(answer, UpstreamError) else on_the_way(answer)
        if isinstance(answer, UpstreamError):
            found[visit] = answer
        elif technician is not None:
            ways.append(OnTheWay(technician, visit))
    links = await context.doors.tracking.links(ways, context.usage)
    found.update((way.appointment, link) for way, link in zip(ways, links, strict=True))
    return [found.get(visit.id) for visit in appointments]
