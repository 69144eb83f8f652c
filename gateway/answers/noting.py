"""An operation's context that notes what its answer is made of, where others may be given it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, cast

from adapters.cache.readings import Readings
from adapters.cache.records import Records
from adapters.servicetitan.resource import Resource
from resolvers.context import Context
from resolvers.doors import Doors
from resolvers.origins import Origin


class NotingContext(Context):
    """A context that notes in `readings` what of it is another for another request.

    That is the time of day, the day, the request's id and where it came from.
    """

    readings: Readings

    @property
    def now(self) -> datetime:
        """The moment the operation began; what it makes of that is another at any later one."""
        self.readings.is_all = False
        return cast("datetime", self.__dict__["now"])

    @now.setter
    def now(self, moment: datetime) -> None:
        self.__dict__["now"] = moment

    @property
    def request_id(self) -> str:
        """The id of one request, which no other has."""
        self.readings.seal()
        return cast("str", self.__dict__["request_id"])

    @request_id.setter
    def request_id(self, given: str) -> None:
        self.__dict__["request_id"] = given

    @property
    def origin(self) -> Origin:
        """Where one request came from."""
        self.readings.seal()
        return cast("Origin", self.__dict__["origin"])

    @origin.setter
    def origin(self, given: Origin) -> None:
        self.__dict__["origin"] = given

    @cached_property
    def today(self) -> date:
        """The calendar day it now is for the business, until it ends there."""
        day = cast("datetime", self.__dict__["now"]).astimezone(self.zone).date()
        self.readings.ends(datetime.combine(day + timedelta(days=1), time.min, self.zone))
        return day


class _Noting:
    """A door, or all of them: what is used of it and not written here stands nowhere."""

    __slots__ = ("_behind", "_readings")

    def __init__(self, behind: object, readings: Readings) -> None:
        self._behind = behind
        self._readings = readings

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever stands behind
        """Give what stands behind, and take the answer for one that nobody else may have."""
        self._readings.seal()
        return getattr(self._behind, name)


class _NotingRecords(_Noting):
    """Records of which it is noted what memory told; `rows` notes it in the operation's usage."""

    __slots__ = ("end", "rows", "used")

    def __init__(self, records: Records, readings: Readings) -> None:
        super().__init__(records, readings)
        self.rows = records.rows
        self.used = records.used
        self.end = records.end

    async def remembered(
        self, resource: Resource[Any], ids: Sequence[int], *, failing: bool = False
    ) -> Mapping[int, Any]:
        """Return what is remembered of these; that one is not will be another answer one day."""
        records = cast("Records", self._behind)
        found = await records.remembered(resource, ids, failing=failing)
        if failing or len(found) < len(set(ids)):
            self._readings.is_all = False
        for of, row in found.items():
            self._readings.add(resource, "id", of, (row,))
        return found


class _NotingDoors(_Noting):
    """The doors, of which rows and cursors alone tell what went through them.

    A cursor is made of nothing but what it seals, and of the gateway's own key.
    """

    __slots__ = ("cursors", "records")

    def __init__(self, doors: Doors, readings: Readings) -> None:
        super().__init__(doors, readings)
        self.records = _NotingRecords(doors.records, readings)
        self.cursors = doors.cursors


def noting(context: Context, readings: Readings) -> Context:
    """Return the same context, of the same usage, that notes in these readings."""
    context.usage.readings = readings
    noted = NotingContext(
        context.viewer,
        context.now,
        cast("Doors", _NotingDoors(context.doors, readings)),
        context.policy,
        context.rights,
        context.request_id,
        context.usage,
        context.pending,
        context.origin,
    )
    object.__setattr__(noted, "readings", readings)
    return noted
