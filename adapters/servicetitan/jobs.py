"""Jobs: work asked for, planned, being done, or done."""

from decimal import Decimal
from enum import Enum

from adapters.servicetitan.model import (
    BusinessUnitId,
    CustomerId,
    Instant,
    InvoiceId,
    JobId,
    JobTypeId,
    LocationId,
    MembershipId,
    Model,
    ProjectId,
)
from adapters.servicetitan.resource import BLOCK, Key, Resource


class JobStatus(Enum):
    """Source: the jobStatus filter of GET jobs; the field itself is a plain string."""

    SCHEDULED = "Scheduled"
    DISPATCHED = "Dispatched"
    IN_PROGRESS = "InProgress"
    HOLD = "Hold"
    COMPLETED = "Completed"
    CANCELED = "Canceled"
    UNKNOWN = "UNKNOWN"


class Job(Model, frozen=True, kw_only=True):
    """A job. Its `summary` is the dispatcher's word to the technician and is not read (R83).

    `total` is money (R82), and 0 may only mean that none was recorded.
    Source: GET /jpm/v2/tenant/{tenant}/jobs, JobResponse.
    """

    id: JobId
    customer_id: CustomerId
    location_id: LocationId
    job_number: str = ""
    job_status: JobStatus = JobStatus.UNKNOWN
    completed_on: Instant | None = None
    job_type_id: JobTypeId | None = None
    business_unit_id: BusinessUnitId | None = None
    appointment_count: int | None = None
    invoice_id: InvoiceId | None = None
    membership_id: MembershipId | None = None
    project_id: ProjectId | None = None
    total: Decimal | None = None
    equipment_ids: tuple[int, ...] = ()
    estimate_ids: tuple[int, ...] = ()
    created_on: Instant | None = None
    modified_on: Instant | None = None


JOBS = Resource(
    name="jobs",
    path="jpm/v2/tenant/{tenant}/jobs",
    model=Job,
    keys={
        "id": Key[Job]("ids", lambda row: (row.id,), BLOCK),
        "customer_id": Key[Job]("customerId", lambda row: (row.customer_id,)),
        "location_id": Key[Job]("locationId", lambda row: (row.location_id,)),
    },
    by_customer="customer_id",
    by_location="location_id",
)
