"""Customers, locations and their contacts (crm-v2: CustomerResponse, LocationResponse)."""

from adapters.sandbox.homes import office_only
from adapters.sandbox.homes.book import Book, Row
from adapters.sandbox.homes.business import OFFICE_USER
from adapters.sandbox.homes.places import Address, Party, Place

_LATITUDE = 41.9
_LONGITUDE = -87.8


def customer(book: Book, party: Party, age: int = 900) -> Row:
    """Write a customer down; the balance is filled in once its invoices are known."""
    return book.add(
        "customers",
        {
            "id": party.id,
            "active": True,
            "name": party.name,
            "type": "Commercial" if party.commercial else "Residential",
            "address": _pinned(party.address, party.id),
            "customFields": [_note("Gate code")],
            "balance": 0.0,
            "taxExempt": False,
            "tagTypeIds": [office_only.NUMBER],
            "doNotMail": False,
            "doNotService": False,
            "nationalAccount": False,
            **book.written(party.id, age),
            "createdById": OFFICE_USER,
            "mergedToId": None,
            "paymentTermId": 21 if party.commercial else 20,
            "creditLimit": office_only.MONEY,
            "creditLimitBalance": office_only.MONEY,
            "externalData": [],
        },
    )


def location(book: Book, place: Place, age: int = 900) -> Row:
    """Write a location down under its owner."""
    return book.add(
        "locations",
        {
            "id": place.id,
            "customerId": place.owner.id,
            "active": True,
            "name": place.name,
            "address": _pinned(place.address, place.id),
            "customFields": [_note("Dog in yard")],
            **book.written(place.id, age),
            "createdById": OFFICE_USER,
            "mergedToId": None,
            "zoneId": 41,
            "taxExempt": False,
            "tagTypeIds": [office_only.NUMBER],
            "externalData": [],
            "taxZoneId": 51,
        },
    )


def customer_contact(
    book: Book, key: int, owner: int, kind: str, value: str, *, active: bool = True
) -> Row:
    """Write down a way to reach a customer; kind is Phone, Email, Fax or MobilePhone."""
    row = _contact(book, key, kind, value, active=active)
    return book.add("customer-contacts", {**row, "customerId": owner})


def location_contact(
    book: Book, key: int, owner: int, kind: str, value: str, *, active: bool = True
) -> Row:
    """Write down a way to reach somebody at a location, a record apart from the customer's."""
    row = _contact(book, key, kind, value, active=active)
    return book.add("location-contacts", {**row, "locationId": owner})


def _contact(book: Book, key: int, kind: str, value: str, *, active: bool) -> Row:
    spoken = kind in {"Phone", "MobilePhone"}
    return {
        "id": key,
        "active": active,
        "type": kind,
        "value": value,
        "memo": office_only.remark("prefers afternoons"),
        "phoneSettings": {"phoneNumber": value if spoken else "", "doNotText": kind == "Phone"},
        "preferences": {
            "jobRemindersEnabled": True,
            "marketingUpdatesEnabled": False,
            "invoiceStatementNotification": True,
            "invoiceNotification": True,
            "statementNotification": True,
        },
        **book.written(key, 700),
    }


def _note(name: str) -> Row:
    return {"typeId": 7041, "name": name, "value": office_only.remark(name)}


def _pinned(address: Address, key: int) -> Row:
    return {
        **address.row(),
        "latitude": round(_LATITUDE + key % 97 / 1000, 6),
        "longitude": round(_LONGITUDE - key % 89 / 1000, 6),
    }
