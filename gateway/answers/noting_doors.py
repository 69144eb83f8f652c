"""The doors of an operation whose answer others may be given: what goes through them is noted."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, TypeVar

from adapters.cache.readings import Readings
from adapters.cache.records import Records
from adapters.found_once import found_once
from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.attempts import Attempts
from adapters.ledger.planned_visits import PlannedVisit
from adapters.payments.processor import PaymentProcessor
from adapters.servicetitan.resource import Resource
from resolvers.doors import Doors, Promised, Till

T = TypeVar("T")


class _Noting:
    """A door, or all of them: what is used of it and not written here stands nowhere."""

    def __init__(self, behind: Any, readings: Readings) -> None:  # noqa: ANN401  # a door
        self._behind = behind
        self._readings = readings

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever stands behind
        """Give what stands behind, and take the answer for one that nobody else may have."""
        self._readings.seal()
        return getattr(self._behind, name)


class _NotingRecords(_Noting):
    """Records of which it is noted what memory told: what gives rows notes it in the usage."""

    _behind: Records

    def __init__(self, records: Records, readings: Readings) -> None:
        super().__init__(records, readings)
        self.at_hand = records.at_hand
        self.rows = records.rows
        self.used = records.used
        self.end = records.end
        self.recall = records.recall

    async def remembered(
        self, resource: Resource[Any], ids: Sequence[int], *, failing: bool = False
    ) -> Mapping[int, Any]:
        """Return what is remembered of these; that one is not will be another answer one day."""
        found = await self._behind.remembered(resource, ids, failing=failing)
        if failing or len(found) < len(set(ids)):
            self._readings.is_all = False
        for of, row in found.items():
            self._readings.add(resource, "id", of, (row,))
        return found


class _NotingPromised(_Noting):
    """What the office imported, which no import changes without a new revision of rights.

    That it could not be read is no such thing: it may be, the next time.
    """

    _behind: Promised

    async def visits_of(self, agreements: Sequence[int]) -> dict[int, tuple[PlannedVisit, ...]]:
        """Return the visits of each agreement."""
        return await self._by_rights(self._behind.visits_of(agreements))

    async def agreement_of(self, visit: int) -> int | None:
        """Return the agreement of a visit."""
        return await self._by_rights(self._behind.agreement_of(visit))

    async def ties_at(self, locations: Sequence[int]) -> dict[int, frozenset[int]]:
        """Return which jobs at these places are owed to which agreements."""
        return await self._by_rights(self._behind.ties_at(locations))

    async def _by_rights(self, reading: Awaitable[T]) -> T:
        self._readings.by_rights = True
        try:
            return await reading
        except Exception:
            self._readings.seal()
            raise


class _NotingProcessor(_Noting):
    """The payment processor; what it takes, it takes for as long as this process runs."""

    def __init__(self, processor: PaymentProcessor, readings: Readings) -> None:
        super().__init__(processor, readings)
        self.kinds = processor.kinds


class _NotingAttempts(_Noting):
    """Payments; of no invoice there are none, whatever happens."""

    _behind: Attempts

    async def on_invoices(self, invoices: Sequence[int]) -> dict[int, tuple[Attempt, ...]]:
        """Return the attempts on each invoice."""
        if invoices:
            self._readings.seal()
        return await self._behind.on_invoices(invoices)


class _NotingTill(_Noting):
    """Where money is taken."""

    _behind: Till

    @found_once
    def processor(self) -> _NotingProcessor | None:
        """Who takes it."""
        processor = self._behind.processor
        return None if processor is None else _NotingProcessor(processor, self._readings)

    @found_once
    def attempts(self) -> _NotingAttempts:
        """What was tried."""
        return _NotingAttempts(self._behind.attempts, self._readings)


class NotingDoors(_Noting):
    """The doors, each of which notes what is known of what goes through it.

    A cursor is made of nothing but what it seals, and of the gateway's own key.
    """

    _behind: Doors

    def __init__(self, doors: Doors, readings: Readings) -> None:
        super().__init__(doors, readings)
        self.cursors = doors.cursors
        self.shelves = doors.shelves

    def apart(self, readings: Readings) -> "NotingDoors":
        """Return the same doors, that note in these readings."""
        return NotingDoors(self._behind, readings)

    @found_once
    def records(self) -> _NotingRecords:
        """ServiceTitan's rows."""
        return _NotingRecords(self._behind.records, self._readings)

    @found_once
    def ledger(self) -> _NotingPromised:
        """What the office imported."""
        return _NotingPromised(self._behind.ledger, self._readings)

    @found_once
    def till(self) -> _NotingTill:
        """Where money is taken."""
        return _NotingTill(self._behind.till, self._readings)
