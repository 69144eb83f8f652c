"""The office's staff: who of them may ask what, and in whose name their deeds are written down."""

from typing import TypeVar

from adapters.ledger.audit import By
from adapters.servicetitan.errors import BudgetSpent
from adapters.servicetitan.model import Model
from adapters.servicetitan.numbers import Numbers
from resolvers.context import Context
from resolvers.errors import BadInput, Forbidden
from resolvers.viewer import Staff, ViewerKind

M = TypeVar("M", bound=Model)


def staff_of(context: Context) -> Staff:
    """Return the member of staff who asks by themselves, for whom staff fields are alone.

    Raises Unauthenticated for who is nobody, Forbidden for everybody else: whoever looks through a
    customer's eyes too.
    """
    reach, viewer = context.reach, context.viewer
    if viewer.kind is ViewerKind.STAFF and viewer.staff is not None and reach.is_staff:
        return viewer.staff
    raise Forbidden("This is for the office's staff.")


def require_billing(context: Context, what: str) -> None:
    """Refuse staff without billing right; raises Forbidden."""
    if not staff_of(context).may_bill:
        raise Forbidden(f"{what} takes billing right, which your role does not have.")


def deed_of(context: Context) -> By:
    """Return who acts, when and in which request, as the audit trail has it."""
    return By(staff_of(context).email, context.request_id, context.now)


async def numbered(context: Context, numbers: Numbers[M], number: str) -> M | None:
    """Return the record that bears this number as it is now, None where none does.

    Raises BadInput where several do, and UpstreamError.
    """
    if not context.usage.room(1):
        raise BudgetSpent(context.usage.ceiling or 0)
    context.usage.calls += 1
    found = await context.doors.office.servicetitan.numbered(numbers, number)
    if len(found) > 1:
        subject = numbers.resource.name
        raise BadInput(f"ServiceTitan has {len(found)} {subject} with the number {number}.")
    return found[0] if found else None
