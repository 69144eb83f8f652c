"""What an address leads to, read anew and by the rules for whom it was made."""

from adapters.documents.papers import AnyPaper
from adapters.documents.stationery import Stationery
from resolvers.context import Context
from resolvers.errors import NotFound
from resolvers.estimate_papers import estimate_paper
from resolvers.invoice_papers import invoice_paper
from resolvers.payment_papers import payment_paper
from resolvers.policy import Documents
from resolvers.receipt_papers import receipt_paper
from resolvers.signed_addresses import Target, TargetKind
from resolvers.signed_papers import signed_paper


async def paper(context: Context, target: Target) -> AnyPaper:
    """Return the record as a document.

    Raises NotFound for what is no longer the viewer's (R14), UpstreamError where a part of it
    cannot be read.
    """
    match target.kind:
        case TargetKind.INVOICE:
            return await invoice_paper(context, target.id)
        case TargetKind.RECEIPT:
            return await receipt_paper(context, target.id, target.invoice)
        case TargetKind.PAYMENT:
            return await payment_paper(context, target.id)
        case TargetKind.ESTIMATE:
            return await estimate_paper(context, target.id)
        case TargetKind.SIGNED_ESTIMATE:
            return await signed_paper(context, target.id)
        case TargetKind.VISIT:
            raise NotFound


def stationery_for(paper: AnyPaper, documents: Documents) -> Stationery:
    """On what does this tenant print this business unit's documents (R39)?"""
    unit = documents.business_units.get(paper.business_unit or 0)
    return Stationery(folder=documents.templates, unit=unit, logo=documents.logo)
