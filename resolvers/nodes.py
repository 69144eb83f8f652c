"""Any record by its global id: what is not yours is answered like what never was (R14)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from resolvers.agreements import agreement
from resolvers.appointments import appointment
from resolvers.at_once import all_of
from resolvers.context import Context
from resolvers.customers import customer
from resolvers.equipment import equipment
from resolvers.errors import LimitExceeded, NotFound
from resolvers.estimates import estimate
from resolvers.ids import read_id, whole_number
from resolvers.invoices import invoice
from resolvers.jobs import job
from resolvers.locations import location
from resolvers.memberships import membership
from resolvers.own_payments import payment
from resolvers.payment_methods import kept_method
from resolvers.proposals import proposal
from resolvers.staff_links import direct_link
from resolvers.unscheduled import visit

Find = Callable[[Context, str], Awaitable[Any]]


def _numbered(find: Callable[[Context, int], Awaitable[Any]]) -> Find:
    """Kinds whose key is ServiceTitan's own id."""

    async def found(context: Context, key: str) -> Any:  # noqa: ANN401  # a record of this kind
        number = whole_number(key)
        if number is None:
            raise NotFound
        return await find(context, number)

    return found


_FINDERS: Mapping[str, Find] = {
    "Customer": _numbered(customer),
    "Location": _numbered(location),
    "Invoice": _numbered(invoice),
    "Job": _numbered(job),
    "Appointment": _numbered(appointment),
    "Equipment": _numbered(equipment),
    "Estimate": _numbered(estimate),
    "Proposal": proposal,
    "ServiceAgreement": _numbered(agreement),
    "Membership": _numbered(membership),
    "Visit": visit,
    "DirectLink": _numbered(direct_link),
    "Payment": _numbered(payment),
    "PaymentMethod": kept_method,
}

MOST = 100
"""How many ids one `nodes` may ask for."""


async def node(context: Context, told: str, kind: str | None = None) -> Any:  # noqa: ANN401  # a record of any kind
    """Return the record of this global id, of this kind where one is named.

    Raises NotFound for malformed, unknown and foreign ids alike, or UpstreamError.
    """
    _ = context.reach  # who may ask nothing is told so, whatever the id
    read = read_id(told)
    if read is None or kind not in {None, read[0]}:
        raise NotFound
    find = _FINDERS.get(read[0])
    if find is None:
        raise NotFound
    return await find(context, read[1])


async def nodes(context: Context, told: list[str]) -> list[Any]:
    """Return the record of each id, in order, with an exception where there is none."""
    if len(told) > MOST:
        raise LimitExceeded(f"Ask for at most {MOST} ids at once.", "ids")
    return await all_of(node(context, of) for of in told)
