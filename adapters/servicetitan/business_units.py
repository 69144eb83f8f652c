"""Business units: the names and words under which the business sends its documents."""

from adapters.servicetitan.addresses import Address
from adapters.servicetitan.model import BusinessUnitId, Model
from adapters.servicetitan.resource import ALL, Key, Resource


class BusinessUnit(Model, frozen=True, kw_only=True):
    """A part of the business; customers know it by `official_name`, the office by `name`.

    Header, message and both paragraphs are HTML.
    Source: GET /settings/v2/tenant/{tenant}/business-units, BusinessUnitResponse.
    """

    id: BusinessUnitId
    name: str = ""
    official_name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    invoice_header: str | None = None
    invoice_message: str | None = None
    authorization_paragraph: str | None = None
    acknowledgement_paragraph: str | None = None
    address: Address | None = None
    active: bool = True


BUSINESS_UNITS = Resource(
    name="business_units",
    path="settings/v2/tenant/{tenant}/business-units",
    model=BusinessUnit,
    keys={ALL: Key[BusinessUnit]("", lambda _row: (0,))},
    fixed={"active": "Any"},  # old documents are of units that were closed
)
