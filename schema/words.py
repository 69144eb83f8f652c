"""The rules' own enumerations, as the graph words them."""

import strawberry

from adapters.servicetitan.customers import CustomerType
from resolvers.appointments import VisitStatus
from resolvers.invoices import InvoiceStatus
from resolvers.levels import AccessLevel
from resolvers.tabs import JobTab

strawberry.enum(CustomerType, description="Whether a customer is a household or a business.")
strawberry.enum(
    AccessLevel,
    description=(
        "BILLING sees everything; NON_BILLING sees jobs, appointments, equipment and what was "
        "done, but nothing of what it cost; NONE sees nothing."
    ),
)
strawberry.enum(InvoiceStatus, description="How far an invoice is paid.")
strawberry.enum(JobTab, description="The tabs of the Jobs screen.")
strawberry.enum(VisitStatus, name="AppointmentStatus", description="How far a visit has come.")

__all__ = ["AccessLevel", "CustomerType", "InvoiceStatus", "JobTab", "VisitStatus"]
