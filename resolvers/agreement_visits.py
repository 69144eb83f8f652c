"""Visits of service agreements, as the office imported them: none are guessed (R72)."""

from collections.abc import Sequence

from adapters.ledger.planned_visits import PlannedStatus, PlannedVisit
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.service_agreements import ServiceAgreement
from resolvers.agreements import agreement, is_running, known_agreements
from resolvers.context import Context
from resolvers.errors import NotFound
from resolvers.paging import Listing
from resolvers.visits import Visit, VisitState, listing_of, may_see_visit

_TOLD = {
    PlannedStatus.UNSCHEDULED: VisitState.UNSCHEDULED,
    PlannedStatus.SCHEDULED: VisitState.SCHEDULED,
    PlannedStatus.IN_PROGRESS: VisitState.IN_PROGRESS,
    PlannedStatus.COMPLETED: VisitState.COMPLETED,
    PlannedStatus.CANCELED: VisitState.CANCELED,
    PlannedStatus.DISMISSED: VisitState.COMPLETED,
}
"""Dismissed counts as complete, and Deleted is gone (R57)."""


async def visits_of_agreements(
    agreements: Sequence[ServiceAgreement], context: Context
) -> Sequence[Listing[Visit] | UpstreamError]:
    """Return the visits of each agreement that the viewer may see, the first due first."""
    try:
        visits = await _visits(agreements, context)
    except UpstreamError as error:
        return [error for _ in agreements]
    return [listing_of(visits[row.id], f"visits of agreement {row.id}") for row in agreements]


async def visible_visits(context: Context) -> list[Visit]:
    """Return every agreement visit that any screen shows the viewer; raises UpstreamError."""
    known: list[ServiceAgreement] = await context.once(known_agreements)
    visits = await _visits(known, context)
    return [visit for of in visits.values() for visit in of]


async def _visits(
    agreements: Sequence[ServiceAgreement], context: Context
) -> dict[int, list[Visit]]:
    planned = await context.doors.ledger.visits_of([row.id for row in agreements])
    return {
        row.id: [
            visit
            for told in planned[row.id]
            if told.status is not PlannedStatus.DELETED
            for visit in [_visit(told, row, context)]
            if may_see_visit(context.reach, visit, context.policy)
        ]
        for row in agreements
    }


def _visit(told: PlannedVisit, agreement: ServiceAgreement, context: Context) -> Visit:
    return Visit(
        id=f"a{told.id}",
        number=told.id,
        name=told.name,
        due_on=told.due_on,
        customer_id=agreement.customer_id,
        location_id=told.location_id,
        job_id=told.job_id,
        told=_TOLD[told.status],
        is_owed=is_running(agreement, context.today),
        agreement=agreement,
    )


async def agreement_visit(context: Context, number: int) -> Visit:
    """Return the agreement visit of this number; raises NotFound (R14) or UpstreamError.

    It is looked for among what the viewer may see: whether somebody else has it is never asked.
    Staff, who may see every one, have it looked for by its number.
    """
    visits: list[Visit] = await (
        _promised_with(number, context) if context.reach.is_staff else context.once(visible_visits)
    )
    found = next((visit for visit in visits if visit.number == number), None)
    if found is None:
        raise NotFound
    return found


async def _promised_with(number: int, context: Context) -> list[Visit]:
    """Return the visits of the agreement that promises this one; raises NotFound."""
    of = await context.doors.ledger.agreement_of(number)
    if of is None:
        raise NotFound
    return (await _visits([await agreement(context, of)], context))[of]
