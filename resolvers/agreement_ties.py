"""Jobs owed to a service agreement: while it is not Active they are not upcoming (R54, Q16)."""

from collections.abc import Sized
from functools import partial
from typing import Final

from adapters.servicetitan.errors import UpstreamError
from resolvers.agreements import is_activated, known_agreements
from resolvers.context import Context
from resolvers.levels import AccessLevel

_BYTES_OF_A_TIE: Final = 300


async def suspended_jobs(context: Context) -> frozenset[int]:
    """Which jobs at places in reach are owed to agreements of which none is Active (R54)?

    One question to the ledger for an operation, and only where it names jobs one more for the
    agreements. What cannot be told suspends nothing: a job whose agreement is not known, or may
    not be asked after now, stays where its visits put it.
    """
    places = context.reach.places.values()
    seen = [place.id for place in places if place.level is not AccessLevel.NONE]
    try:
        ties = await context.by_rights("ties", partial(context.doors.ledger.ties_at, seen), _weigh)
        agreements = await context.once(known_agreements) if ties else []
    except UpstreamError:
        return frozenset()
    ended = {agreement.id for agreement in agreements if not is_activated(agreement)}
    return frozenset(job for job, owed_to in ties.items() if owed_to <= ended)


def _weigh(ties: Sized) -> int:
    """About how many bytes do these take?"""
    return _BYTES_OF_A_TIE * len(ties)
