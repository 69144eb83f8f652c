"""Postal addresses."""

import strawberry

from adapters.servicetitan import addresses as model
from schema.edges import tells


@strawberry.type(description="A postal address; any part of it may be missing.")
class Address:
    """Shows an address of a customer, a location or a printed document."""

    street: str | None = strawberry.field(description="Number and street.")
    unit: str | None = strawberry.field(description="Apartment, suite or unit.")
    city: str | None = strawberry.field(description="City.")
    state: str | None = strawberry.field(description="State or province.")
    zip: str | None = strawberry.field(name="postalCode", description="ZIP or postal code.")
    country: str | None = strawberry.field(description="Country, as the office wrote it.")

    @tells("The whole address on one line.")
    def one_line(address: strawberry.Parent[model.Address]) -> str:
        place = " ".join(part for part in (address.state, address.zip) if part)
        parts = (address.street, address.unit, address.city, place)
        return ", ".join(part for part in parts if part)
