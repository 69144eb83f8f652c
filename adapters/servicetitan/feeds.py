"""The feeds the directory is built from: who can be reached where, and what they are called.

Rights fail closed: a contact whose `active` is missing or unreadable opens nothing, and a customer
or location of which nobody can read whether it is active, or merged, is nobody's.
"""

from enum import Enum
from typing import Annotated

import msgspec

from adapters.servicetitan.customers import CustomerType
from adapters.servicetitan.model import ContactId, CustomerId, LocationId, Model
from adapters.servicetitan.resource import Feed

_DECISIVE = frozenset({"active", "merged_to_id"})
_STORABLE = msgspec.Meta(ge=1, le=2**63 - 1)
_STORABLE_OR_NONE = msgspec.Meta(ge=0, le=2**63 - 1)  # 0 is ServiceTitan's word for none


class ContactType(Enum):
    """Source: Crm.V2.ContactType."""

    PHONE = "Phone"
    EMAIL = "Email"
    FAX = "Fax"
    MOBILE_PHONE = "MobilePhone"
    UNKNOWN = "UNKNOWN"


class CustomerEntry(Model, frozen=True, kw_only=True):
    """A customer's line in the directory. Source: ExportCustomerResponse."""

    id: Annotated[CustomerId, _STORABLE]
    name: str = ""
    type: CustomerType = CustomerType.UNKNOWN
    active: bool = True
    merged_to_id: Annotated[CustomerId, _STORABLE_OR_NONE] | None = None


class CustomerContactEntry(Model, frozen=True, kw_only=True):
    """A way to reach a customer. Source: ExportCustomerContactResponse."""

    id: Annotated[ContactId, _STORABLE]
    customer_id: Annotated[CustomerId, _STORABLE]
    type: ContactType = ContactType.UNKNOWN
    value: str | None = None
    active: bool = False


class LocationEntry(Model, frozen=True, kw_only=True):
    """A location's line in the directory. Source: ExportLocationsResponse."""

    id: Annotated[LocationId, _STORABLE]
    customer_id: Annotated[CustomerId, _STORABLE]
    name: str = ""
    active: bool = True
    merged_to_id: Annotated[LocationId, _STORABLE_OR_NONE] | None = None


class LocationContactEntry(Model, frozen=True, kw_only=True):
    """A way to reach somebody at a location. Source: ExportLocationContactResponse."""

    id: Annotated[ContactId, _STORABLE]
    location_id: Annotated[LocationId, _STORABLE]
    type: ContactType = ContactType.UNKNOWN
    value: str | None = None
    active: bool = False


CUSTOMER_FEED = Feed(
    "customer feed", "crm/v2/tenant/{tenant}/export/customers", CustomerEntry, _DECISIVE
)
CUSTOMER_CONTACT_FEED = Feed(
    "customer contact feed",
    "crm/v2/tenant/{tenant}/export/customers/contacts",
    CustomerContactEntry,
)
LOCATION_FEED = Feed(
    "location feed", "crm/v2/tenant/{tenant}/export/locations", LocationEntry, _DECISIVE
)
LOCATION_CONTACT_FEED = Feed(
    "location contact feed",
    "crm/v2/tenant/{tenant}/export/locations/contacts",
    LocationContactEntry,
)
