"""Appointment assignments: which technician goes."""

from adapters.sandbox.collection import Collection
from adapters.sandbox.filters import CHANGES, IDS, many, one
from adapters.sandbox.rows import NOW

APPOINTMENT_ASSIGNMENTS = Collection(
    name="appointment-assignments",
    module="dispatch",
    path="appointment-assignments",
    singled=False,
    feed_activity="True",
    filters=(IDS, many("appointmentIds", "appointmentId"), one("jobId", "jobId"), *CHANGES),
    defaults={
        "id": 0,
        "technicianId": 0,
        "technicianName": "",
        "assignedById": 0,
        "assignedOn": NOW,
        "status": "Scheduled",
        "isPaused": False,
        "jobId": 0,
        "appointmentId": 0,
        "createdOn": NOW,
        "modifiedOn": NOW,
        "active": True,
    },
)
