"""Estimates as ServiceTitan tells them, for tables of cases."""

from typing import Any

import msgspec

from adapters.servicetitan.estimates import Estimate

CUSTOMER = 1
OPEN, SOLD, DISMISSED = (
    {"value": value, "name": name} for value, name in enumerate(("Open", "Sold", "Dismissed"))
)


def estimate(**told: Any) -> Estimate:  # noqa: ANN401  # ServiceTitan's own JSON
    """Return an open estimate of CUSTOMER's, number 7, with what is told otherwise."""
    row = {"id": 7, "customerId": CUSTOMER, "status": OPEN, "reviewStatus": "None"} | told
    return msgspec.convert(row, Estimate, strict=False)
