"""Memberships: what a customer has subscribed to."""

from enum import Enum

import msgspec

from adapters.servicetitan.model import (
    CustomerId,
    Instant,
    InvoiceTemplateId,
    LocationId,
    MembershipId,
    MembershipTypeId,
    Model,
)
from adapters.servicetitan.resource import BLOCK, Key, Resource


class MembershipStatus(Enum):
    """Source: Memberships.V2.MembershipStatus."""

    ACTIVE = "Active"
    SUSPENDED = "Suspended"
    EXPIRED = "Expired"
    CANCELED = "Canceled"
    DELETED = "Deleted"
    UNKNOWN = "UNKNOWN"


class BillingFrequency(Enum):
    """Source: Memberships.V2.MembershipRecurrenceType."""

    ONE_TIME = "OneTime"
    MONTHLY = "Monthly"
    EVERY_OTHER_MONTH = "EveryOtherMonth"
    QUARTERLY = "Quarterly"
    BI_ANNUAL = "BiAnnual"
    ANNUAL = "Annual"
    UNKNOWN = "UNKNOWN"


class Membership(Model, frozen=True, kw_only=True):
    """A membership; what it is called its type says, what it costs its billing template.

    Without a `location_id` it holds for every location of the customer (R78); without a `to` it
    goes on. Its days are business dates: midnight UTC of the day that is meant.
    Source: GET /memberships/v2/tenant/{tenant}/memberships, CustomerMembershipResponse.
    """

    id: MembershipId
    customer_id: CustomerId
    location_id: LocationId | None = None
    membership_type_id: MembershipTypeId | None = None
    status: MembershipStatus = MembershipStatus.UNKNOWN
    active: bool = True
    from_: Instant | None = msgspec.field(default=None, name="from")
    to: Instant | None = None
    billing_frequency: BillingFrequency = BillingFrequency.UNKNOWN
    next_scheduled_bill_date: Instant | None = None
    billing_template_id: InvoiceTemplateId | None = None
    modified_on: Instant | None = None


MEMBERSHIPS = Resource(
    name="memberships",
    path="memberships/v2/tenant/{tenant}/memberships",
    model=Membership,
    keys={
        "id": Key[Membership]("ids", lambda row: (row.id,), BLOCK),
        "customer_id": Key[Membership]("customerIds", lambda row: (row.customer_id,), BLOCK),
    },
    fixed={"active": "Any"},  # those that ended are shown too (R76)
    by_customer="customer_id",
)
