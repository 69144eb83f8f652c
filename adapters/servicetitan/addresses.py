"""Where a customer, a location or a printed document has its address."""

from adapters.servicetitan.model import Model


class Address(Model, frozen=True, kw_only=True):
    """A postal address; any part of it may be missing.

    Source: CustomerAddress (crm), AddressResponse (accounting).
    """

    street: str | None = None
    unit: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
