"""The settings of how much one worker has open at a time, each lane for itself."""

from pydantic import Field
from pydantic_settings import BaseSettings

from gateway.http.lanes import Lane
from gateway.http.overload import MOST

_TOLD = "how many requests of {} one worker has open at most, from 1 to 10000"


class CrowdSettings(BaseSettings):
    """Bounds of memory: who may begin is decided by how busy the processor is."""

    people_at_once: int = Field(
        default=MOST[Lane.PEOPLE], ge=1, le=10_000, description=_TOLD.format("customers")
    )
    staff_at_once: int = Field(
        default=MOST[Lane.STAFF], ge=1, le=10_000, description=_TOLD.format("staff")
    )
    changes_at_once: int = Field(
        default=MOST[Lane.CHANGES],
        ge=1,
        le=10_000,
        description=_TOLD.format("whatever changes something, payments first of all,"),
    )
    events_at_once: int = Field(
        default=MOST[Lane.EVENTS],
        ge=1,
        le=10_000,
        description=_TOLD.format("those that tell events"),
    )

    def most_at_once(self) -> dict[Lane, int]:
        """Return the bound of each lane."""
        return {
            Lane.PEOPLE: self.people_at_once,
            Lane.STAFF: self.staff_at_once,
            Lane.CHANGES: self.changes_at_once,
            Lane.EVENTS: self.events_at_once,
        }
