"""Service agreements: what was promised to a customer, at which places, from when to when."""

from datetime import date
from enum import Enum

from adapters.servicetitan.model import (
    CustomerId,
    Instant,
    LocationId,
    Model,
    ServiceAgreementId,
)
from adapters.servicetitan.resource import BLOCK, Key, Resource


class AgreementStatus(Enum):
    """Source: ServiceAgreements.V2.AgreementStatus."""

    DRAFT = "Draft"
    SENT = "Sent"
    REJECTED = "Rejected"
    ACCEPTED = "Accepted"
    ACTIVATED = "Activated"
    CANCELED = "Canceled"
    EXPIRED = "Expired"
    AUTO_RENEW = "AutoRenew"
    UNKNOWN = "UNKNOWN"


class BillingSchedule(Enum):
    """Source: ServiceAgreements.V2.BillingScheduleType."""

    UPFRONT = "Upfront"
    MONTHLY = "Monthly"
    EVERY_OTHER_MONTH = "EveryOtherMonth"
    QUARTERLY = "Quarterly"
    BIANNUAL = "Biannual"
    ANNUAL = "Annual"
    TIME_OF_SERVICE = "TimeOfService"
    CUSTOM = "Custom"


class ServiceAgreement(Model, frozen=True, kw_only=True):
    """An agreement, without its costs, markups, margins and deferred sums (R73).

    It has no location of its own: it covers `location_ids` (R71). `start_date` and `end_date` are
    plain days; `billing_schedule` is None where none was told or its word is new to us.
    Source: GET /service-agreements/v2/tenant/{tenant}/service-agreements, ServiceAgreementResponse.
    """

    id: ServiceAgreementId
    customer_id: CustomerId
    name: str = ""
    location_ids: tuple[LocationId, ...] = ()
    status: AgreementStatus = AgreementStatus.UNKNOWN
    summary: str | None = None
    start_date: date | None = None
    end_date: date | None = None
    auto_renew: bool = False
    billing_schedule: BillingSchedule | None = None
    modified_on: Instant | None = None


SERVICE_AGREEMENTS = Resource(
    name="service_agreements",
    path="service-agreements/v2/tenant/{tenant}/service-agreements",
    model=ServiceAgreement,
    keys={
        "id": Key[ServiceAgreement]("ids", lambda row: (row.id,), BLOCK),
        "customer_id": Key[ServiceAgreement]("customerIds", lambda row: (row.customer_id,), BLOCK),
    },
    by_customer="customer_id",
)
