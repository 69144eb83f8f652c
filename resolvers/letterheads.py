"""Under which name and with which words a business unit sends its documents."""

from dataclasses import dataclass

from adapters.documents.papers import Letterhead
from adapters.documents.wording import address_lines
from adapters.servicetitan.business_units import BUSINESS_UNITS, BusinessUnit
from adapters.servicetitan.resource import ALL
from resolvers.context import Context, whole
from resolvers.policy import Tenant
from resolvers.prose import plain


@dataclass(frozen=True, slots=True)
class Office:
    """Who sends a document; `message` is what it closes with, `terms` what is agreed to."""

    letterhead: Letterhead
    message: str | None = None
    terms: str | None = None


async def office_of(context: Context, unit: int | None) -> Office:
    """Return the office of this business unit, the tenant's own where none is named or known.

    Business units are reference data, and no secret of anybody's. Raises UpstreamError.
    """
    if unit is None:
        return office(None, context.policy.tenant)
    (answer,) = await context.under(BUSINESS_UNITS, ALL, [0])
    return office(
        next((row for row in whole(answer) if row.id == unit), None), context.policy.tenant
    )


def office(unit: BusinessUnit | None, tenant: Tenant) -> Office:
    """How does this business unit sign its documents? What it does not tell, the tenant does."""
    if unit is None:
        head = Letterhead(name=tenant.business_name, phone=tenant.phone, email=tenant.email)
        return Office(head)
    name = unit.official_name or tenant.business_name
    header = (plain(unit.invoice_header) or "").splitlines()
    head = Letterhead(
        name=name,
        # Offices often print their own name there once more.
        lines=tuple(line for line in header if line and line.casefold() != name.casefold()),
        address=address_lines(unit.address),
        phone=unit.phone_number or tenant.phone,
        email=unit.email or tenant.email,
    )
    return Office(head, plain(unit.invoice_message), plain(unit.authorization_paragraph))
