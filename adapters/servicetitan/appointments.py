"""Appointments: the visits that a job is made of."""

from enum import Enum

from adapters.servicetitan.model import AppointmentId, CustomerId, Instant, JobId, Model
from adapters.servicetitan.resource import BLOCK, Key, Resource


class AppointmentStatus(Enum):
    """Source: Jpm.V2.Base.AppointmentStatus."""

    SCHEDULED = "Scheduled"
    DISPATCHED = "Dispatched"
    WORKING = "Working"
    HOLD = "Hold"
    DONE = "Done"
    CANCELED = "Canceled"
    UNKNOWN = "UNKNOWN"


class Appointment(Model, frozen=True, kw_only=True):
    """A visit; where it is and whose it is, its job says.

    `unused` ones are leftovers of a job that was finished early (R48).
    Source: GET /jpm/v2/tenant/{tenant}/appointments, AppointmentResponse.
    """

    id: AppointmentId
    job_id: JobId
    customer_id: CustomerId
    appointment_number: str | None = None
    start: Instant | None = None
    end: Instant | None = None
    arrival_window_start: Instant | None = None
    arrival_window_end: Instant | None = None
    status: AppointmentStatus = AppointmentStatus.UNKNOWN
    unused: bool = False
    active: bool = True
    is_confirmed: bool = False
    modified_on: Instant | None = None


APPOINTMENTS = Resource(
    name="appointments",
    path="jpm/v2/tenant/{tenant}/appointments",
    model=Appointment,
    keys={
        "id": Key[Appointment]("ids", lambda row: (row.id,), BLOCK),
        "customer_id": Key[Appointment]("customerId", lambda row: (row.customer_id,)),
    },
    by_customer="customer_id",
)
