"""My Tasks: what waits for the viewer, by the same rules as the screens it leads to (R15-R17)."""

from dataclasses import dataclass
from decimal import Decimal

from adapters.servicetitan.appointments import Appointment
from adapters.servicetitan.invoices import Invoice
from resolvers.at_once import side_by_side
from resolvers.context import Context
from resolvers.invoices import due, is_open, own_invoices
from resolvers.job_lists import Tabbed, tabbed
from resolvers.levels import AccessLevel
from resolvers.policy import Screen
from resolvers.portal import is_offered
from resolvers.proposals import proposals_to_review
from resolvers.tabs import JobTab
from resolvers.visit_times import in_order, is_to_come

_AWAITED = {JobTab.UPCOMING, JobTab.IN_PROGRESS}


@dataclass(frozen=True, slots=True)
class Tasks:
    """The screen's root: each of its fields asks for itself, and fails by itself."""


async def invoices_to_pay(context: Context) -> list[Invoice]:
    """Return every visible invoice with something left to pay, newest first (R15)."""
    if not is_offered(context.policy, Screen.INVOICES):
        return []
    rows: list[Invoice] = await context.once(own_invoices, None)
    return [row for row in rows if is_open(row)]


async def total_due(context: Context) -> Decimal | None:
    """Return what is left to pay in all, None for who has Billing access nowhere (R16)."""
    if not is_offered(context.policy, Screen.INVOICES):
        return None
    if context.reach.is_staff or not context.reach.holds_anywhere(AccessLevel.BILLING):
        return None
    return due(await context.once(own_invoices, None))


async def upcoming_appointments(context: Context) -> list[Appointment]:
    """Return the visits to come of jobs upcoming or in progress, soonest first (R15, R53)."""
    if not is_offered(context.policy, Screen.JOBS):
        return []
    rows: list[Tabbed] = await context.once(tabbed, None)
    visits = [
        visit
        for row in rows
        if row.tab in _AWAITED
        for visit in row.visits
        if is_to_come(visit, context.clock)
    ]
    return [*in_order(visits, context.clock)]


async def count(context: Context) -> int:
    """Return how many things wait, of every kind; raises UpstreamError where one is not known."""
    invoices, visits, offers = await side_by_side(
        invoices_to_pay(context), upcoming_appointments(context), proposals_to_review(context)
    )
    return len(invoices) + len(visits) + len(offers)
