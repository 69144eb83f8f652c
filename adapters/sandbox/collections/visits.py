"""Recurring services and their events, which are the visits of a membership."""

from adapters.sandbox.collection import Collection
from adapters.sandbox.filters import CHANGES, IDS, among, choice, joined, many, one
from adapters.sandbox.rows import NOW, nothing

FOLLOW_UPS = ("NotAttempted", "Unreachable", "Contacted", "Won", "Dismissed")

RECURRING_SERVICES = Collection(
    name="recurring-services",
    module="memberships",
    path="recurring-services",
    filters=(
        IDS,
        many("membershipIds", "membershipId"),
        many("locationIds", "locationId"),
        *CHANGES,
    ),
    on_request={"preferredTechnicianIds": "includeTechnicians"},
    defaults={
        "id": 0,
        "name": "Unnamed Service",
        "active": True,
        "createdOn": NOW,
        "createdById": None,
        "modifiedOn": NOW,
        **nothing("importId", "membershipId"),
        "locationId": 0,
        "recurringServiceTypeId": 0,
        "durationType": "Continuous",
        "durationLength": 12,
        **nothing("from", "to", "memo", "invoiceTemplateId"),
        **nothing("invoiceTemplateForFollowingYearsId", "activatedFromId"),
        "firstVisitComplete": False,
        "allocation": 0.0,
        **nothing("businessUnitId", "jobTypeId", "campaignId", "jobSummary"),
        "priority": "Normal",
        "recurrenceType": "Seasonal",
        "recurrenceInterval": 1,
        "recurrenceMonths": [],
        "recurrenceDaysOfWeek": [],
        "recurrenceWeek": "None",
        "recurrenceDayOfNthWeek": None,
        "recurrenceDaysOfMonth": [],
        **nothing("jobStartTime", "estimatedPayrollCost"),
        "preferredTechnicianIds": [],
        "tagTypeIds": [],
    },
)

RECURRING_SERVICE_EVENTS = Collection(
    name="recurring-service-events",
    module="memberships",
    path="recurring-service-events",
    activity="none",
    singled=False,
    unlisted=frozenset({"active"}),
    filters=(
        IDS,
        among(
            "locationId", joined("locationRecurringServiceId", "recurring-services", "locationId")
        ),
        one("jobId", "jobId"),
        choice("status", "status", *FOLLOW_UPS),
        *CHANGES,
    ),
    defaults={
        "id": 0,
        "active": True,
        "locationRecurringServiceId": 0,
        **nothing("locationRecurringServiceName", "membershipId", "membershipName"),
        "status": "NotAttempted",
        "date": NOW,
        "createdOn": NOW,
        **nothing("jobId", "createdById"),
        "modifiedOn": NOW,
    },
)
