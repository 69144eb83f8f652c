"""Installed equipment: the machines at a place, and their warranties."""

from enum import Enum

from adapters.servicetitan.model import CustomerId, EquipmentId, Instant, LocationId, Model
from adapters.servicetitan.named import Named
from adapters.servicetitan.resource import BLOCK, Key, Resource


class EquipmentStatus(Enum):
    """Source: LocationEquipment.InstalledEquipmentStatus; a number was seen too, and is UNKNOWN."""

    INSTALLED = "Installed"
    REPLACED = "Replaced"
    UNKNOWN = "UNKNOWN"


class Equipment(Model, frozen=True, kw_only=True):
    """A machine at a place, without its cost, memo, barcode or predicted replacement (R69).

    Its days are business dates: midnight UTC of the day that is meant.
    Source: GET /equipmentsystems/v2/tenant/{tenant}/installed-equipment,
    InstalledEquipmentResponse.
    """

    id: EquipmentId
    location_id: LocationId
    customer_id: CustomerId
    name: str | None = None
    type: Named | None = None
    installed_on: Instant | None = None
    serial_number: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    status: EquipmentStatus = EquipmentStatus.UNKNOWN
    manufacturer_warranty_start: Instant | None = None
    manufacturer_warranty_end: Instant | None = None
    service_provider_warranty_start: Instant | None = None
    service_provider_warranty_end: Instant | None = None
    active: bool = True
    modified_on: Instant | None = None


INSTALLED_EQUIPMENT = Resource(
    name="installed_equipment",
    path="equipmentsystems/v2/tenant/{tenant}/installed-equipment",
    model=Equipment,
    keys={
        "id": Key[Equipment]("ids", lambda row: (row.id,), BLOCK),
        "location_id": Key[Equipment]("locationIds", lambda row: (row.location_id,), BLOCK),
    },
    by_location="location_id",
)
