"""Memberships, recurring services and their events (memberships-v2)."""

from adapters.sandbox.homes import money, office_only
from adapters.sandbox.homes.book import Book, Row
from adapters.sandbox.homes.business import CAMPAIGN, OFFICE_USER
from adapters.sandbox.homes.clock import NEVER
from adapters.sandbox.homes.plans import LEVELS, SERVICE_TYPES, Care, Due, Joined, Level
from adapters.sandbox.homes.trades import HVAC_SERVICE

_MONTH = 30.4375


def membership(book: Book, joined: Joined) -> Row:
    """Write a membership down."""
    level = LEVELS[joined.level]
    gone = joined.status == "Canceled"
    return book.add(
        "memberships",
        {
            "id": joined.id,
            **book.written(joined.id, -joined.day),
            "createdById": OFFICE_USER,
            "followUpOn": NEVER,
            "cancellationDate": book.clock.midnight(-20) if gone else None,
            "from": book.clock.midnight(joined.day),
            "to": _end(book, joined),
            "nextScheduledBillDate": book.clock.midnight(11) if joined.status == "Active" else None,
            "billingFrequency": level.frequency,
            "renewalBillingFrequency": level.frequency,
            "status": joined.status,
            "followUpStatus": "NotAttempted",
            "active": joined.status == "Active",
            "duration": joined.months,
            "renewalDuration": joined.months,
            "businessUnitId": HVAC_SERVICE,
            "customerId": joined.party.id,
            "membershipTypeId": joined.level,
            "billingTemplateId": level.template,
            "locationId": joined.place.id if joined.place else None,
            "recurringLocationId": joined.place.id if joined.place else None,
            "customerPo": None,
            **_membership_office(),
        },
    )


def recurring_service(book: Book, care: Care) -> Row:
    """Write a recurring service down."""
    return book.add(
        "recurring-services",
        {
            "id": care.id,
            "name": care.trade.name,
            "active": True,
            **book.written(care.id, -care.joined.day),
            "createdById": OFFICE_USER,
            "importId": None,
            "membershipId": care.joined.id,
            "locationId": care.place.id,
            "recurringServiceTypeId": SERVICE_TYPES + care.trade.id,
            "durationType": "Continuous",
            "durationLength": 0,
            "from": book.clock.midnight(care.joined.day),
            "to": _end(book, care.joined),
            "memo": office_only.remark("send a junior"),
            "firstVisitComplete": True,
            "businessUnitId": care.trade.unit,
            "jobTypeId": care.trade.id,
            "campaignId": CAMPAIGN,
            "priority": "Normal",
            "jobSummary": office_only.remark("tune-up, bring filters"),
            **_rhythm(care),
            **_service_office(),
        },
    )


def event(book: Book, due: Due) -> Row:
    """Write down one visit that a recurring service promises."""
    return book.add(
        "recurring-service-events",
        {
            "id": due.id,
            "active": True,
            "locationRecurringServiceId": due.care.id,
            "locationRecurringServiceName": due.care.trade.name,
            "membershipId": due.care.joined.id,
            "membershipName": LEVELS[due.care.joined.level].name,
            "status": due.status,
            "date": book.clock.midnight(due.day),
            **book.written(due.id, max(-due.day, 0) + 40, max(-due.day, 1)),
            "jobId": due.job,
            "createdById": OFFICE_USER,
        },
    )


def _end(book: Book, joined: Joined) -> str | None:
    if joined.months is None:
        return None
    return book.clock.midnight(joined.day + round(joined.months * _MONTH))


def _rhythm(care: Care) -> Row:
    return {
        "recurrenceType": "Seasonal",
        "recurrenceInterval": 1,
        "recurrenceMonths": list(care.months),
        "recurrenceDaysOfWeek": [],
        "recurrenceWeek": "None",
        "recurrenceDayOfNthWeek": None,
        "recurrenceDaysOfMonth": [],
        "jobStartTime": None,
        "preferredTechnicianIds": [],
        "tagTypeIds": [],
    }


def _service_office() -> Row:
    return {
        "invoiceTemplateId": None,
        "invoiceTemplateForFollowingYearsId": None,
        "activatedFromId": None,
        "allocation": office_only.MONEY,
        "estimatedPayrollCost": office_only.MONEY,
    }


def _membership_office() -> Row:
    return {
        "initialDeferredRevenue": office_only.MONEY,
        "activatedById": OFFICE_USER,
        "activatedFromId": None,
        "cancellationBalanceInvoiceId": None,
        "cancellationInvoiceId": None,
        "followUpCustomStatusId": None,
        "paymentMethodId": office_only.NUMBER,
        "paymentTypeId": office_only.NUMBER,
        "renewalMembershipTaskId": office_only.NUMBER,
        "renewedById": None,
        "soldById": office_only.NUMBER,
        "importId": office_only.remark("import"),
        "memo": office_only.remark("asked for a discount"),
        "customFields": [
            {"typeId": 7061, "name": "Referral", "value": office_only.remark("referral")}
        ],
    }


def invoice_template(book: Book, level: Level) -> Row:
    """Write down the invoice template that a type of membership is billed by."""
    return book.add(
        "invoice-templates",
        {
            "id": level.template,
            "name": f"{level.name} billing",
            **book.written(level.template, 1500),
            "createdById": OFFICE_USER,
            "active": True,
            "total": money.number(level.cents),
            "isSettingsTemplate": True,
            "importId": None,
            "items": [
                {
                    "id": level.template * 100 + 1,
                    "skuId": 90401,
                    "skuType": "Service",
                    "quantity": 1.0,
                    "unitPrice": money.number(level.cents),
                    "isAddOn": False,
                    "importId": None,
                    "workflowActionItemId": None,
                    "description": f"<p>{level.shown or level.name}</p>",
                    "cost": office_only.MONEY,
                    "hours": office_only.MONEY,
                }
            ],
        },
    )
