"""Technicians, business units, job types and membership types: what the office sets up."""

from adapters.sandbox.homes import money, office_only
from adapters.sandbox.homes.book import Book, Row
from adapters.sandbox.homes.business import BUSINESS_NAME, BUSINESS_PHONE, OFFICE_USER
from adapters.sandbox.homes.plans import SERVICE_TYPES, Level
from adapters.sandbox.homes.trades import TECHNICIANS, UNITS, Trade

_OPENED = 3000


def business_unit(book: Book, key: int) -> Row:
    """Write a business unit down; customers know it by its official name."""
    name, official = UNITS[key]
    return book.add(
        "business-units",
        {
            "id": key,
            "active": True,
            "name": name,
            "officialName": official,
            "email": "office@harborandoak.example",
            "currency": "USD",
            "phoneNumber": BUSINESS_PHONE,
            "invoiceHeader": f"<b>{BUSINESS_NAME}</b><br>{official}",
            "invoiceMessage": "<p>Thank you for your business.</p>",
            "defaultTaxRate": 0.08,
            "authorizationParagraph": "<p>I authorize the work described above.</p>",
            "acknowledgementParagraph": "<p>The work was done to my satisfaction.</p>",
            "address": _office_address(),
            **_unit_office(book, key),
            **book.written(key, _OPENED),
            "externalData": [],
        },
    )


def _office_address() -> Row:
    return {
        "street": "1200 W Harbor Drive",
        "unit": None,
        "city": "Chicago",
        "state": "IL",
        "zip": "60607",
        "country": "USA",
        "latitude": 41.8757,
        "longitude": -87.6589,
        "isManualCoordinates": False,
        "isMilitary": False,
    }


def _unit_office(book: Book, key: int) -> Row:
    return {
        "materialSku": office_only.remark("material sku"),
        "quickbooksClass": office_only.remark("class"),
        "accountCode": office_only.remark("account code"),
        "franchiseId": office_only.remark("franchise"),
        "conceptCode": office_only.remark("concept"),
        "corporateContractNumber": office_only.remark("contract"),
        "trade": {"id": 1, "name": UNITS[key][0].split(":")[0]},
        "division": {"id": 2, "name": "Residential"},
        "tagTypeIds": [office_only.NUMBER],
        "tenant": {
            "id": 1234567,
            "name": "harbor-and-oak",
            "accountCode": office_only.remark("account code"),
            "franchiseId": office_only.remark("franchise"),
            "conceptCode": office_only.remark("concept"),
            "modifiedOn": book.clock.stamp(-_OPENED, key),
        },
        "certifiedSentriconSpecialistCode": None,
    }


def technician(book: Book, key: int) -> Row:
    """Write a technician down; customers may know the name and the biography."""
    name, unit = TECHNICIANS[key]
    first, last = name.split(" ")
    return book.add(
        "technicians",
        {
            "id": key,
            "userId": key + 7000,
            "name": name,
            "roleIds": [office_only.NUMBER],
            "businessUnitId": unit,
            "mainZoneId": 41,
            "zoneIds": [41],
            **book.written(key, _OPENED),
            "email": f"{first.lower()}@harborandoak.example",
            "active": True,
            "isManagedTech": True,
            "licenseType": "ManagedTech",
            "firstName": first,
            "lastName": last,
            "status": "Idle",
            "skills": [],
            "positions": ["Service"],
            "bio": f"<p>{first} has been with us for {key % 9 + 3} years.</p>",
            **_wages(),
            **_whereabouts(book),
        },
    )


def _wages() -> Row:
    return {
        "dailyGoal": office_only.MONEY,
        "burdenRate": office_only.MONEY,
        "commissionRate": office_only.MONEY,
        "currentValue": office_only.MONEY,
        "hourlyRate": office_only.MONEY,
        "soldByRate": office_only.MONEY,
        "payrollId": office_only.remark("payroll"),
        "payrollProfileId": office_only.NUMBER,
        "memo": f"<p>{office_only.remark('on a final warning')}</p>",
    }


def _whereabouts(book: Book) -> Row:
    return {
        "phoneNumber": office_only.remark("private phone"),
        "loginName": office_only.remark("login"),
        "home": {"street": office_only.remark("home street"), "city": "Chicago"},
        "customFields": [],
        "aadUserId": office_only.remark("directory id"),
        "team": office_only.remark("Team B"),
        "jobFilter": "AllScheduledDispatchedWorking",
        "permissions": [],
        "accountLocked": False,
        "jobId": None,
        "mobilePhone": office_only.remark("private phone"),
        "outboundCallerId": None,
        "appoitmentId": None,
        "shiftStart": "08:00:00",
        "shiftEnd": "17:00:00",
        "startDate": book.clock.midnight(-_OPENED),
        "location": {"latitude": 41.9, "longitude": -87.7, "coordinatesUpdatedOn": None},
    }


def job_type(book: Book, trade: Trade) -> Row:
    """Write a job type down."""
    return book.add(
        "job-types",
        {
            "id": trade.id,
            "name": trade.name,
            "businessUnitIds": [trade.unit],
            "skills": [],
            "tagTypeIds": [office_only.NUMBER],
            "priority": "Normal",
            "duration": trade.minutes * 60,
            "soldThreshold": office_only.MONEY,
            "class": office_only.remark("class"),
            "summary": office_only.remark("booking script"),
            "noCharge": False,
            "enforceRecurringServiceEventSelection": False,
            "invoiceSignaturesRequired": False,
            **book.written(trade.id, _OPENED),
            "externalData": [],
            "active": True,
            "isSmartDispatched": False,
            "defaultEstimateSoldAction": "PerformLater",
            "customFieldTypeIds": [],
        },
    )


def membership_type(book: Book, level: Level) -> Row:
    """Write a type of membership down with its prices and visits."""
    price = money.number(level.cents)
    return book.add(
        "membership-types",
        {
            "id": level.id,
            "name": level.name,
            "displayName": level.shown,
            "active": True,
            "discountMode": "Basic",
            "locationTarget": "SingleLocation",
            "revenueRecognitionMode": "Deferred",
            "autoCalculateInvoiceTemplates": False,
            "useMembershipPricingTable": False,
            "showMembershipSavings": True,
            **book.written(level.id, _OPENED),
            "createdById": OFFICE_USER,
            "importId": None,
            "billingTemplateId": level.template,
            "discount": 10.0,
            "durationBilling": [
                {
                    "duration": 12,
                    "billingFrequency": level.frequency,
                    "salePrice": price,
                    "billingPrice": price,
                    "renewalPrice": price,
                }
            ],
            "discounts": [],
            "recurringServices": [_promise(level, trade) for trade in level.promises],
            "tagTypeIds": [],
        },
    )


def _promise(level: Level, trade: Trade) -> Row:
    return {
        "membershipTypeId": level.id,
        "recurringServiceTypeId": SERVICE_TYPES + trade.id,
        "offset": 1,
        "offsetType": "Months",
        "allocation": office_only.MONEY,
    }
