"""When a visit is, as far as the tenant tells customers: by the hour, or by its day alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.servicetitan.appointments import Appointment, AppointmentStatus
from resolvers.moments import day_in

_TO_COME = {
    AppointmentStatus.SCHEDULED,
    AppointmentStatus.DISPATCHED,
    AppointmentStatus.WORKING,
}
_LAST = float("inf")


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is for the business, and how exactly it lets customers know of times.

    With `date_only` no answer may depend on the hour of a visit, only on its day (R59). `grace` is
    for how long a visit that is over still counts as one to come (Q13).
    """

    now: datetime
    zone: ZoneInfo
    date_only: bool = False
    grace: timedelta = timedelta(0)

    def is_over(self, end: datetime) -> bool:
        """Is what ended then over, with the grace that is left to it?"""
        return end < self.now - self.grace

    def is_day_over(self, day: date) -> bool:
        """Is this day of the business over, with the grace that is left to it?"""
        return day < (self.now - self.grace).astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Window:
    """When somebody is promised to arrive."""

    start: datetime
    end: datetime


def begins(appointment: Appointment) -> datetime | None:
    """When is the visit promised to begin: with its window, if any, else at its start (R60)?"""
    return appointment.arrival_window_start or appointment.start


def day_of(appointment: Appointment, clock: Clock) -> date | None:
    """On which day of the business is the visit?"""
    return day_in(clock.zone, begins(appointment))


def window_of(appointment: Appointment, clock: Clock) -> Window | None:
    """Which window is promised, to be shown instead of the start and the end (R59, R60)?"""
    start, end = appointment.arrival_window_start, appointment.arrival_window_end
    return None if clock.date_only or start is None or end is None else Window(start, end)


def shows_hours(appointment: Appointment, clock: Clock) -> bool:
    """May the visit's own start and end be shown: nothing else is promised (R59, R60)?"""
    return not clock.date_only and window_of(appointment, clock) is None


def is_past(appointment: Appointment, clock: Clock) -> bool:
    """Is this visit over: the end of its window, else its own end, lies before now (R53)?

    Where dates alone are shown it is over with its day: to vanish at any other time would tell the
    hour (R59).
    """
    if clock.date_only:
        day = day_in(clock.zone, begins(appointment) or appointment.end)
        return day is not None and clock.is_day_over(day)
    end = appointment.arrival_window_end or appointment.end or appointment.start
    return end is not None and clock.is_over(end)


def is_to_come(appointment: Appointment, clock: Clock) -> bool:
    """Is this visit still to come, or going on?"""
    return appointment.status in _TO_COME and not is_past(appointment, clock)


def turn(appointment: Appointment, clock: Clock) -> tuple[float, int]:
    """When is it this visit's turn among others: by its hour, or by its day alone (R59), then id?

    A visit whose time is not known comes last.
    """
    if clock.date_only:
        day = day_of(appointment, clock)
        return _LAST if day is None else float(day.toordinal()), appointment.id
    moment = begins(appointment)
    return _LAST if moment is None else moment.timestamp(), appointment.id


def in_order(visits: Sequence[Appointment], clock: Clock) -> Sequence[Appointment]:
    """Return these visits, the first to come first."""
    return sorted(visits, key=lambda visit: turn(visit, clock)) if len(visits) > 1 else visits


def next_visit(visits: Sequence[Appointment], clock: Clock) -> Appointment | None:
    """Which of these visits, told in their order, comes next?"""
    return next((visit for visit in visits if is_to_come(visit, clock)), None)
