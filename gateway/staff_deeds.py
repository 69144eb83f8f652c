"""What staff do at the door, written into the audit trail."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from adapters.ledger.audit import Action, Audit, By
from gateway.telemetry import request_id
from resolvers.viewer import Staff


def deeds_of_staff(
    audit: Audit, now: Callable[[], datetime]
) -> Callable[[str, Staff], Awaitable[None]]:
    """Return what writes a deed down by the words of its Action; it raises LedgerUnavailable."""

    async def write(act: str, staff: Staff) -> None:
        by = By(staff.email, request_id(), now())
        await audit.append(by.did(Action(act), f"staff {staff.key}"))

    return write
