"""How much of a customer's or a location's records a person may see."""

from enum import Enum


class AccessLevel(Enum):
    """What ServiceTitan's office calls Billing access, Non-billing access and No access (R4)."""

    BILLING = "BILLING"
    NON_BILLING = "NON_BILLING"
    NONE = "NONE"

    __hash__ = object.__hash__  # an enumeration's own takes a call, for each look
