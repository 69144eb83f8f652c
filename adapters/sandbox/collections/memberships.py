"""Memberships, their types and the templates their bills are made from."""

from adapters.sandbox.collection import Collection
from adapters.sandbox.filters import CHANGES, IDS, Filter, Related, at, choice, many
from adapters.sandbox.reading import number
from adapters.sandbox.rows import NOW, Raw, nothing

FREQUENCIES = ("OneTime", "Monthly", "EveryOtherMonth", "Quarterly", "BiAnnual", "Annual")
STATUSES = ("Active", "Suspended", "Expired", "Canceled", "Deleted")


def loosely(data: Raw, _others: Related) -> tuple[object, ...]:
    """Return what `status` answers to: Active also finds the suspended (facts.md g11)."""
    status = data.get("status")
    return (status, "Active") if status == "Suspended" else (status,)


def _months(text: str) -> int | None:
    return None if text.casefold() == "null" else number(text)


def duration(source: str) -> Filter:
    """Keep rows of this many months; "null" asks for the ongoing ones."""
    read = at(source)

    def values(data: Raw, others: Related) -> tuple[object, ...]:
        return read(data, others) or (None,)

    return Filter("duration", _months, values, lambda value, wanted: value == wanted)


MEMBERSHIPS = Collection(
    name="memberships",
    module="memberships",
    path="memberships",
    filters=(
        IDS,
        many("customerIds", "customerId"),
        choice("status", loosely, *STATUSES),
        duration("duration"),
        choice("billingFrequency", "billingFrequency", *FREQUENCIES),
        *CHANGES,
    ),
    defaults={
        "id": 0,
        "createdOn": NOW,
        "createdById": None,
        "modifiedOn": NOW,
        "followUpOn": "0001-01-01T00:00:00Z",
        **nothing("cancellationDate", "from", "nextScheduledBillDate", "to"),
        "billingFrequency": "OneTime",
        "renewalBillingFrequency": None,
        "status": "Active",
        "followUpStatus": "NotAttempted",
        "active": True,
        "initialDeferredRevenue": 0.0,
        **nothing("duration", "renewalDuration"),
        "businessUnitId": 0,
        "customerId": 0,
        "membershipTypeId": 0,
        **nothing("activatedById", "activatedFromId", "billingTemplateId"),
        **nothing("cancellationBalanceInvoiceId", "cancellationInvoiceId"),
        **nothing("followUpCustomStatusId", "locationId", "paymentMethodId", "paymentTypeId"),
        **nothing("recurringLocationId", "renewalMembershipTaskId", "renewedById", "soldById"),
        **nothing("customerPo", "importId", "memo"),
        "customFields": [],
    },
)

MEMBERSHIP_TYPES = Collection(
    name="membership-types",
    module="memberships",
    path="membership-types",
    filters=(
        IDS,
        duration("durationBilling.duration"),
        choice("billingFrequency", "durationBilling.billingFrequency", *FREQUENCIES),
        *CHANGES,
    ),
    on_request={
        "durationBilling": "includeDurationBilling",
        "discounts": "includeDiscounts",
        "recurringServices": "includeRecurringServices",
        "tagTypeIds": "includeTags",
    },
    defaults={
        "id": 0,
        "name": "Unnamed Membership",
        "displayName": None,
        "active": True,
        "discountMode": "Basic",
        "locationTarget": "SingleLocation",
        "revenueRecognitionMode": "PointOfSale",
        "autoCalculateInvoiceTemplates": False,
        "useMembershipPricingTable": False,
        "showMembershipSavings": False,
        "createdOn": NOW,
        "createdById": None,
        "modifiedOn": NOW,
        **nothing("importId", "billingTemplateId"),
        "discount": 0.0,
        "durationBilling": [],
        "discounts": [],
        "recurringServices": [],
        "tagTypeIds": [],
    },
)

INVOICE_TEMPLATES = Collection(
    name="invoice-templates",
    module="memberships",
    path="invoice-templates",
    filters=(IDS,),
    sorting=(),
    activity="any",
    demands=("ids",),
    elements={
        "items": {
            "id": 0,
            "skuId": 0,
            "skuType": "Service",
            "quantity": 1.0,
            "unitPrice": 0.0,
            "isAddOn": False,
        }
    },
    defaults={
        "id": 0,
        "name": None,
        "createdOn": NOW,
        "createdById": None,
        "modifiedOn": NOW,
        "active": True,
        "total": 0.0,
        "isSettingsTemplate": False,
        "importId": None,
        "items": [],
    },
)
