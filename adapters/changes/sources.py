"""The feeds that are followed, and what of the cache each row of them concerns."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from adapters.servicetitan import change_feeds as feeds
from adapters.servicetitan.appointments import APPOINTMENTS
from adapters.servicetitan.assignments import ASSIGNMENTS
from adapters.servicetitan.business_units import BUSINESS_UNITS
from adapters.servicetitan.change_feeds import OfAppointment, OfInvoices
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.estimates import ESTIMATES
from adapters.servicetitan.installed_equipment import INSTALLED_EQUIPMENT
from adapters.servicetitan.invoice_templates import INVOICE_TEMPLATES
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.locations import LOCATIONS
from adapters.servicetitan.membership_types import MEMBERSHIP_TYPES
from adapters.servicetitan.memberships import MEMBERSHIPS
from adapters.servicetitan.payments import PAYMENTS
from adapters.servicetitan.recurring_service_events import RECURRING_SERVICE_EVENTS
from adapters.servicetitan.recurring_services import RECURRING_SERVICES
from adapters.servicetitan.resource import Feed, Resource
from adapters.servicetitan.service_agreements import SERVICE_AGREEMENTS


@dataclass(frozen=True, eq=False)
class Source:
    """A feed of a resource's changes.

    `partner` is another resource whose records change with these, and `partners` tells which: an
    invoice's balance changes with a payment of it. `placed` is one whose rows are where these say
    they are: which of its questions they answer may be another with any of these.
    """

    feed: Feed[Any]
    resource: Resource[Any]
    partner: Resource[Any] | None = None
    partners: Callable[[Any], Iterable[int]] = lambda _row: ()
    placed: Resource[Any] | None = None

    @property
    def name(self) -> str:
        """What the feed's mark and its counts stand under."""
        return self.feed.name


def _paid(row: OfInvoices) -> Iterable[int]:
    return (part.applied_to for part in row.applied_to)


def _visited(row: OfAppointment) -> Iterable[int]:
    return (row.appointment_id,)


SOURCES = (
    Source(feeds.INVOICE_CHANGES, INVOICES),
    Source(feeds.PAYMENT_CHANGES, PAYMENTS, INVOICES, _paid),
    Source(feeds.JOB_CHANGES, JOBS),
    Source(feeds.APPOINTMENT_CHANGES, APPOINTMENTS),
    Source(feeds.ASSIGNMENT_CHANGES, ASSIGNMENTS, APPOINTMENTS, _visited),
    Source(feeds.ESTIMATE_CHANGES, ESTIMATES),
    Source(feeds.CUSTOMER_CHANGES, CUSTOMERS),
    Source(feeds.LOCATION_CHANGES, LOCATIONS),
    Source(feeds.EQUIPMENT_CHANGES, INSTALLED_EQUIPMENT),
    Source(feeds.MEMBERSHIP_CHANGES, MEMBERSHIPS),
    Source(feeds.RECURRING_SERVICE_CHANGES, RECURRING_SERVICES, placed=RECURRING_SERVICE_EVENTS),
    Source(feeds.RECURRING_SERVICE_EVENT_CHANGES, RECURRING_SERVICE_EVENTS),
    Source(feeds.SERVICE_AGREEMENT_CHANGES, SERVICE_AGREEMENTS),
    Source(feeds.INVOICE_TEMPLATE_CHANGES, INVOICE_TEMPLATES),
    Source(feeds.MEMBERSHIP_TYPE_CHANGES, MEMBERSHIP_TYPES),
    Source(feeds.BUSINESS_UNIT_CHANGES, BUSINESS_UNITS),
)
"""What ServiceTitan has a feed for. Job types have none and live by their age."""
