"""Direct links as staff make, end and look them up in the graph."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.ledger.direct_links import DirectLinkRow
from resolvers.context import Context
from resolvers.direct_links import (
    MOST_DAYS,
    LinkDoors,
    MadeLink,
    NoLink,
    Why,
    create_estimate_link,
    create_payment_link,
    revoke_direct_link,
)
from resolvers.errors import NotFound
from resolvers.ids import number_of
from resolvers.staff import deed_of, require_billing
from resolvers.user_errors import UserError, UserErrorCode

_MAKING = "To make a link that shows money"


@dataclass(frozen=True, slots=True)
class LinkOutcome:
    """What came of it; `url` holds the secret of a new link, and is told this once."""

    link: DirectLinkRow | None = None
    url: str | None = None
    user_errors: tuple[UserError, ...] = ()


async def make_payment_link(context: Context, number: str, days: int) -> LinkOutcome:
    """Make a link to the invoice of this number; raises Forbidden, NotReady, UpstreamError."""
    require_billing(context, _MAKING)
    deed = deed_of(context)
    await context.confirm()
    made = await create_payment_link(_doors(context), number, days, deed)
    return _outcome(made, _about(context, days, "invoiceNumber"))


async def make_estimate_link(context: Context, numbers: Sequence[str], days: int) -> LinkOutcome:
    """Make a link to these estimates; raises Forbidden, NotReady, UpstreamError."""
    require_billing(context, _MAKING)
    deed = deed_of(context)
    await context.confirm()
    made = await create_estimate_link(_doors(context), numbers, days, deed)
    return _outcome(made, _about(context, days, "estimateNumbers"))


async def end_link(context: Context, told: str) -> LinkOutcome:
    """End the link of this global id; raises Forbidden, NotReady, LedgerUnavailable."""
    deed = deed_of(context)
    of = number_of(told, "DirectLink")
    if of is None:
        return _refused(NoLink(Why.NOT_FOUND, "There is no link with this id."), "linkId")
    await context.confirm()
    ended = await revoke_direct_link(_doors(context), of, deed)
    return _refused(ended, "linkId") if isinstance(ended, NoLink) else LinkOutcome(link=ended)


async def direct_link(context: Context, key: int) -> DirectLinkRow:
    """Return the link of this id, for staff by themselves; raises NotFound, LedgerUnavailable."""
    if not context.reach.is_staff:
        raise NotFound
    found = (await context.doors.office.links.get([key])).get(key)
    if found is None:
        raise NotFound
    return found


def _doors(context: Context) -> LinkDoors:
    office = context.doors.office
    pending = context.doors.till.pending
    return LinkDoors(office.servicetitan, office.links, pending, office.site_url)


def _about(context: Context, days: int, field: str) -> str | None:
    """Which input would a refusal be about: none of them, where the gateway cannot make links?"""
    if context.doors.office.site_url is None:
        return None
    return field if 1 <= days <= MOST_DAYS else "expiresInDays"


def _outcome(made: MadeLink | NoLink, field: str | None) -> LinkOutcome:
    if isinstance(made, NoLink):
        return _refused(made, field)
    return LinkOutcome(link=made.link, url=made.url)


def _refused(why: NoLink, field: str | None) -> LinkOutcome:
    path = None if field is None else ("input", field)
    return LinkOutcome(user_errors=(UserError(UserErrorCode(why.why.value), why.sentence, path),))
