"""Where a record in sight can be opened as a document: an address made anew each time."""

from adapters.servicetitan.appointments import Appointment
from adapters.servicetitan.estimates import Estimate
from adapters.servicetitan.invoices import Invoice
from resolvers.context import Context
from resolvers.estimate_papers import has_template
from resolvers.payments import AppliedPart
from resolvers.signed_addresses import Target, TargetKind
from resolvers.visit_entries import may_be_noted


def invoice_address(invoice: Invoice, context: Context) -> str | None:
    """Where is this invoice's PDF?"""
    return _to(Target(TargetKind.INVOICE, invoice.id), context)


def receipt_address(part: AppliedPart, context: Context) -> str | None:
    """Where is the receipt of the payment that this is a part of?"""
    return _to(Target(TargetKind.RECEIPT, part.payment, part.invoice), context)


def estimate_address(estimate: Estimate, context: Context) -> str | None:
    """Where is this estimate's PDF (R39)? None where the tenant has no template for it."""
    if not has_template(context.policy.documents):
        return None
    return _to(Target(TargetKind.ESTIMATE, estimate.id), context)


def calendar_address(appointment: Appointment, context: Context) -> str | None:
    """Where is this visit's calendar entry? None where there is nothing to note."""
    if not may_be_noted(appointment, context.clock):
        return None
    return _to(Target(TargetKind.VISIT, appointment.id), context)


def _to(target: Target, context: Context) -> str | None:
    return context.doors.documents.to(target, context.viewer, context.now)
