"""Everything the client can be asked for: what a check of the connection goes through."""

from typing import Any

from adapters.servicetitan.appointments import APPOINTMENTS
from adapters.servicetitan.assignments import ASSIGNMENTS
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.feeds import (
    CUSTOMER_CONTACT_FEED,
    CUSTOMER_FEED,
    LOCATION_CONTACT_FEED,
    LOCATION_FEED,
)
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.job_types import JOB_TYPES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.locations import LOCATIONS
from adapters.servicetitan.payments import PAYMENTS
from adapters.servicetitan.resource import Feed, Resource

RESOURCES: tuple[Resource[Any], ...] = (
    CUSTOMERS,
    LOCATIONS,
    JOBS,
    APPOINTMENTS,
    ASSIGNMENTS,
    INVOICES,
    PAYMENTS,
    JOB_TYPES,
)
"""Each that is fetched; derived ones come with their source."""

FEEDS: tuple[Feed[Any], ...] = (
    CUSTOMER_FEED,
    CUSTOMER_CONTACT_FEED,
    LOCATION_FEED,
    LOCATION_CONTACT_FEED,
)
