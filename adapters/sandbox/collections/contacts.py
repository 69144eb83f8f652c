"""Customer contacts and location contacts: separate records of one shape."""

from adapters.sandbox.collection import Collection
from adapters.sandbox.filters import CHANGES, many
from adapters.sandbox.rows import NOW, Raw

CONTACT: Raw = {
    "id": 0,
    "active": True,
    "type": "Email",
    "value": "",
    "memo": None,
    "phoneSettings": {"phoneNumber": "", "doNotText": False},
    "preferences": None,
    "createdOn": NOW,
    "modifiedOn": NOW,
}

BY_CHANGE = ("modifiedOnOrAfter", "modifiedBefore")

CUSTOMER_CONTACTS = Collection(
    name="customer-contacts",
    module="crm",
    path="customers/contacts",
    filters=(many("customerIds", "customerId"), *CHANGES),
    sorting=(),
    activity="none",
    singled=False,
    unlisted=frozenset({"active"}),
    demands=("customerIds", *BY_CHANGE),
    defaults={**CONTACT, "customerId": 0},
)

LOCATION_CONTACTS = Collection(
    name="location-contacts",
    module="crm",
    path="locations/contacts",
    filters=(many("locationIds", "locationId"), *CHANGES),
    sorting=(),
    activity="none",
    singled=False,
    unlisted=frozenset({"active"}),
    demands=("locationIds", *BY_CHANGE),
    defaults={**CONTACT, "locationId": 0},
)
