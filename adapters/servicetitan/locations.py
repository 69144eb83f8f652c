"""Locations: the places of customers where work is done."""

from adapters.servicetitan.addresses import Address
from adapters.servicetitan.model import CustomerId, Instant, LocationId, Model
from adapters.servicetitan.resource import BLOCK, Key, Resource


class Location(Model, frozen=True, kw_only=True):
    """A place, and the customer whose place it is.

    Source: GET /crm/v2/tenant/{tenant}/locations, LocationResponse.
    """

    id: LocationId
    customer_id: CustomerId
    name: str = ""
    address: Address | None = None
    active: bool = True
    merged_to_id: LocationId | None = None
    modified_on: Instant | None = None


LOCATIONS = Resource(
    name="locations",
    path="crm/v2/tenant/{tenant}/locations",
    model=Location,
    keys={
        "id": Key[Location]("ids", lambda row: (row.id,), BLOCK),
        "customer_id": Key[Location]("customerId", lambda row: (row.customer_id,)),
    },
    fixed={"active": "Any"},
    by_customer="customer_id",
    by_location="id",
)
