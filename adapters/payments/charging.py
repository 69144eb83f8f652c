"""An attempt charged while its payer waits: prepared, checked, and then charged at most once.

Nothing but this takes an attempt from CHECKED to CHARGING; what takes up what a crash left never
charges.
"""

import asyncio
from dataclasses import dataclass

import structlog

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
from adapters.payments.paid import (
    NOT_AVAILABLE,
    NOTHING_CHARGED,
    Check,
    Means,
    Paid,
    Refusal,
    order_of,
    refusal_of,
)
from adapters.payments.processor import Charge, ChargeOrder, ChargeState, PaymentProcessor
from adapters.payments.settling import settle
from adapters.payments.waits import CALL_SECONDS

_A = AttemptState

_log = structlog.get_logger("payments")


@dataclass(frozen=True, slots=True)
class Charging:
    """One attempt on its way from RECEIVED to where its charge stands."""

    desk: Desk
    processor: PaymentProcessor
    order: ChargeOrder
    by: By

    async def charge(self, attempt: Attempt, check: Check) -> Paid:
        """Charge an attempt that was just received, if the check finds nothing against it.

        Raises LedgerUnavailable and Overtaken, and whatever the check raises: then it is refused.
        """
        try:
            prepared = await answered(self.processor.prepare(self.order))
        except ProcessorRefused as refused:
            return await self._refuse(attempt, Refusal(refused.code.value, str(refused)))
        except ProcessorError:
            return await self._refuse(attempt, Refusal(NOT_AVAILABLE, NOTHING_CHARGED))
        attempt = await self.desk.note(attempt, processor_ref=prepared.ref)
        if not _is_as_ordered(prepared, self.order):
            _log.error("prepared otherwise than ordered", attempt=attempt.id)
            return await self._give_up(attempt, Refusal(NOT_AVAILABLE, NOTHING_CHARGED))
        try:
            refusal = await _checked(check, attempt)
        except Exception:
            await self._give_up(attempt, Refusal(NOT_AVAILABLE, NOTHING_CHARGED))
            raise
        if refusal is not None:
            return await self._give_up(attempt, refusal)
        return await self._charge(attempt)

    async def _charge(self, attempt: Attempt) -> Paid:
        attempt = await self.desk.move(attempt, _A.CHECKED, self.by)
        until = self.desk.still_locked()
        attempt = await self.desk.move(attempt, _A.CHARGING, self.by, locked_until=until)
        try:
            charge = await self._asked(attempt)
        except ProcessorRefused as refused:
            told = Changes(failure_code=refused.code.value, failure=str(refused))
            attempt = await self.desk.move(attempt, _A.DECLINED, self.by, **told)
            return Paid(attempt, refusal_of(attempt))
        except ProcessorError:
            attempt = await self.desk.move(attempt, _A.UNKNOWN, self.by, "the answer was lost")
            return Paid(attempt)
        attempt = await settle(self.desk, attempt, charge, self.by)
        return Paid(attempt, refusal_of(attempt), charge.action)

    async def _asked(self, attempt: Attempt) -> Charge:
        """Have the money taken; where that was not asked for after all, it never will be."""
        try:
            charge = await answered(self.processor.charge(_ref(attempt), self.order))
        except ProcessorUnavailable:
            return await self._fenced(attempt)
        if charge.state is ChargeState.PREPARED:
            raise OutcomeUnknown("The payment processor took nothing, and may yet.")
        return charge

    async def _fenced(self, attempt: Attempt) -> Charge:
        try:
            return await self.desk.cancel(attempt)
        except ProcessorError:
            raise OutcomeUnknown("The payment processor did not give the order up.") from None

    async def _give_up(self, attempt: Attempt, refusal: Refusal) -> Paid:
        """Refuse an attempt whose order is there; where that stays there, it takes no money."""
        try:
            await self.desk.cancel(attempt)
        except ProcessorError as error:
            _log.info("order left", attempt=attempt.id, error=type(error).__name__)
        return await self._refuse(attempt, refusal)

    async def _refuse(self, attempt: Attempt, refusal: Refusal) -> Paid:
        told = Changes(failure_code=refusal.code, failure=refusal.message)
        attempt = await self.desk.move(attempt, _A.REFUSED, self.by, **told)
        return Paid(attempt, refusal)


def charging(desk: Desk, attempt: Attempt, means: Means, by: By) -> Charging:
    """Return the walk of this attempt; ProcessorUnavailable where its processor is not set up."""
    return Charging(desk, desk.processor(attempt), order_of(attempt, means), by)


async def _checked(check: Check, attempt: Attempt) -> Refusal | None:
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


def _is_as_ordered(prepared: Charge, order: ChargeOrder) -> bool:
    """Did the processor take the order as it was given, and no money?"""
    return (
        prepared.state is ChargeState.PREPARED
        and prepared.amount == order.amount
        and prepared.currency.upper() == order.currency.upper()
        and prepared.marker in {None, order.marker}
    )


def _ref(attempt: Attempt) -> str:
    if attempt.processor_ref is None:
        raise ValueError("an attempt without an order at its processor")
    return attempt.processor_ref
