"""Installed equipment."""

from adapters.sandbox.collection import Collection
from adapters.sandbox.filters import CHANGES, IDS, many
from adapters.sandbox.rows import NOW, nothing

ONE_BY_ONE = frozenset({"attachments", "customFields"})

INSTALLED_EQUIPMENT = Collection(
    name="installed-equipment",
    module="equipmentsystems",
    path="installed-equipment",
    filters=(IDS, many("locationIds", "locationId"), *CHANGES),
    unlisted=ONE_BY_ONE,
    unexported=ONE_BY_ONE,
    defaults={
        "id": 0,
        "active": True,
        "equipmentId": None,
        "locationId": 0,
        "customerId": 0,
        "invoiceItemId": None,
        "name": "Unnamed Equipment",
        **nothing("type", "installedOn"),
        "createdOn": NOW,
        "modifiedOn": NOW,
        "serialNumber": "",
        "barcodeId": None,
        "memo": "",
        "manufacturer": "",
        "model": "",
        "cost": 0.0,
        "status": "Installed",
        **nothing("manufacturerWarrantyStart", "manufacturerWarrantyEnd"),
        **nothing("serviceProviderWarrantyStart", "serviceProviderWarrantyEnd"),
        **nothing("tags", "actualReplacementDate", "manufacturedOn"),
        **nothing("predictedReplacementMonths", "predictedReplacementDate"),
        **nothing("customFields", "attachments"),
    },
)
