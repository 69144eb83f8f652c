"""Everything the client can be asked for: what a check of the connection goes through."""

from typing import Any

from adapters.servicetitan.appointments import APPOINTMENTS
from adapters.servicetitan.assignments import ASSIGNMENTS
from adapters.servicetitan.business_units import BUSINESS_UNITS
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.estimates import ESTIMATES
from adapters.servicetitan.feeds import (
    CUSTOMER_CONTACT_FEED,
    CUSTOMER_FEED,
    LOCATION_CONTACT_FEED,
    LOCATION_FEED,
)
from adapters.servicetitan.installed_equipment import INSTALLED_EQUIPMENT
from adapters.servicetitan.invoice_templates import INVOICE_TEMPLATES
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.job_types import JOB_TYPES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.locations import LOCATIONS
from adapters.servicetitan.membership_types import MEMBERSHIP_TYPES
from adapters.servicetitan.memberships import MEMBERSHIPS
from adapters.servicetitan.payments import PAYMENTS
from adapters.servicetitan.recurring_service_events import RECURRING_SERVICE_EVENTS
from adapters.servicetitan.recurring_services import RECURRING_SERVICES
from adapters.servicetitan.resource import Feed, Resource
from adapters.servicetitan.service_agreements import SERVICE_AGREEMENTS

RESOURCES: tuple[Resource[Any], ...] = (
    CUSTOMERS,
    LOCATIONS,
    JOBS,
    APPOINTMENTS,
    ASSIGNMENTS,
    INVOICES,
    PAYMENTS,
    ESTIMATES,
    INSTALLED_EQUIPMENT,
    MEMBERSHIPS,
    RECURRING_SERVICES,
    RECURRING_SERVICE_EVENTS,
    INVOICE_TEMPLATES,
    SERVICE_AGREEMENTS,
    JOB_TYPES,
    MEMBERSHIP_TYPES,
    BUSINESS_UNITS,
)
"""Each that is fetched; derived ones come with their source."""

FEEDS: tuple[Feed[Any], ...] = (
    CUSTOMER_FEED,
    CUSTOMER_CONTACT_FEED,
    LOCATION_FEED,
    LOCATION_CONTACT_FEED,
)
