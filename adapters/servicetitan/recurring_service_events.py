"""Recurring service events: the visits of memberships, booked or waiting for a date."""

from enum import Enum

from adapters.servicetitan.model import (
    Instant,
    JobId,
    MembershipId,
    Model,
    RecurringServiceEventId,
    RecurringServiceId,
)
from adapters.servicetitan.resource import BLOCK, Key, Resource, unsaid


class FollowUpStatus(Enum):
    """How far the office has come with booking it. Source: Memberships.V2.OpportunityStatus."""

    NOT_ATTEMPTED = "NotAttempted"
    UNREACHABLE = "Unreachable"
    CONTACTED = "Contacted"
    WON = "Won"
    DISMISSED = "Dismissed"
    UNKNOWN = "UNKNOWN"


class RecurringServiceEvent(Model, frozen=True, kw_only=True):
    """A visit that falls due on `date`; where it is and whose it is, its recurring service says.

    `status` is about booking: whether a visit was made its job says. `date` is a business date.
    Source: GET /memberships/v2/tenant/{tenant}/recurring-service-events,
    LocationRecurringServiceEventResponse.
    """

    id: RecurringServiceEventId
    location_recurring_service_id: RecurringServiceId
    location_recurring_service_name: str | None = None
    membership_id: MembershipId | None = None
    membership_name: str | None = None
    status: FollowUpStatus = FollowUpStatus.UNKNOWN
    date: Instant | None = None
    job_id: JobId | None = None


RECURRING_SERVICE_EVENTS = Resource(
    name="recurring_service_events",
    path="memberships/v2/tenant/{tenant}/recurring-service-events",
    model=RecurringServiceEvent,
    keys={
        "id": Key[RecurringServiceEvent]("ids", lambda row: (row.id,), BLOCK),
        "location_id": Key[RecurringServiceEvent]("locationId", unsaid),
    },
    by_location="location_id",
)
