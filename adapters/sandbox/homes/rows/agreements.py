"""Service agreements (service-agreements-v2: ServiceAgreementResponse)."""

from adapters.sandbox.homes import office_only
from adapters.sandbox.homes.agreements import Agreement
from adapters.sandbox.homes.book import Book, Row
from adapters.sandbox.homes.business import OFFICE_USER
from adapters.sandbox.homes.money import number
from adapters.sandbox.homes.trades import HVAC_SERVICE

_COSTS = (
    "importedDeferredAmount",
    "importedRecognizedAmount",
    "estimatedTravelCost",
    "estimatedLaborCost",
    "estimatedMaterialCost",
    "laborMarkupPercentage",
    "materialMarkupPercentage",
    "laborSurcharge",
    "materialSurcharge",
    "estimatedGrossMarginAmount",
    "estimatedGrossMarginPercentage",
)
_TEMPLATE_COSTS = (
    "defaultLaborCostPerHour",
    "defaultExtraTravelCostPerHour",
    "defaultTargetMarginValue",
    "defaultFlatPrice",
    "defaultMarkupPercentage",
    "defaultSurcharge",
    "defaultLaborMarkupPercentage",
    "defaultMaterialMarkupPercentage",
    "defaultLaborSurcharge",
    "defaultMaterialSurcharge",
)


def agreement(book: Book, told: Agreement) -> Row:
    """Write a service agreement down."""
    return book.add(
        "service-agreements",
        {
            "id": told.id,
            "name": told.name,
            **book.written(told.id, max(-told.day, 1) + 14, 30),
            "createdById": OFFICE_USER,
            "modifiedById": OFFICE_USER,
            "templateFields": _template(),
            "customerId": told.party.id,
            "businessUnitId": HVAC_SERVICE,
            "status": told.status,
            "locationIds": [place.id for place in told.places],
            "origin": "Initial",
            "summary": "Two planned visits a year at each location, filters included.",
            "importId": office_only.remark("import"),
            "durationMonths": told.months,
            "autoRenew": told.status == "Activated",
            "renewalAgreementId": None,
            "startDate": book.clock.day(told.day),
            "endDate": book.clock.day(told.last_day),
            "billingSchedule": "Quarterly",
            "paymentTermId": 21,
            "paymentMethodId": -1,
            **dict.fromkeys(_COSTS, office_only.MONEY),
            "totalAgreementPrice": number(told.cents),
            "rateSheetId": office_only.NUMBER,
            "accountManagerId": office_only.NUMBER,
            "soldById": office_only.NUMBER,
            "tagTypeIds": [office_only.NUMBER],
            "customFields": [
                {"typeId": 7071, "name": "Margin note", "value": office_only.remark("margin")}
            ],
        },
    )


def _template() -> Row:
    return {
        "originalTemplateId": office_only.NUMBER,
        "revenueRecognitionMode": "Deferred",
        "generalLedgerAccountId": office_only.NUMBER,
        "invoiceCancellationMode": "AskToCreateInvoice",
        "billingServiceId": office_only.NUMBER,
        "billingScheduleType": "Quarterly",
        "negativeLiabilityServiceId": office_only.NUMBER,
        "positiveIncomeServiceId": office_only.NUMBER,
        "defaultPricingStrategy": "TotalAgreementFlatPrice",
        "defaultTargetMarginValueType": "PercentageMargin",
        **dict.fromkeys(_TEMPLATE_COSTS, office_only.MONEY),
        "defaultRateSheetId": office_only.NUMBER,
        "defaultCampaignId": office_only.NUMBER,
        "defaultDocumentTemplateId": office_only.NUMBER,
        "defaultAutoRenew": True,
    }
