"""My Tasks."""

import strawberry

from resolvers import tasks
from resolvers.paging import Paging
from resolvers.proposals import proposals_to_review
from schema.arguments import First
from schema.edges import field, later, list_of
from schema.info import Info
from schema.scalars import Money

Invoice = later("Invoice", "schema.invoices")
Appointment = later("Appointment", "schema.appointments")
Proposal = later("Proposal", "schema.proposals")


async def _invoices(info: Info, first: First = 20) -> list[object]:
    most = Paging(first).first
    return [*(await tasks.invoices_to_pay(info.context))[:most]]


async def _appointments(info: Info, first: First = 20) -> list[object]:
    most = Paging(first).first
    return [*(await tasks.upcoming_appointments(info.context))[:most]]


async def _proposals(info: Info, first: First = 20) -> list[object]:
    most = Paging(first).first
    return [*(await proposals_to_review(info.context))[:most]]


async def _total_due(info: Info) -> object:
    return await tasks.total_due(info.context)


async def _count(info: Info) -> int:
    return await tasks.count(info.context)


@strawberry.type(
    description="My Tasks: what waits for the viewer, by the same rules as the screens it leads to."
)
class Tasks:
    """Shows the screen's root; each field asks, and fails, by itself."""

    invoices_to_pay = field(
        _invoices, list_of(Invoice) | None, "Visible invoices with something left to pay."
    )
    total_due = field(
        _total_due,
        Money | None,
        "What is left to pay in all; null without Billing access anywhere.",
    )
    upcoming_appointments = field(
        _appointments,
        list_of(Appointment) | None,
        "Live appointments that are not past, of jobs upcoming or in progress, soonest first.",
    )
    proposals_to_review = field(
        _proposals,
        list_of(Proposal) | None,
        "Proposals with an option that waits for a decision, newest first.",
    )
    count = field(_count, int | None, "Of all of them, not of those listed.")
