"""The export feeds of what the graph reads: of each row, which record changed and what it answers.

The fields are named as those of the records' own models, and read as they are there, so that a
resource's keys take these rows too. One whose key cannot be read is closed (`FeedPage`).
"""

from typing import Annotated, Any

import msgspec

from adapters.servicetitan.model import (
    AppointmentId,
    CustomerId,
    InvoiceId,
    JobId,
    LocationId,
    MembershipId,
    Model,
    ProjectId,
)
from adapters.servicetitan.resource import Feed

_ID = msgspec.Meta(ge=1, le=2**63 - 1)

AnyId = Annotated[int, _ID]


class Change(Model, frozen=True, kw_only=True):
    """A record that changed; questions for it hang by its id alone."""

    id: AnyId


class OfCustomer(Change, frozen=True, kw_only=True):
    """A record of one customer's.

    Sources: ExportAppointmentsResponse, ExportLocationsResponse, ExportCustomerMembershipResponse,
    ExportServiceAgreementResponse.
    """

    customer_id: Annotated[CustomerId, _ID]


class OfCustomerAtLocation(OfCustomer, frozen=True, kw_only=True):
    """A record of a customer's at a place. Source: ExportJobsResponse."""

    location_id: Annotated[LocationId, _ID]


class OfLocation(Change, frozen=True, kw_only=True):
    """A record of one place. Source: InstalledEquipmentResponse (equipment systems' export)."""

    location_id: Annotated[LocationId, _ID]


class OfLocationByMembership(OfLocation, frozen=True, kw_only=True):
    """A service of a place. Source: ExportLocationRecurringServiceResponse."""

    membership_id: MembershipId | None = None


class OfAppointment(Change, frozen=True, kw_only=True):
    """Somebody's part in a visit. Source: ExportAppointmentAssignmentsResponse."""

    appointment_id: Annotated[AppointmentId, _ID]


class OfEstimate(Change, frozen=True, kw_only=True):
    """An estimate. Source: ExportEstimatesResponse."""

    location_id: LocationId | None = None
    job_id: JobId | None = None
    project_id: ProjectId | None = None
    customer_id: CustomerId | None = None


class BilledTo(Model, frozen=True, kw_only=True):
    """Whose invoice it is. Source: NamedFieldResponse."""

    id: AnyId


class OfBillTo(Change, frozen=True, kw_only=True):
    """An invoice, its customer the Bill-To. Source: ExportInvoiceResponse."""

    customer: BilledTo | None = None


class AppliedPart(Model, frozen=True, kw_only=True):
    """Where a part of a payment went. Source: PaymentAppliedResponse."""

    applied_to: Annotated[InvoiceId, _ID]


class OfInvoices(Change, frozen=True, kw_only=True):
    """A payment, its customer the payer. Source: ExportPaymentResponse."""

    customer: BilledTo | None = None
    applied_to: tuple[AppliedPart, ...] = ()


def _feed(
    of: str, path: str, model: type[Any], *decisive: str, fixed: dict[str, str] | None = None
) -> Feed[Any]:
    module, rest = path.split("/", 1)
    whole = f"{module}/v2/tenant/{{tenant}}/export/{rest}"
    return Feed(f"changes of {of}", whole, model, frozenset(decisive), fixed or {})


CUSTOMER_CHANGES = _feed("customers", "crm/customers", Change)
LOCATION_CHANGES = _feed("locations", "crm/locations", OfCustomer)
JOB_CHANGES = _feed("jobs", "jpm/jobs", OfCustomerAtLocation)
APPOINTMENT_CHANGES = _feed("appointments", "jpm/appointments", OfCustomer, fixed={"active": "Any"})
ASSIGNMENT_CHANGES = _feed(
    "assignments",
    "dispatch/appointment-assignments",
    OfAppointment,
    fixed={"active": "Any"},  # who was taken off a visit is told of too
)
INVOICE_CHANGES = _feed("invoices", "accounting/invoices", OfBillTo, "customer")
PAYMENT_CHANGES = _feed("payments", "accounting/payments", OfInvoices, "applied_to")
ESTIMATE_CHANGES = _feed(
    "estimates", "sales/estimates", OfEstimate, "location_id", "job_id", "project_id"
)
EQUIPMENT_CHANGES = _feed("installed equipment", "equipmentsystems/installed-equipment", OfLocation)
MEMBERSHIP_CHANGES = _feed("memberships", "memberships/memberships", OfCustomer)
MEMBERSHIP_TYPE_CHANGES = _feed("membership types", "memberships/membership-types", Change)
RECURRING_SERVICE_CHANGES = _feed(
    "recurring services",
    "memberships/recurring-services",
    OfLocationByMembership,
    "membership_id",
)
RECURRING_SERVICE_EVENT_CHANGES = _feed(
    "recurring service events", "memberships/recurring-service-events", Change
)
INVOICE_TEMPLATE_CHANGES = _feed("invoice templates", "memberships/invoice-templates", Change)
SERVICE_AGREEMENT_CHANGES = _feed(
    "service agreements", "service-agreements/service-agreements", OfCustomer
)
BUSINESS_UNIT_CHANGES = _feed("business units", "settings/business-units", Change)
