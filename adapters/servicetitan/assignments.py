"""Appointment assignments: which technician goes to which visit."""

from enum import Enum

from adapters.servicetitan.model import AppointmentId, AssignmentId, JobId, Model, TechnicianId
from adapters.servicetitan.resource import BLOCK, Key, Resource


class AssignmentStatus(Enum):
    """Source: Dispatch.V2.JobAppointmentAssignmentStatus."""

    SCHEDULED = "Scheduled"
    DISPATCHED = "Dispatched"
    WORKING = "Working"
    DONE = "Done"
    UNKNOWN = "UNKNOWN"


class Assignment(Model, frozen=True, kw_only=True):
    """A technician's part in a visit.

    Source: GET /dispatch/v2/tenant/{tenant}/appointment-assignments, AppointmentAssignmentResponse.
    """

    id: AssignmentId
    appointment_id: AppointmentId
    job_id: JobId | None = None
    technician_id: TechnicianId | None = None
    technician_name: str | None = None
    status: AssignmentStatus = AssignmentStatus.UNKNOWN
    active: bool = True


ASSIGNMENTS = Resource(
    name="assignments",
    path="dispatch/v2/tenant/{tenant}/appointment-assignments",
    model=Assignment,
    keys={
        "appointment_id": Key[Assignment](
            "appointmentIds", lambda row: (row.appointment_id,), BLOCK
        ),
    },
)
