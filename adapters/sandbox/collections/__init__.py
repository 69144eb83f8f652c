"""Every kind of record the sandbox holds, by the name the control plane gives it."""

from adapters.sandbox.collection import Collection
from adapters.sandbox.collections.accounting import INVOICES, PAYMENTS
from adapters.sandbox.collections.agreements import SERVICE_AGREEMENTS
from adapters.sandbox.collections.contacts import CUSTOMER_CONTACTS, LOCATION_CONTACTS
from adapters.sandbox.collections.crm import CUSTOMERS, LOCATIONS
from adapters.sandbox.collections.dispatch import APPOINTMENT_ASSIGNMENTS
from adapters.sandbox.collections.equipment import INSTALLED_EQUIPMENT
from adapters.sandbox.collections.jpm import APPOINTMENTS, JOB_TYPES, JOBS
from adapters.sandbox.collections.memberships import (
    INVOICE_TEMPLATES,
    MEMBERSHIP_TYPES,
    MEMBERSHIPS,
)
from adapters.sandbox.collections.sales import ESTIMATES
from adapters.sandbox.collections.settings import BUSINESS_UNITS, TECHNICIANS
from adapters.sandbox.collections.visits import RECURRING_SERVICE_EVENTS, RECURRING_SERVICES

COLLECTIONS: dict[str, Collection] = {
    collection.name: collection
    for collection in (
        CUSTOMERS,
        CUSTOMER_CONTACTS,
        LOCATIONS,
        LOCATION_CONTACTS,
        JOBS,
        APPOINTMENTS,
        APPOINTMENT_ASSIGNMENTS,
        INVOICES,
        PAYMENTS,
        ESTIMATES,
        INSTALLED_EQUIPMENT,
        MEMBERSHIPS,
        MEMBERSHIP_TYPES,
        RECURRING_SERVICES,
        RECURRING_SERVICE_EVENTS,
        SERVICE_AGREEMENTS,
        TECHNICIANS,
        BUSINESS_UNITS,
        JOB_TYPES,
        INVOICE_TEMPLATES,
    )
}
