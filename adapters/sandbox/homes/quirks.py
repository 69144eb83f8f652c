"""Rows as careless as ServiceTitan's own, on purpose; each known quirk names the row that has it.

What lies in rows is here; what lies in behaviour is the server's.
"""

from collections.abc import Callable
from typing import cast

from adapters.sandbox.homes.book import Book, Row
from adapters.sandbox.homes.clock import NEVER

_Spoil = Callable[[Row], None]


def _set(**values: object) -> _Spoil:
    def spoil(row: Row) -> None:
        row.update(values)

    return spoil


def _drop(*names: str) -> _Spoil:
    def spoil(row: Row) -> None:
        for name in names:
            del row[name]

    return spoil


def _lengthen(row: Row) -> None:
    """Write amounts with nineteen decimals, as some of ServiceTitan's are."""
    for name in ("subTotal", "salesTax", "total", "balance"):
        row[name] = str(row[name]).ljust(len(str(row[name])) + 17, "0")
    for item in cast("list[Row]", row["items"]):
        item["price"] = f"{item['price']}{'0' * 17}"


_SPOILED: dict[str, tuple[str, int, _Spoil]] = {
    "created-never": ("locations", 2061, _set(createdOn=NEVER, createdById=0)),
    "external-data-null": ("customers", 1061, _set(externalData=None)),
    "tax-exempt-missing": ("customers", 1051, _drop("taxExempt", "nationalAccount")),
    "phone-settings-null": ("customer-contacts", 110701, _set(phoneSettings=None)),
    "contact-keys-missing": ("location-contacts", 210701, _drop("phoneSettings", "createdOn")),
    "customer-po-null": ("jobs", 300601, _set(customerPo=None, externalData=None)),
    "lead-source-of-nulls": (
        "jobs",
        300602,
        _set(jobGeneratedLeadSource={"jobId": None, "employeeId": None}),
    ),
    "job-keys-missing": (
        "jobs",
        300605,
        _drop("estimateIds", "equipmentIds", "total", "invoiceId", "isAutoDispatched"),
    ),
    "job-total-zero": ("jobs", 300604, _set(total=0.0)),
    "appointment-keys-missing": ("appointments", 400605, _drop("active", "isConfirmed")),
    "custom-fields-null": ("invoices", 500601, _set(customFields=None)),
    "money-of-nineteen-decimals": ("invoices", 500602, _lengthen),
    "invoice-keys-missing": (
        "invoices",
        500605,
        _drop("active", "discountTotal", "paidOn", "membershipId", "invoiceConfiguration"),
    ),
    "manufacturer-null": (
        "installed-equipment",
        800601,
        _set(manufacturer=None, name=None, memo=None, cost=0.0),
    ),
    "status-a-number": ("installed-equipment", 800602, _set(status=0)),
    "status-missing": ("installed-equipment", 800603, _drop("status", "active", "type")),
}

_INBORN: dict[str, tuple[str, int]] = {
    "follow-up-never": ("memberships", 900601),
    "stray-spaces": ("customers", 1061),
    "email-as-typed": ("customer-contacts", 110101),
    "private-remark": ("invoices", 500601),
    "html-from-word": ("invoices", 500602),
    "script-in-summary": ("invoices", 500107),
    "membership-type-zero": ("invoices", 500603),
    "quantity-of-nineteen-decimals": ("invoices", 500603),
    "type-id-a-string": ("payments", 700603),
    "no-invoice-zero": ("jobs", 310002),
}

QUIRKS: dict[str, tuple[str, int]] = {
    **{name: (collection, key) for name, (collection, key, _) in _SPOILED.items()},
    **_INBORN,
}
"""Every quirk that lies in a row: collection and id of the row that has it."""


def spoil(book: Book) -> None:
    """Make the rows careless, once every figure in them is settled."""
    for collection, key, careless in _SPOILED.values():
        careless(book.find(collection, key))
