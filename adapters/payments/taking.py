"""Money taken while its payer waits: looked at once more, written down, and then asked for once.

To charge and to capture what was authorized are the same here: both come right after a check.
"""

import asyncio
from collections.abc import Awaitable, Callable

from adapters.ledger.attempt_rows import Attempt, Changes
from adapters.ledger.audit import By
from adapters.ledger.payment_states import AttemptState
from adapters.payments.desk import Desk, answered
from adapters.payments.errors import (
    OutcomeUnknown,
    ProcessorError,
    ProcessorRefused,
    ProcessorUnavailable,
)
from adapters.payments.paid import Check, Paid, Refusal, refusal_of
from adapters.payments.processor import Charge
from adapters.payments.settling import UNTAKEN, settle
from adapters.payments.waits import CALL_SECONDS

_A = AttemptState

Ask = Callable[[], Awaitable[Charge]]


async def checked(check: Check, attempt: Attempt) -> Refusal | None:
    """Ask the check, though not for ever.

    It goes by what its operation knows. Where that has ended, it is cancelled from there, and with
    it neither this work nor what it holds: TimeoutError.
    """
    asking = asyncio.ensure_future(check(attempt))
    try:
        done, _ = await asyncio.wait({asking}, timeout=CALL_SECONDS)
    finally:
        asking.cancel()
    if not done or asking.cancelled():
        raise TimeoutError("the check did not come to its end")
    return asking.result()


async def take(desk: Desk, attempt: Attempt, ask: Ask, by: By) -> Paid:
    """Write down that it is charged now, ask for its money, and move it to where that stands.

    Raises LedgerUnavailable and Overtaken.
    """
    until = desk.still_locked()
    attempt = await desk.move(attempt, _A.CHARGING, by, locked_until=until)
    try:
        charge = await _asked(desk, attempt, ask)
    except ProcessorRefused as refused:
        told = Changes(failure_code=refused.code.value, failure=str(refused))
        attempt = await desk.move(attempt, _A.DECLINED, by, **told)
        return Paid(attempt, refusal_of(attempt))
    except ProcessorError:
        return Paid(await desk.move(attempt, _A.UNKNOWN, by, "the answer was lost"))
    attempt = await settle(desk, attempt, charge, by)
    return Paid(attempt, refusal_of(attempt), charge.action)


async def _asked(desk: Desk, attempt: Attempt, ask: Ask) -> Charge:
    """Have the money taken; where that was not asked for after all, it never will be."""
    try:
        charge = await answered(ask())
    except ProcessorUnavailable:
        return await _fenced(desk, attempt)
    if charge.state in UNTAKEN:
        raise OutcomeUnknown("The payment processor took nothing, and may yet.")
    return charge


async def _fenced(desk: Desk, attempt: Attempt) -> Charge:
    try:
        return await desk.cancel(attempt)
    except ProcessorError:
        raise OutcomeUnknown("The payment processor did not give the order up.") from None
