"""Estimates."""

from decimal import Decimal

from adapters.sandbox.collection import Collection
from adapters.sandbox.filters import (
    CHANGES,
    IDS,
    Related,
    at_least,
    at_most,
    before,
    choice,
    one,
    since,
    word,
)
from adapters.sandbox.rows import NOW, Raw, nothing

OPEN, SOLD, DISMISSED = (
    {"value": value, "name": name} for value, name in enumerate(("Open", "Sold", "Dismissed"))
)


def total(data: Raw, _others: Related) -> tuple[object, ...]:
    """Return what the estimate comes to; it has no column of that name."""
    return (Decimal(str(data.get("subtotal", 0))) + Decimal(str(data.get("tax", 0))),)


ITEM: Raw = {
    "id": 0,
    "sku": {
        "id": 0,
        "name": "",
        "displayName": "",
        "type": "Service",
        "soldHours": 0.0,
        "generalLedgerAccountId": 0,
        "generalLedgerAccountName": "",
        "modifiedOn": NOW,
    },
    "skuAccount": "",
    "description": "",
    "membershipTypeId": None,
    "qty": 1.0,
    "unitRate": 0.0,
    "total": 0.0,
    "unitCost": 0.0,
    "totalCost": 0.0,
    "itemGroupName": "",
    "itemGroupRootId": None,
    "createdOn": NOW,
    "modifiedOn": NOW,
    **nothing("chargeable", "invoiceItemId", "budgetCodeId"),
}

ESTIMATES = Collection(
    name="estimates",
    module="sales",
    path="estimates",
    sorting=("sort", "orderBy"),
    filters=(
        IDS,
        one("jobId", "jobId"),
        one("projectId", "projectId"),
        one("locationId", "locationId"),
        word("jobNumber", "jobNumber"),
        one("soldById", "soldBy"),
        one("soldByEmployeeId", "soldBy"),
        choice("status", "status.name", "Open", "Sold", "Dismissed"),
        at_least("totalGreater", total),
        at_most("totalLess", total),
        since("soldAfter", "soldOn"),
        before("soldBefore", "soldOn"),
        *CHANGES,
    ),
    elements={"items": ITEM},
    defaults={
        "id": 0,
        **nothing("jobId", "projectId", "locationId", "customerId", "name", "jobNumber"),
        "status": OPEN,
        "reviewStatus": "None",
        "summary": None,
        "createdOn": NOW,
        "modifiedOn": NOW,
        **nothing("soldOn", "soldBy"),
        "active": True,
        "items": [],
        "externalLinks": [],
        "subtotal": 0.0,
        "tax": 0.0,
        **nothing("businessUnitId", "businessUnitName", "budgetCodeId", "proposalTagName"),
        "isRecommended": False,
        "isChangeOrder": False,
        **nothing("depositAmount", "depositPercent", "requireDepositOnSignature"),
    },
)
