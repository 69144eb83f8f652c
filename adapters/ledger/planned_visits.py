"""Visits that a service agreement promises, which ServiceTitan's API does not hold."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class PlannedStatus(Enum):
    """How the office calls the state of a visit when it exports it (R57)."""

    UNSCHEDULED = "Unscheduled"
    SCHEDULED = "Scheduled"
    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    CANCELED = "Canceled"
    DISMISSED = "Dismissed"
    DELETED = "Deleted"


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit as a file tells it; agreement, location, name and due day together name it."""

    agreement_id: int
    location_id: int
    name: str
    due_on: date
    status: PlannedStatus
    job_id: int | None = None

    @property
    def key(self) -> tuple[int, int, str, date]:
        """What no two visits share."""
        return self.agreement_id, self.location_id, self.name, self.due_on


@dataclass(frozen=True, slots=True)
class PlannedVisit(VisitRow):
    """A visit in the ledger; its `id` is ours, and stays whatever is imported later."""

    id: int = 0


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to, in visits."""

    new: int
    changed: int
    unchanged: int

    @property
    def total(self) -> int:
        """How many visits the file had."""
        return self.new + self.changed + self.unchanged
