"""What its payer authorized by one more step, taken after a check of its own, or given up.

Minutes may lie between the check before the step and this: the office may have taken the money
meanwhile. Nothing but this takes an attempt from ACTION_REQUIRED to CHARGING.
"""

from adapters.ledger.attempt_rows import Attempt, Changes
from adapters.ledger.audit import By
from adapters.ledger.payment_states import AttemptState
from adapters.payments.desk import Desk, ref_of
from adapters.payments.paid import Check, Paid, Refusal, refusal_of
from adapters.payments.settling import NEVER, settle
from adapters.payments.taking import checked, take

_A = AttemptState


async def capture(desk: Desk, attempt: Attempt, check: Check, by: By) -> Paid:
    """Take what was authorized, if the check finds nothing against it; else give it up.

    The attempt is locked, and waits for its payer. Raises LedgerUnavailable and Overtaken;
    ProcessorError where it may not have been given up, and whatever the check raises: then it
    waits on, and nothing was taken.
    """
    processor, ref = desk.processor(attempt), ref_of(attempt)
    refusal = await checked(check, attempt)
    if refusal is not None:
        return await _given_up(desk, attempt, refusal, by)
    return await take(desk, attempt, lambda: processor.capture(ref, attempt.confirmation), by)


async def _given_up(desk: Desk, attempt: Attempt, refusal: Refusal, by: By) -> Paid:
    """Refuse it once it can never be taken, unless it was taken elsewhere."""
    final = await desk.cancel(attempt)
    if final.state not in NEVER:
        attempt = await settle(desk, attempt, final, by)
        return Paid(attempt, refusal_of(attempt))
    told = Changes(failure_code=refusal.code, failure=refusal.message)
    return Paid(await desk.move(attempt, _A.REFUSED, by, **told), refusal)
