"""How an operation begins: its viewer's rights and the tenant's choices, read once."""

import asyncio
from datetime import datetime

from adapters.cache.usage import Usage
from adapters.ledger.audit import Action, By
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.places import Place
from resolvers.access import Reach
from resolvers.context import Context
from resolvers.doors import Doors
from resolvers.origins import UNTOLD, Origin
from resolvers.pending import OnTheWay
from resolvers.policy import Policy
from resolvers.rights import Refused
from resolvers.viewer import Viewer

_LONGEST = 100


async def begin(
    viewer: Viewer,
    now: datetime,
    doors: Doors,
    request_id: str,
    what: str,
    origin: Origin = UNTOLD,
) -> Context:
    """Begin an operation: read once what its viewer may come near, and what the tenant chose.

    Looking through a customer's eyes is written down under both names before anything is shown,
    with `what` was asked for; where it cannot be, nothing is.
    """
    policy, since = doors.policy(), asyncio.get_running_loop().time()
    rights = await doors.rights.of(viewer, policy.access)
    if viewer.only_looks and isinstance(rights, Reach):
        rights = await _recorded(viewer, now, doors, request_id, what) or rights
    pending = await _pending(doors, rights)
    if isinstance(pending, UpstreamError):
        rights, pending = pending, OnTheWay()
    usage = _usage(viewer, policy, since)
    return Context(viewer, now, doors, policy, rights, request_id, usage, pending, origin)


def begin_at_once(
    viewer: Viewer, doors: Doors, request_id: str, origin: Origin = UNTOLD
) -> Context | None:
    """Begin a person's operation as `begin` would, at this moment; None where that takes waiting.

    So it does wherever they would be refused, too.
    """
    policy, since = doors.policy(), asyncio.get_running_loop().time()
    known = doors.rights.at_once(viewer, policy.access)
    pending = None if known is None else doors.till.pending.at_hand(known[1].payments)
    if known is None or pending is None:
        return None
    usage, on_the_way = _usage(viewer, policy, since), OnTheWay(pending)
    now, rights = doors.now(), known[0]
    return Context(viewer, now, doors, policy, rights, request_id, usage, on_the_way, origin)


async def again(context: Context) -> Context:
    """Begin another look of the same operation, later: rights and choices are those of now.

    Looking through a customer's eyes was written down when the operation began.
    """
    doors = context.doors
    policy, since = doors.policy(), asyncio.get_running_loop().time()
    rights = await doors.rights.of(context.viewer, policy.access)
    pending = await _pending(doors, rights)
    if isinstance(pending, UpstreamError):
        rights, pending = pending, OnTheWay()
    usage = _usage(context.viewer, policy, since)
    now, request_id = doors.now(), context.request_id
    return Context(context.viewer, now, doors, policy, rights, request_id, usage, pending)


async def _pending(doors: Doors, rights: Reach | Refused) -> OnTheWay | UpstreamError:
    """Return what was charged and is not yet in the books, as it stood when rights were read.

    It is remembered while nothing was paid. Where it cannot be read nobody is let in: somebody
    might pay the same once more.
    """
    if not isinstance(rights, Reach):
        return OnTheWay()
    try:
        return OnTheWay(await doors.till.pending.at(rights.payments_revision))
    except UpstreamError as error:
        return error


def _usage(viewer: Viewer, policy: Policy, since: float) -> Usage:
    """Count nothing yet; it stands behind every operation that began before it."""
    return Usage(ceiling=policy.budget.calls_per_operation, place=Place(viewer.key, since))


async def _recorded(
    viewer: Viewer, now: datetime, doors: Doors, request_id: str, what: str
) -> Refused | None:
    by = By(viewer.staff.email if viewer.staff else "", request_id, now, as_whom=viewer.email)
    try:
        await doors.office.audit.append(by.did(Action.VIEWED_AS, what[:_LONGEST]))
    except UpstreamError as error:
        return error
    return None
