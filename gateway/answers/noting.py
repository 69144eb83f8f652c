"""An operation's context that notes what its answer is made of, where others may be given it."""

from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

from adapters.cache.readings import Readings
from adapters.cache.usage import Usage
from adapters.found_once import found_once
from gateway.answers.noting_doors import NotingDoors
from resolvers.context import Context
from resolvers.origins import Origin
from resolvers.pending import OnTheWay
from resolvers.visit_times import Clock

_GIVEN: Final = tuple(of.name for of in fields(Context))
"""What a context is made of; whatever else one has it found by itself."""

_FAR: Final = 9000
"""The year from which on nothing ends."""


@dataclass(frozen=True, slots=True)
class _NotingClock(Clock):
    """A clock that notes when what is not over will be."""

    readings: Readings = field(default_factory=Readings)

    def is_over(self, end: datetime) -> bool:
        """Is it over, and if not, when?"""
        over = Clock.is_over(self, end)
        if not over and end.year < _FAR:
            self.readings.ends(end + self.grace + timedelta.resolution)
        return over

    def is_day_over(self, day: date) -> bool:
        """Is the day over, and if not, when?"""
        over = Clock.is_day_over(self, day)
        if not over and day.year < _FAR:
            self.readings.ends(_end_of(day, self.zone) + self.grace)
        return over


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    # In UTC: what is added to a time of the zone's own passes over clocks that are put back.
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


class NotingContext(Context):
    """A context that notes in `readings` what of it is another for another request.

    That is the time of day, the day, the request's id and where it came from.
    """

    readings: Readings

    def apart(self) -> Context:
        """Return the same context with readings, and a count of what it costs, of its own."""
        readings, usage = Readings(), self.usage
        room = None if usage.ceiling is None else usage.room(usage.ceiling)
        alone = Usage(ceiling=room, place=usage.place, readings=readings)
        doors = cast("NotingDoors", self.doors).apart(readings)
        return _noted(self, doors, alone, self.pending.apart(), readings)

    @property
    def now(self) -> datetime:
        """The moment the operation began; what it makes of that is another at any later one."""
        self.readings.is_all = False
        return cast("datetime", self.__dict__["now"])

    @property
    def request_id(self) -> str:
        """The id of one request, which no other has."""
        self.readings.seal()
        return cast("str", self.__dict__["request_id"])

    @property
    def origin(self) -> Origin:
        """Where one request came from."""
        self.readings.seal()
        return cast("Origin", self.__dict__["origin"])

    @found_once
    def clock(self) -> Clock:
        """What time it is; whatever is found not to be over ends the answer when it is."""
        told = self.clock_at(cast("datetime", self.__dict__["now"]))
        return _NotingClock(told.now, told.zone, told.date_only, told.grace, self.readings)

    @found_once
    def today(self) -> date:
        """The calendar day it now is for the business, until it ends there."""
        day = cast("datetime", self.__dict__["now"]).astimezone(self.zone).date()
        self.readings.ends(_end_of(day, self.zone))
        return day


def noting(context: Context, readings: Readings) -> Context:
    """Return the same context, of the same usage, that notes in these readings."""
    context.usage.readings = readings
    doors = NotingDoors(context.doors, readings)
    return _noted(context, doors, context.usage, context.pending, readings)


def _noted(
    context: Context, doors: NotingDoors, usage: Usage, pending: OnTheWay, readings: Readings
) -> Context:
    told = vars(context)  # what is looked at here is noted by nobody
    noted = object.__new__(NotingContext)
    vars(noted).update({of: told[of] for of in _GIVEN})
    vars(noted).update(doors=doors, usage=usage, pending=pending, readings=readings)
    return noted
