"""How an operation begins: its viewer's rights and the tenant's choices, read once."""

from datetime import datetime

from adapters.cache.usage import Usage
from adapters.ledger.audit import Action, By
from adapters.servicetitan.errors import UpstreamError
from resolvers.access import Reach
from resolvers.context import Context
from resolvers.doors import Doors
from resolvers.rights import Refused
from resolvers.viewer import Viewer

_LONGEST = 100


async def begin(viewer: Viewer, now: datetime, doors: Doors, request_id: str, what: str) -> Context:
    """Begin an operation: read once what its viewer may come near, and what the tenant chose.

    Looking through a customer's eyes is written down under both names before anything is shown,
    with `what` was asked for; where it cannot be, nothing is.
    """
    policy = doors.policy()
    rights = await doors.rights.of(viewer, policy.access)
    if viewer.only_looks and isinstance(rights, Reach):
        rights = await _recorded(viewer, now, doors, request_id, what) or rights
    usage = Usage(ceiling=policy.budget.calls_per_operation)
    return Context(viewer, now, doors, policy, rights, request_id, usage)


async def again(context: Context) -> Context:
    """Begin another look of the same operation, later: rights and choices are those of now.

    Looking through a customer's eyes was written down when the operation began.
    """
    doors = context.doors
    policy = doors.policy()
    rights = await doors.rights.of(context.viewer, policy.access)
    usage = Usage(ceiling=policy.budget.calls_per_operation)
    request_id = context.request_id
    return Context(context.viewer, doors.now(), doors, policy, rights, request_id, usage)


async def _recorded(
    viewer: Viewer, now: datetime, doors: Doors, request_id: str, what: str
) -> Refused | None:
    by = By(viewer.staff.email if viewer.staff else "", request_id, now, as_whom=viewer.email)
    try:
        await doors.office.audit.append(by.did(Action.VIEWED_AS, what[:_LONGEST]))
    except UpstreamError as error:
        return error
    return None
