"""Every filter of every list, over rows made for it: what it keeps, and what it leaves out."""

import httpx
import pytest

from adapters.sandbox.collections import COLLECTIONS

# Two rows of each collection: 71 is asked for, 72 is somebody else's.
ROWS: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "customers": (
        {
            "name": "Ada Brook ",
            "address": {"street": "5 Elm St", "unit": "B", "city": "Aurora", "zip": "60502"},
        },
        {"name": "Otto", "address": {"state": "WI", "country": "Canada"}},
    ),
    "customer-contacts": (
        {"customerId": 71, "type": "Phone", "value": "5550101"},
        {"customerId": 72, "type": "Phone", "value": "5550102"},
    ),
    "locations": (
        {
            "customerId": 71,
            "name": "Home",
            "address": {"street": "5 Elm St", "unit": "B", "city": "Aurora", "zip": "60502"},
        },
        {"customerId": 72, "name": "Shop", "address": {"state": "WI", "country": "Canada"}},
    ),
    "location-contacts": ({"locationId": 71}, {"locationId": 72}),
    "jobs": (
        {
            "jobNumber": "J-71",
            "customerId": 71,
            "locationId": 71,
            "projectId": 71,
            "bookingId": 71,
            "soldById": 71,
            "jobTypeId": 71,
            "campaignId": 71,
            "businessUnitId": 71,
            "invoiceId": 71,
            "createdFromEstimateId": 71,
            "estimateIds": [70, 71],
            "tagTypeIds": [71],
            "equipmentIds": [71],
            "jobStatus": "InProgress",
            "priority": "Urgent",
            "firstAppointmentId": 71,
            "completedOn": "2026-03-01T10:00:00Z",
        },
        {"jobNumber": "J-72", "firstAppointmentId": 72, "completedOn": "2026-02-01T10:00:00Z"},
    ),
    "appointments": (
        {
            "jobId": 71,
            "customerId": 71,
            "appointmentNumber": "A-71",
            "status": "Working",
            "start": "2026-03-01T10:00:00Z",
            "unused": True,
        },
        {"jobId": 72, "appointmentNumber": "A-72", "start": "2026-02-01T10:00:00Z"},
    ),
    "appointment-assignments": (
        {"jobId": 71, "appointmentId": 71, "technicianId": 71},
        {"jobId": 72, "appointmentId": 72, "technicianId": 72},
    ),
    "invoices": (
        {
            "referenceNumber": "N-71",
            "customer": {"id": 71, "name": "Ada"},
            "job": {"id": 71, "number": "J-71"},
            "businessUnit": {"id": 71},
            "batch": {"id": 71, "number": "12"},
            "adjustmentToId": 71,
            "assignedTo": {"id": 71},
            "syncStatus": "Exported",
            "reviewStatus": "Reviewed",
            "invoiceConfiguration": "MembershipInvoice",
            "total": "100.00",
            "balance": "100.0000000000000000000",
            "invoiceDate": "2026-03-01T00:00:00Z",
            "dueDate": "2026-03-01T00:00:00Z",
        },
        {
            "referenceNumber": "N-72",
            "total": "99.99",
            "invoiceDate": "2026-02-01T00:00:00Z",
            "dueDate": "2026-02-01T00:00:00Z",
        },
    ),
    "payments": (
        {
            "customer": {"id": 71},
            "appliedTo": [
                {"appliedId": 1, "appliedTo": 70, "appliedToReferenceNumber": "N-70"},
                {"appliedId": 2, "appliedTo": 71, "appliedToReferenceNumber": "N-71"},
            ],
            "batch": {"id": 71, "number": "12"},
            "businessUnit": {"id": 71},
            "deposit": {"id": 71},
            "syncStatus": "Posted",
            "total": "100.00",
            "date": "2026-03-01T00:00:00Z",
        },
        {"total": "99.99", "date": "2026-02-01T00:00:00Z"},
    ),
    "estimates": (
        {
            "jobId": 71,
            "projectId": 71,
            "locationId": 71,
            "jobNumber": "J-71",
            "soldBy": 71,
            "status": {"value": 1, "name": "Sold"},
            "subtotal": 90.0,
            "tax": 10.0,
            "soldOn": "2026-03-01T00:00:00Z",
        },
        {"subtotal": 99.99, "soldOn": "2026-02-01T00:00:00Z"},
    ),
    "installed-equipment": ({"locationId": 71}, {"locationId": 72}),
    "memberships": (
        {"customerId": 71, "status": "Suspended", "duration": 12, "billingFrequency": "Monthly"},
        {"customerId": 72, "status": "Expired"},
    ),
    "membership-types": (
        {"durationBilling": [{"duration": 12, "billingFrequency": "Monthly"}]},
        {"durationBilling": [{"duration": None, "billingFrequency": "Annual"}]},
    ),
    "recurring-services": ({"membershipId": 71, "locationId": 71}, {"locationId": 72}),
    "recurring-service-events": (
        {"locationRecurringServiceId": 71, "jobId": 71, "status": "Won"},
        {"locationRecurringServiceId": 72},
    ),
    "service-agreements": (
        {"customerId": 71, "businessUnitId": 71, "status": "Activated"},
        {"customerId": 72},
    ),
    "technicians": ({"userId": 71, "name": "Sal Ortiz"}, {"name": "Kim"}),
    "business-units": ({"name": "HVAC Service"}, {"name": "Plumbing"}),
    "job-types": ({"name": "Tune-up", "priority": "Low"}, {"name": "Leak"}),
    "invoice-templates": ({}, {}),
}

# What finds row 71 and not 72, beside `ids` and the moments of creation and change.
ASKED: dict[str, tuple[str, ...]] = {
    "customers": (
        "name=brook",
        "street=elm",
        "unit=b",
        "city=AURORA",
        "state=il",
        "zip=60502",
        "country=usa",
        "phone=5550101",
    ),
    "customer-contacts": ("customerIds=71", "customerIds=70,71"),
    "locations": (
        "customerId=71",
        "name=HOME",
        "street=elm",
        "unit=b",
        "city=AURORA",
        "state=il",
        "zip=60502",
        "country=usa",
    ),
    "location-contacts": ("locationIds=70,71",),
    "jobs": (
        "number=j-71",
        "customerId=71",
        "locationId=71",
        "projectId=71",
        "bookingId=71",
        "soldById=71",
        "jobTypeId=71",
        "campaignId=71",
        "businessUnitId=71",
        "invoiceId=71",
        "createdFromEstimateId=71",
        "estimateIds=71,9",
        "tagTypeIds=71",
        "equipmentIds=71",
        "jobStatus=inprogress",
        "priority=urgent",
        "appointmentStatus=working",
        "appointmentStartsOnOrAfter=2026-03-01T10:00:00Z",
        "firstAppointmentStartsOnOrAfter=2026-03-01",
        "technicianId=71",
        "hasUnusedAppointments=true",
        "completedOnOrAfter=2026-03-01T10:00:00Z",
        "customerId=71&locationId=71",
    ),
    "appointments": (
        "jobId=71",
        "customerId=71",
        "projectId=71",
        "technicianId=71",
        "number=A-71",
        "status=WORKING",
        "startsOnOrAfter=2026-03-01T10:00:00Z",
        "unused=true",
    ),
    "appointment-assignments": ("jobId=71", "appointmentIds=70,71"),
    "invoices": (
        "customerId=71",
        "jobId=71",
        "jobNumber=j-71",
        "number=n-71",
        "businessUnitId=71",
        "batchId=71",
        "batchNumber=12",
        "adjustmentToId=71",
        "assignedToIds=71",
        "statuses=exported",
        "statuses=Posted&statuses=Exported",
        "reviewStatuses=Reviewed",
        "invoiceConfigurations=membershipinvoice",
        "balanceFilter.Balance=0&balanceFilter.Comparer=Greater",
        "balanceFilter.Balance=0&balanceFilter.Comparer=notequals",
        "balanceFilter.Balance=100",
        "totalGreater=100",
        "invoicedOnOrAfter=2026-03-01",
        "dueDateOnOrAfter=2026-03-01",
    ),
    "payments": (
        "customerId=71",
        "appliedToInvoiceIds=71,9",
        "appliedToReferenceNumber=N-71",
        "batchId=71",
        "batchNumber=12",
        "businessUnitIds=71",
        "depositIds=71",
        "statuses=Posted",
        "totalGreater=100.00",
        "paidOnAfter=2026-03-01",
    ),
    "estimates": (
        "jobId=71",
        "projectId=71",
        "locationId=71",
        "jobNumber=J-71",
        "soldById=71",
        "soldByEmployeeId=71",
        "status=sold",
        "totalGreater=100",
        "soldAfter=2026-03-01",
    ),
    "installed-equipment": ("locationIds=71",),
    "memberships": (
        "customerIds=71",
        "status=Suspended",
        "duration=12",
        "billingFrequency=monthly",
    ),
    "membership-types": ("duration=12", "billingFrequency=Monthly"),
    "recurring-services": ("membershipIds=71", "locationIds=71"),
    "recurring-service-events": ("locationId=71", "jobId=71", "status=won"),
    "service-agreements": ("customerIds=71", "businessUnitIds=71", "status=activated"),
    "technicians": ("userIds=71", "name=ortiz"),
    "business-units": ("name=hvac",),
    "job-types": ("name=tune", "priority=low"),
}

# What finds row 72 and not 71.
OTHERWISE: dict[str, tuple[str, ...]] = {
    "jobs": (
        "completedBefore=2026-03-01T10:00:00Z",
        "appointmentStartsBefore=2026-03-01T10:00:00Z",
        "firstAppointmentStartsBefore=2026-03-01T10:00:00Z",
    ),
    "appointments": ("startsBefore=2026-03-01", "unused=false"),
    "invoices": (
        "totalLess=99.99",
        "balanceFilter.Balance=1&balanceFilter.Comparer=less",
        "invoicedOnBefore=2026-03-01",
        "dueDateBefore=2026-03-01",
        "statuses=Pending",
    ),
    "payments": ("totalLess=99.99", "paidOnBefore=2026-03-01", "statuses=Pending"),
    "estimates": ("totalLess=99.99", "soldBefore=2026-03-01", "status=Open"),
    "memberships": ("duration=null",),
    "membership-types": ("duration=null",),
}


MOMENTS = {
    "ids=71": 71,
    "createdOnOrAfter=2026-01-02T00:00:00Z": 71,
    "createdBefore=2026-01-02T00:00:00Z": 72,
    "modifiedOnOrAfter=2026-01-02T00:00:00Z": 71,
    "modifiedOnOrAfter=2026-01-01T23:59:59.99999999Z": 71,
    "modifiedOnOrAfter=2026-01-01T18:00:00-06:00": 71,
    "modifiedBefore=2026-01-02T00:00:00Z": 72,
}


def cases(name: str) -> dict[str, int]:
    """Return the queries of a list, and which of the two rows each finds."""
    known = {known.name for known in COLLECTIONS[name].filters}
    usual = {query: row for query, row in MOMENTS.items() if query.partition("=")[0] in known}
    mine = dict.fromkeys(ASKED.get(name, ()), 71)
    return usual | mine | dict.fromkeys(OTHERWISE.get(name, ()), 72)


def complete(name: str, query: str) -> str:
    """Return the query with what its list demands beside it."""
    demands = COLLECTIONS[name].demands
    given = {pair.partition("=")[0] for pair in query.split("&")}
    needed = demands and not given & set(demands)
    return f"{query}&{demands[0]}=71,72&pageSize=5000" if needed else f"{query}&pageSize=5000"


@pytest.fixture
async def twins(st: httpx.AsyncClient) -> httpx.AsyncClient:
    """Put both rows into every collection, one made a day before the other."""
    for name, rows in ROWS.items():
        for number, row, day in zip((71, 72), rows, ("02", "01"), strict=True):
            moment = f"2026-01-{day}T00:00:00Z"
            patch = {"createdOn": moment, "modifiedOn": moment, **row}
            answer = await st.put(f"/_sandbox/records/{name}/{number}", json=patch)
            assert answer.status_code == 200
    return st


@pytest.mark.parametrize("name", COLLECTIONS)
async def test_each_filter_keeps_the_one_and_not_the_other(
    twins: httpx.AsyncClient, name: str
) -> None:
    collection = COLLECTIONS[name]
    path = f"/{collection.module}/v2/tenant/1234567/{collection.path}"
    found: dict[str, list[int]] = {}
    for query in cases(name):
        answer = await twins.get(f"{path}?{complete(name, query)}")
        rows = answer.json()["data"]
        found[query] = [row["id"] for row in rows if row["id"] in (71, 72)]
    assert found == {query: [row] for query, row in cases(name).items()}


@pytest.mark.parametrize("name", COLLECTIONS)
def test_each_filter_is_among_those_tried(name: str) -> None:
    tried = {pair.partition("=")[0] for query in cases(name) for pair in query.split("&")}
    unserved = {"externalDataApplicationGuid", "externalDataKey", "externalDataValues"}
    unserved |= {"latitude", "longitude", "minDuration", "maxDuration", "transactionType"}
    unserved |= {"customField.Fields", "customField.Operator"}
    unserved |= {"excludeAccountingChangesFromModifiedDateRange"}
    assert {known.name for known in COLLECTIONS[name].filters} <= tried | unserved
