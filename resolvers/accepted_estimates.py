"""Who accepted an estimate here, and when; and the estimate once more, after it was decided on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.estimates import Estimate
from resolvers.acceptance_outcomes import stands
from resolvers.context import Context
from resolvers.estimates import accepted_at, estimates, is_open
from resolvers.moments import instant_in


@dataclass(frozen=True, slots=True)
class Decided:
    """Who accepted an estimate, where that was here, and when, as far as that is known."""

    by: str | None
    at: datetime | None


async def decisions_on(
    offered: Sequence[Estimate], context: Context
) -> Sequence[Decided | UpstreamError | None]:
    """Return how each was accepted; None while it is open."""
    accepted = [estimate.id for estimate in offered if not is_open(estimate)]
    if not accepted:
        return [None] * len(offered)
    try:
        found = await context.doors.till.acceptances.by_estimates(accepted)
    except UpstreamError as error:
        return [error] * len(offered)
    here = {
        of: Decided(row.signer, instant_in(context.zone, row.accepted_at))
        for of, row in found.items()
        if stands(row.state)
    }
    return [
        None if is_open(row) else here.get(row.id, Decided(None, accepted_at(row, context)))
        for row in offered
    ]


async def estimate_again(context: Context, key: int | None) -> Estimate | None:
    """Return the visible estimate of this id as it is now, None where there is none.

    Raises UpstreamError.
    """
    if key is None:
        return None
    (found,) = await estimates(context, [key])
    if isinstance(found, UpstreamError):
        raise found
    return found
