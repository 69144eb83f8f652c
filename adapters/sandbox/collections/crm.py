"""Customers and locations."""

from adapters.sandbox.collection import Collection
from adapters.sandbox.filters import CHANGES, IDS, beyond, one, part, through, word
from adapters.sandbox.rows import NOW, Raw, nothing

ADDRESS: Raw = {
    "street": "1 Sample Street",
    "unit": None,
    "city": "Naperville",
    "state": "IL",
    "zip": "60540",
    "country": "USA",
    "latitude": None,
    "longitude": None,
}

BY_PLACE = (
    part("name", "name"),
    part("street", "address.street"),
    word("unit", "address.unit"),
    word("city", "address.city"),
    word("state", "address.state"),
    word("zip", "address.zip"),
    word("country", "address.country"),
    *beyond(
        "latitude",
        "longitude",
        "externalDataApplicationGuid",
        "externalDataKey",
        "externalDataValues",
    ),
)

CUSTOMERS = Collection(
    name="customers",
    module="crm",
    path="customers",
    filters=(
        IDS,
        *BY_PLACE,
        word("phone", through("customer-contacts", "customerId", "value")),
        *CHANGES,
        *beyond("excludeAccountingChangesFromModifiedDateRange"),
    ),
    defaults={
        "id": 0,
        "active": True,
        "name": "Unnamed Customer",
        "type": "Residential",
        "address": ADDRESS,
        "customFields": [],
        "balance": 0.0,
        "taxExempt": False,
        "tagTypeIds": [],
        "doNotMail": False,
        "doNotService": False,
        "nationalAccount": False,
        "createdOn": NOW,
        "createdById": 0,
        "modifiedOn": NOW,
        **nothing("mergedToId", "paymentTermId", "creditLimit", "creditLimitBalance"),
        "externalData": [],
    },
)

LOCATIONS = Collection(
    name="locations",
    module="crm",
    path="locations",
    filters=(IDS, one("customerId", "customerId"), *BY_PLACE, *CHANGES),
    defaults={
        "id": 0,
        "customerId": 0,
        "active": True,
        "name": "Unnamed Location",
        "address": ADDRESS,
        "customFields": [],
        "createdOn": NOW,
        "createdById": 0,
        "modifiedOn": NOW,
        **nothing("mergedToId", "zoneId", "taxZoneId"),
        "taxExempt": False,
        "tagTypeIds": [],
        "externalData": [],
    },
)
