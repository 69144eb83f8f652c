"""What is left to pay on invoices at this moment: asked of ServiceTitan itself, for money."""

from collections.abc import Sequence

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.invoices import INVOICES, Invoice
from resolvers.at_once import about_to_wait
from resolvers.context import Context
from resolvers.invoices import link_lasts, may_see_invoice
from resolvers.open_jobs import all_without_open_jobs
from resolvers.payable import Owed


async def owed_now(context: Context, ids: Sequence[int | None]) -> list[Owed | None]:
    """Return each invoice that this viewer may pay, as it is now; None for any other.

    What is pending is read first: what is recorded meanwhile is then taken off twice, for a
    moment, and never not at all. Raises UpstreamError.
    """
    wanted = list(dict.fromkeys(of for of in ids if of is not None))
    if not wanted:
        return [None for _ in ids]
    about_to_wait()
    await context.take_in_pending()
    answers = await context.doors.records.fresh(INVOICES, wanted, context.usage)
    shown = await _shown(context, [_there(answer) for answer in answers])
    pending = context.pending
    found: dict[int, Owed] = {
        row.id: Owed(pending.owed(row), pending.on(row.id), pending.is_held(row.id))
        for row in shown
    }
    return [None if of is None else found.get(of) for of in ids]


def _there(answer: Invoice | UpstreamError | None) -> Invoice | None:
    if isinstance(answer, UpstreamError):
        raise answer
    return answer


async def _shown(context: Context, rows: Sequence[Invoice | None]) -> list[Invoice]:
    """Return those that the viewer may see: by the rules of an invoice, and of its link."""
    seen = [row for row in rows if row is not None and may_see_invoice(context.reach, row)]
    linked = [row for row in seen if row.id in context.reach.invoices]
    others = [row for row in seen if row.id not in context.reach.invoices]
    return [
        *(row for row in linked if link_lasts(row, context.today)),
        *await all_without_open_jobs(others, context),
    ]
