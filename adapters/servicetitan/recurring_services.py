"""Recurring services: what a place has done for it again and again, mostly by a membership."""

from adapters.servicetitan.model import (
    LocationId,
    MembershipId,
    Model,
    RecurringServiceId,
)
from adapters.servicetitan.resource import BLOCK, Key, Resource


class RecurringService(Model, frozen=True, kw_only=True):
    """A service that recurs at a place; each time it falls due is an event of it.

    Source: GET /memberships/v2/tenant/{tenant}/recurring-services,
    LocationRecurringServiceResponse.
    """

    id: RecurringServiceId
    location_id: LocationId
    name: str = ""
    membership_id: MembershipId | None = None
    active: bool = True


def _memberships(row: RecurringService) -> tuple[int, ...]:
    return (row.membership_id,) if row.membership_id else ()


RECURRING_SERVICES = Resource(
    name="recurring_services",
    path="memberships/v2/tenant/{tenant}/recurring-services",
    model=RecurringService,
    keys={
        "id": Key[RecurringService]("ids", lambda row: (row.id,), BLOCK),
        "membership_id": Key[RecurringService]("membershipIds", _memberships, BLOCK),
        "location_id": Key[RecurringService]("locationIds", lambda row: (row.location_id,), BLOCK),
    },
    fixed={"active": "Any"},  # the visits that were made outlive their service
    by_location="location_id",
)
