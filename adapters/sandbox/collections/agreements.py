"""Service agreements."""

from adapters.sandbox.collection import USUAL_SORTS, Collection
from adapters.sandbox.filters import CHANGES, IDS, choice, many
from adapters.sandbox.rows import NOW, Raw, nothing

STATUSES = (
    "Draft",
    "Sent",
    "Rejected",
    "Accepted",
    "Activated",
    "Canceled",
    "Expired",
    "AutoRenew",
)

TEMPLATE: Raw = {
    "originalTemplateId": 0,
    "revenueRecognitionMode": "Immediate",
    **nothing("generalLedgerAccountId", "invoiceCancellationMode", "billingScheduleType"),
    "billingServiceId": 0,
    **nothing("negativeLiabilityServiceId", "positiveIncomeServiceId"),
    **nothing("defaultLaborCostPerHour", "defaultExtraTravelCostPerHour"),
    **nothing("defaultPricingStrategy", "defaultTargetMarginValue"),
    **nothing("defaultTargetMarginValueType", "defaultFlatPrice", "defaultMarkupPercentage"),
    **nothing("defaultSurcharge", "defaultLaborMarkupPercentage", "defaultRateSheetId"),
    **nothing("defaultMaterialMarkupPercentage", "defaultLaborSurcharge", "defaultCampaignId"),
    **nothing("defaultMaterialSurcharge", "defaultDocumentTemplateId", "defaultAutoRenew"),
}

SERVICE_AGREEMENTS = Collection(
    name="service-agreements",
    module="service-agreements",
    path="service-agreements",
    activity="none",
    sorts=(*USUAL_SORTS, "Name", "StartDate", "EndDate"),
    unlisted=frozenset({"active"}),
    undetailed=frozenset({"active"}),
    filters=(
        IDS,
        many("customerIds", "customerId"),
        many("businessUnitIds", "businessUnitId"),
        choice("status", "status", *STATUSES),
        *CHANGES,
    ),
    defaults={
        "id": 0,
        "active": True,
        "name": "Unnamed Agreement",
        "createdOn": NOW,
        "createdById": None,
        "modifiedOn": NOW,
        "modifiedById": None,
        "templateFields": TEMPLATE,
        "customerId": 0,
        "businessUnitId": 0,
        "status": "Draft",
        "locationIds": [],
        "origin": "Initial",
        **nothing("summary", "importId"),
        "importedDeferredAmount": 0.0,
        "importedRecognizedAmount": 0.0,
        "durationMonths": None,
        "autoRenew": False,
        **nothing("renewalAgreementId", "startDate", "endDate", "billingSchedule"),
        **nothing("paymentTermId", "paymentMethodId", "estimatedTravelCost"),
        **nothing("estimatedLaborCost", "estimatedMaterialCost"),
        **nothing("laborMarkupPercentage", "materialMarkupPercentage"),
        "laborSurcharge": 0.0,
        "materialSurcharge": 0.0,
        **nothing("totalAgreementPrice", "estimatedGrossMarginAmount"),
        **nothing("estimatedGrossMarginPercentage", "rateSheetId", "accountManagerId"),
        **nothing("soldById", "tagTypeIds"),
        "customFields": [],
    },
)
