"""The feeds the directory is built from: who can be reached where, and what they are called.

Rights fail closed: a contact whose `active` is missing or unreadable opens nothing.
"""

from enum import Enum

from adapters.servicetitan.customers import CustomerType
from adapters.servicetitan.model import ContactId, CustomerId, LocationId, Model
from adapters.servicetitan.resource import Feed


class ContactType(Enum):
    """Source: Crm.V2.ContactType."""

    PHONE = "Phone"
    EMAIL = "Email"
    FAX = "Fax"
    MOBILE_PHONE = "MobilePhone"
    UNKNOWN = "UNKNOWN"


class CustomerEntry(Model, frozen=True, kw_only=True):
    """A customer's line in the directory. Source: ExportCustomerResponse."""

    id: CustomerId
    name: str = ""
    type: CustomerType = CustomerType.UNKNOWN
    active: bool = True
    merged_to_id: CustomerId | None = None


class CustomerContactEntry(Model, frozen=True, kw_only=True):
    """A way to reach a customer. Source: ExportCustomerContactResponse."""

    id: ContactId
    customer_id: CustomerId
    type: ContactType = ContactType.UNKNOWN
    value: str | None = None
    active: bool = False


class LocationEntry(Model, frozen=True, kw_only=True):
    """A location's line in the directory. Source: ExportLocationsResponse."""

    id: LocationId
    customer_id: CustomerId
    name: str = ""
    active: bool = True
    merged_to_id: LocationId | None = None


class LocationContactEntry(Model, frozen=True, kw_only=True):
    """A way to reach somebody at a location. Source: ExportLocationContactResponse."""

    id: ContactId
    location_id: LocationId
    type: ContactType = ContactType.UNKNOWN
    value: str | None = None
    active: bool = False


CUSTOMER_FEED = Feed("customer feed", "crm/v2/tenant/{tenant}/export/customers", CustomerEntry)
CUSTOMER_CONTACT_FEED = Feed(
    "customer contact feed",
    "crm/v2/tenant/{tenant}/export/customers/contacts",
    CustomerContactEntry,
)
LOCATION_FEED = Feed("location feed", "crm/v2/tenant/{tenant}/export/locations", LocationEntry)
LOCATION_CONTACT_FEED = Feed(
    "location contact feed",
    "crm/v2/tenant/{tenant}/export/locations/contacts",
    LocationContactEntry,
)
