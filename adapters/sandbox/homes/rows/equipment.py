"""Installed equipment (equipment-systems-v2: InstalledEquipmentResponse)."""

from adapters.sandbox.homes import office_only
from adapters.sandbox.homes.book import Book, Row
from adapters.sandbox.homes.machines import Machine

_YEAR = 365
_MAKER_YEARS = 10
_OUR_YEARS = 2


def equipment(book: Book, machine: Machine) -> Row:
    """Write a piece of equipment down at its location."""
    return book.add(
        "installed-equipment",
        {
            "id": machine.id,
            "active": machine.active,
            "equipmentId": None,
            "locationId": machine.place.id,
            "customerId": machine.place.owner.id,
            "invoiceItemId": None,
            "name": machine.name or machine.make.kind,
            "type": {"id": machine.make.type_id, "name": machine.make.kind},
            **book.written(machine.id, -machine.day),
            "serialNumber": machine.serial,
            "barcodeId": office_only.remark("barcode"),
            "memo": office_only.remark("tight access"),
            "manufacturer": machine.make.maker,
            "model": machine.make.model,
            "cost": office_only.MONEY,
            "status": "Replaced" if machine.replaced is not None else "Installed",
            **_dates(book, machine),
            "tags": [],
        },
    )


def _dates(book: Book, machine: Machine) -> Row:
    clock, day = book.clock, machine.day
    gone = machine.replaced
    return {
        "installedOn": clock.midnight(day),
        "manufacturedOn": clock.day(day - 120),
        "manufacturerWarrantyStart": clock.midnight(day),
        "manufacturerWarrantyEnd": clock.midnight(day + _MAKER_YEARS * _YEAR),
        "serviceProviderWarrantyStart": clock.midnight(day),
        "serviceProviderWarrantyEnd": clock.midnight(day + _OUR_YEARS * _YEAR),
        "actualReplacementDate": None if gone is None else clock.day(gone),
        "predictedReplacementMonths": 180,
        "predictedReplacementDate": clock.day(day + 15 * _YEAR),
    }
