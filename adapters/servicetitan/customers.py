"""Customers: who is billed, and whose places are served."""

from decimal import Decimal
from enum import Enum

from adapters.servicetitan.addresses import Address
from adapters.servicetitan.model import CustomerId, Instant, Model
from adapters.servicetitan.resource import BLOCK, Key, Resource


class CustomerType(Enum):
    """Source: Crm.V2.CustomerType."""

    RESIDENTIAL = "Residential"
    COMMERCIAL = "Commercial"
    UNKNOWN = "UNKNOWN"


class Customer(Model, frozen=True, kw_only=True):
    """A customer record; one that was merged away is inactive and names its heir (R13).

    `do_not_service` takes the booking action away, and is told to nobody (R81, R85).

    Source: GET /crm/v2/tenant/{tenant}/customers, CustomerResponse.
    """

    id: CustomerId
    name: str = ""
    type: CustomerType = CustomerType.UNKNOWN
    address: Address | None = None
    balance: Decimal | None = None
    active: bool = True
    do_not_service: bool = False
    merged_to_id: CustomerId | None = None
    modified_on: Instant | None = None


CUSTOMERS = Resource(
    name="customers",
    path="crm/v2/tenant/{tenant}/customers",
    model=Customer,
    keys={"id": Key[Customer]("ids", lambda row: (row.id,), BLOCK)},
    fixed={"active": "Any"},
    by_customer="id",
)
