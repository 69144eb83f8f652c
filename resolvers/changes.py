"""What changed among the records a viewer may see, told while it happens."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from adapters.changes.bus import Change, Gap, Interest, Listener
from adapters.servicetitan.appointments import APPOINTMENTS
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.estimates import ESTIMATES
from adapters.servicetitan.installed_equipment import INSTALLED_EQUIPMENT
from adapters.servicetitan.invoices import INVOICES
from adapters.servicetitan.jobs import JOBS
from adapters.servicetitan.locations import LOCATIONS
from adapters.servicetitan.memberships import MEMBERSHIPS
from adapters.servicetitan.resource import Resource
from adapters.servicetitan.service_agreements import SERVICE_AGREEMENTS
from resolvers.access import Reach
from resolvers.beginning import again
from resolvers.context import Context
from resolvers.errors import ChangesMissed, PortalError
from resolvers.ids import global_id
from resolvers.nodes import nodes

MOST_AT_ONCE: Final = 50
"""How many changed records are looked up together: as many as one call to ServiceTitan carries."""

PAUSE_SECONDS: Final = 1.0
"""How long changes gather after some were told: what a viewer costs a second is bounded by it."""

LOOK_SECONDS: Final = 60.0
"""After how long a viewer's rights are read again though nothing changed."""

_KINDS: Mapping[Resource[Any], str] = {
    CUSTOMERS: "Customer",
    LOCATIONS: "Location",
    INVOICES: "Invoice",
    JOBS: "Job",
    APPOINTMENTS: "Appointment",
    INSTALLED_EQUIPMENT: "Equipment",
    ESTIMATES: "Estimate",
    MEMBERSHIPS: "Membership",
    SERVICE_AGREEMENTS: "ServiceAgreement",
}
_TOLD = frozenset(resource.name for resource in _KINDS)


@dataclass(frozen=True, slots=True)
class Changed:
    """A record that this viewer may see is another than before; `at` is when that was known."""

    node_id: str
    type: str
    at: datetime


def interest_of(reach: Reach) -> Interest:
    """Which changes may concern this viewer? Whether each does, the record's own rules say."""
    owners = {place.customer_id for place in reach.places.values()}
    records = {(INVOICES.name, of) for of in reach.invoices}
    records |= {(ESTIMATES.name, of) for of in reach.estimates}
    return Interest(
        customers=frozenset(owners.union(reach.parties)),
        locations=frozenset(reach.places),
        records=frozenset(records),
        everything=reach.is_staff,
        kinds=_TOLD,
    )


async def changed(context: Context) -> AsyncIterator[Changed]:
    """Tell what this viewer may see and has changed, from now on; it ends by an error alone.

    Rights are read anew for whatever is told: Unauthenticated, NotReady and LedgerUnavailable end
    it. ChangesMissed ends it where something was lost or cannot be looked up: the viewer reads
    again what they show.
    """
    bus = context.doors.changes
    with bus.subscribe(interest_of(context.reach)) as listener:
        while True:
            some = await _next(listener)
            async with _now(context) as now:
                # From before the look-ups: what is changed meanwhile is heard by the new rights.
                bus.turn(listener, interest_of(now.reach))
                seen = await _visible(now, some)
            while seen:
                yield _told(seen.pop(0))
                if seen and not await _still(now):
                    listener.tell_again(seen)
                    break
            if some:
                await asyncio.sleep(PAUSE_SECONDS)


@asynccontextmanager
async def _now(context: Context) -> AsyncIterator[Context]:
    """Look with the rights of this moment."""
    now = await again(context)
    try:
        yield now
    finally:
        now.end()


async def _still(looked: Context) -> bool:
    """Are the viewer's rights what they were when it was looked? The client may be slow to take."""
    return (await again(looked)).rights == looked.rights


async def _next(listener: Listener) -> Sequence[Change]:
    """Wait for changes; none where it is time to look whether the viewer may still hear any."""
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            first = await listener.next()
    except TimeoutError:
        return ()
    if isinstance(first, Gap):
        raise ChangesMissed
    return [first, *listener.more(MOST_AT_ONCE - 1)]


async def _visible(context: Context, changes: Sequence[Change]) -> list[Change]:
    """Which of these records does the viewer see as they are now?"""
    for change in changes:
        # It may have been refused a moment ago, when it was not what it is now.
        context.forget_refusal(change.resource, change.id)
    found = await nodes(context, [_told(change).node_id for change in changes])
    for record in found:
        if isinstance(record, UpstreamError):
            raise ChangesMissed from record
        if isinstance(record, Exception) and not isinstance(record, PortalError):
            raise record
    told = zip(changes, found, strict=True)
    return [of for of, record in told if not isinstance(record, Exception)]


def _told(change: Change) -> Changed:
    kind = _KINDS[change.resource]
    return Changed(global_id(kind, change.id), kind, change.at)
