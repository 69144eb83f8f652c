"""What a direct link opens, for whoever holds it (R61-R65)."""

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.estimates import Estimate
from adapters.servicetitan.invoices import Invoice
from resolvers.context import Context
from resolvers.errors import NotFound
from resolvers.estimates import estimates
from resolvers.invoices import invoice


async def linked_invoice(context: Context) -> Invoice | None:
    """Return the invoice of a payment link; None on any other, and where it was withdrawn."""
    for of in context.reach.invoices:
        try:
            return await invoice(context, of)
        except NotFound:
            return None
    return None


async def linked_estimates(context: Context) -> list[Estimate] | None:
    """Return the estimates of an estimate link that are still shown; None on any other link."""
    if not context.reach.estimates:
        return None
    found = await estimates(context, sorted(context.reach.estimates))
    for one in found:
        if isinstance(one, UpstreamError):
            raise one
    return [one for one in found if isinstance(one, Estimate)]
