"""An attempt charged while its payer waits: prepared, checked, and then charged at most once.

Nothing but this takes an attempt from CHECKED to CHARGING; what takes up what a crash left never
charges.
"""

from dataclasses import dataclass

import structlog

from adapters.ledger.attempt_rows import Attempt, Changes
from adapters.ledger.audit import By
from adapters.ledger.payment_states import AttemptState
from adapters.payments.desk import Desk, answered, ref_of
from adapters.payments.errors import ProcessorError, ProcessorRefused
from adapters.payments.paid import (
    NOT_AVAILABLE,
    NOTHING_CHARGED,
    Check,
    Means,
    Paid,
    Refusal,
    order_of,
)
from adapters.payments.processor import Charge, ChargeOrder, ChargeState, PaymentProcessor
from adapters.payments.taking import checked, take

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
            refusal = await checked(check, attempt)
        except Exception:
            await self._give_up(attempt, Refusal(NOT_AVAILABLE, NOTHING_CHARGED))
            raise
        if refusal is not None:
            return await self._give_up(attempt, refusal)
        return await self._charge(attempt)

    async def _charge(self, attempt: Attempt) -> Paid:
        attempt = await self.desk.move(attempt, _A.CHECKED, self.by)
        ref, order = ref_of(attempt), self.order
        return await take(self.desk, attempt, lambda: self.processor.charge(ref, order), self.by)

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


def _is_as_ordered(prepared: Charge, order: ChargeOrder) -> bool:
    """Did the processor take the order as it was given, and no money?"""
    return (
        prepared.state is ChargeState.PREPARED
        and prepared.amount == order.amount
        and prepared.currency.upper() == order.currency.upper()
        and prepared.marker in {None, order.marker}
    )
