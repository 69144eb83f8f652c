"""Invoices and payments: money as strings, inactive rows by `activeState`."""

from decimal import Decimal

from adapters.sandbox.collection import Collection
from adapters.sandbox.filters import (
    CHANGES,
    IDS,
    Filter,
    Related,
    at,
    at_least,
    at_most,
    before,
    beyond,
    choice,
    many,
    one,
    since,
    word,
)
from adapters.sandbox.rows import NOW, Raw, nothing

POSTINGS = ("Pending", "Posted", "Exported")
REVIEWS = (
    "NeedsReview",
    "OnHold",
    "Reviewed",
    "PendingApproval",
    "Rejected",
    "ReadyForBilling",
    "Invoiced",
)
CONFIGURATIONS = (
    "JobInvoice",
    "ProjectInvoice",
    "CounterSales",
    "MembershipInvoice",
    "InterestChargeInvoice",
    "ARImportInvoice",
)
COMPARERS = {
    "equals": Decimal.__eq__,
    "notequals": Decimal.__ne__,
    "greater": Decimal.__gt__,
    "less": Decimal.__lt__,
}


def posting(data: Raw, _others: Related) -> tuple[object, ...]:
    """Return the transaction status: asked for by `statuses`, shown as `syncStatus` alone."""
    known = data.get("syncStatus")
    return (known if known in POSTINGS else "Pending",)


def _comparison(text: str) -> tuple[str, Decimal]:
    comparer, amount = text.split(" ", 1)
    if comparer.casefold() not in COMPARERS:
        raise ValueError(text)
    return comparer.casefold(), Decimal(amount)


def _compares(value: object, wanted: tuple[str, Decimal]) -> bool:
    comparer, amount = wanted
    return COMPARERS[comparer](Decimal(str(value)), amount) is True


BALANCE = Filter(
    "balanceFilter.Balance",
    _comparison,
    at("balance"),
    _compares,
    beside=("balanceFilter.Comparer", "Equals"),
)

CUSTOM_FIELDS = beyond("customField.Fields", "customField.Operator")

INVOICE_ITEM: Raw = {
    "id": 0,
    **nothing("description", "cost", "totalCost", "budgetCodeId", "inventoryLocationId"),
    "quantity": "1.0000000000000000000",
    **nothing("inventoryLocation", "price", "skuName", "total"),
    "type": "Service",
    "skuId": 0,
    "inventory": False,
    "taxable": False,
    "isChargeable": True,
    **nothing("generalLedgerAccount", "costOfSaleAccount", "assetAccount"),
    "membershipTypeId": 0,
    **nothing("itemGroup", "displayName", "soldHours"),
    "createdOn": NOW,
    "modifiedOn": NOW,
    "serviceDate": None,
    "order": 1,
    **nothing("businessUnit", "createdById", "displayInAmount", "importId", "exportId"),
    "inventoryStatus": None,
    "addOn": False,
    **nothing("memberPrice", "technicianId", "installedEquipmentId", "estimateItemId"),
}

INVOICES = Collection(
    name="invoices",
    module="accounting",
    path="invoices",
    activity="activeState",
    singled=False,
    sorting=("sort", "orderBy"),
    filters=(
        IDS,
        one("customerId", "customer.id"),
        one("jobId", "job.id"),
        word("jobNumber", "job.number"),
        word("number", "referenceNumber"),
        one("businessUnitId", "businessUnit.id"),
        one("batchId", "batch.id"),
        word("batchNumber", "batch.number"),
        one("adjustmentToId", "adjustmentToId"),
        many("assignedToIds", "assignedTo.id"),
        choice("statuses", posting, *POSTINGS),
        choice("reviewStatuses", "reviewStatus", *REVIEWS),
        choice("invoiceConfigurations", "invoiceConfiguration", *CONFIGURATIONS),
        BALANCE,
        at_least("totalGreater", "total"),
        at_most("totalLess", "total"),
        since("invoicedOnOrAfter", "invoiceDate"),
        before("invoicedOnBefore", "invoiceDate"),
        since("dueDateOnOrAfter", "dueDate"),
        before("dueDateBefore", "dueDate"),
        *CHANGES,
        *CUSTOM_FIELDS,
    ),
    elements={"items": INVOICE_ITEM},
    defaults={
        "id": 0,
        **nothing("syncStatus", "budgetCodeId", "referenceNumber", "invoiceDate", "dueDate"),
        "subTotal": "0.00",
        "salesTax": "0.00",
        **nothing("salesTaxCode", "taxZoneId"),
        "total": "0.00",
        "balance": "0.00",
        **nothing("invoiceType", "customer", "customerAddress", "location", "locationAddress"),
        **nothing("businessUnit", "termName", "createdBy", "batch", "depositedOn"),
        "createdOn": NOW,
        "modifiedOn": NOW,
        **nothing("adjustmentToId", "job", "projectId", "royalty", "employeeInfo"),
        "commissionEligibilityDate": None,
        "sentStatus": "NotSent",
        "reviewStatus": "NeedsReview",
        **nothing("assignedTo", "summary"),
        "items": [],
        "customFields": None,
        "active": True,
        "discountTotal": "0.00",
        **nothing("importId", "exportId", "materialSkuId", "membershipId", "paidOn"),
        "invoiceConfiguration": "JobInvoice",
    },
)

PAYMENTS = Collection(
    name="payments",
    module="accounting",
    path="payments",
    activity="activeState",
    singled=False,
    filters=(
        IDS,
        one("customerId", "customer.id"),
        many("appliedToInvoiceIds", "appliedTo.appliedTo"),
        word("appliedToReferenceNumber", "appliedTo.appliedToReferenceNumber"),
        one("batchId", "batch.id"),
        word("batchNumber", "batch.number"),
        many("businessUnitIds", "businessUnit.id"),
        many("depositIds", "deposit.id"),
        choice("statuses", posting, *POSTINGS),
        at_least("totalGreater", "total"),
        at_most("totalLess", "total"),
        since("paidOnAfter", "date"),
        before("paidOnBefore", "date"),
        *CHANGES,
        *CUSTOM_FIELDS,
        *beyond("transactionType"),
    ),
    elements={
        "appliedTo": {
            "appliedId": 0,
            "appliedTo": 0,
            **nothing("appliedAmount", "appliedBy", "appliedOn", "appliedToReferenceNumber"),
        }
    },
    defaults={
        "id": 0,
        "active": True,
        "appliedTo": [],
        **nothing("authCode", "batch", "businessUnit", "checkNumber", "createdBy", "customer"),
        "createdOn": NOW,
        "customFields": None,
        **nothing("deposit", "generalLedgerAccount", "memo", "referenceNumber"),
        "date": NOW,
        "modifiedOn": NOW,
        **nothing("refundedPaymentId", "syncStatus", "type", "typeId"),
        "total": "0.00",
        "unappliedAmount": "0.00",
    },
)
