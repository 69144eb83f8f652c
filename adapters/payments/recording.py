"""What was charged, written into ServiceTitan's books: once, or left to the office."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, Unpack

import structlog

from adapters.cache.errors import CacheUnavailable
from adapters.ledger.attempt_rows import Attempt, Changes
from adapters.ledger.audit import By
from adapters.ledger.payment_states import AttemptState
from adapters.payments.desk import Desk
from adapters.payments.terms import Terms
from adapters.payments.waits import CALL_SECONDS, POSTED, charged_at, is_too_late_to_record
from adapters.servicetitan.books import MarkedPayment, PaymentToRecord, RecordedSplit
from adapters.servicetitan.errors import (
    UpstreamBusy,
    UpstreamError,
    UpstreamUnavailable,
    WriteRefused,
)

_A = AttemptState

_NOT_TOLD: Final = "ServiceTitan could not be told"

_log = structlog.get_logger("payments")


class PaymentBooks(Protocol):
    """ServiceTitan's books: adapters/servicetitan/books.py says what each verb raises."""

    async def record_payment(self, new: PaymentToRecord) -> int:
        """Record it once, and return its id."""

    async def payments_marked(self, customer: int, marker: str) -> Sequence[MarkedPayment]:
        """Return all that bear the marker, or raise."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Records what was charged; `terms` are the tenant's choices as they are now."""

    desk: Desk
    books: PaymentBooks
    terms: Callable[[], Terms]

    async def record(self, attempt: Attempt, by: By) -> Attempt:
        """Go on with recording from wherever it stands, until it has to wait or is done.

        Raises LedgerUnavailable, and Overtaken.
        """
        if attempt.state is _A.CHARGED:
            return await self._post(attempt, by)
        known = attempt.servicetitan_payment_id
        try:
            found = known or await self._found(attempt)
        except (UpstreamError, TimeoutError):
            return await self._not_found(attempt, by, is_certain=False)
        if found is not None:
            return await self._enter(attempt, found, by)
        return await self._not_found(attempt, by, is_certain=True)

    async def _found(self, attempt: Attempt) -> int | None:
        """Return its id in ServiceTitan, None where it certainly shows none.

        What was handed off counts where it stands; of what was told from here it is enough that it
        came there, though it was voided since.
        """
        async with asyncio.timeout(CALL_SECONDS):
            told = await self.books.payments_marked(attempt.customer, attempt.confirmation)
        standing = [row for row in told if row.active]
        if len(standing) > 1:  # the office is to void what is too much
            _log.error("recorded more than once", attempt=attempt.id, count=len(standing))
        if standing or attempt.state is _A.HANDED_OFF:
            return standing[0].id if standing else None
        return told[0].id if told else None

    async def _not_found(self, attempt: Attempt, by: By, *, is_certain: bool) -> Attempt:
        """Go on with what ServiceTitan does not show; `is_certain` where it showed all it has.

        It is posted again where all that was told of it before has come to nothing by now.
        """
        now = self.desk.now()
        if attempt.state is _A.HANDED_OFF:
            return await self.desk.put_off(attempt)
        if is_too_late_to_record(attempt, now):
            return await self._hand_off(attempt, by, "it was tried for too long")
        if attempt.state is _A.RECORDING:
            attempt = await self.desk.move(attempt, _A.RECORD_PENDING, by, "it is not there yet")
        if not is_certain:
            return await self.desk.put_off(attempt)
        certain = await self._posted_at(attempt) + POSTED
        if now < certain:
            return await self.desk.put_off(attempt, certain)
        return await self._post(attempt, by)

    async def _posted_at(self, attempt: Attempt) -> datetime:
        """Return when ServiceTitan was last told of it, at the earliest."""
        steps = await self.desk.attempts.steps(attempt.id)
        return max(
            (step.at for step in steps if step.state is _A.RECORDING), default=attempt.created_at
        )

    async def _post(self, attempt: Attempt, by: By) -> Attempt:
        kind = self.terms().payment_type(attempt.method_kind)
        if kind is None:
            return await self._hand_off(attempt, by, "the office enters such payments")
        until = self.desk.still_locked()
        attempt = await self.desk.move(attempt, _A.RECORDING, by, locked_until=until)
        try:
            async with asyncio.timeout(CALL_SECONDS):
                of = await self.books.record_payment(self._told(attempt, kind))
        except WriteRefused:
            return await self._refused(attempt, by)
        except (UpstreamUnavailable, UpstreamBusy):
            return await self._later(attempt, by, _NOT_TOLD)
        except Exception as error:  # noqa: BLE001  # it may have been written, whatever it was
            _log.warning("recording unknown", attempt=attempt.id, error=type(error).__name__)
            return await self._later(attempt, by, "ServiceTitan's answer was lost")
        return await self._enter(attempt, of, by)

    def _told(self, attempt: Attempt, kind: int) -> PaymentToRecord:
        return PaymentToRecord(
            customer=attempt.customer,
            payment_type=kind,
            amount=attempt.amount,
            paid_on=charged_at(attempt).astimezone(self.terms().zone).date(),
            marker=attempt.confirmation,
            splits=tuple(RecordedSplit(part.invoice, part.amount) for part in attempt.splits),
        )

    async def _enter(self, attempt: Attempt, of: int, by: By) -> Attempt:
        """Note that it stands in ServiceTitan's books; first all workers forget what was before.

        Where they cannot be told, its amount stays subtracted until they can.
        """
        try:
            owned = await self.desk.telling.written(attempt)
        except CacheUnavailable:
            told = "who remembers its invoices cannot be told"
            return await self._later(attempt, by, told, servicetitan_payment_id=of)
        return await self.desk.move(
            attempt, _A.RECORDED, by, owned=owned, servicetitan_payment_id=of
        )

    async def _refused(self, attempt: Attempt, by: By) -> Attempt:
        told = "ServiceTitan refused to record it"
        if self.terms().refunds_refused and not await self._may_stand_there(attempt):
            return await self.desk.move(attempt, _A.REFUND_PENDING, by, told)
        return await self._hand_off(attempt, by, told)

    async def _may_stand_there(self, attempt: Attempt) -> bool:
        """Was it told before, so that it may be refused for what stands there by now?"""
        steps = await self.desk.attempts.steps(attempt.id)
        before = [step.told for step in steps if step.state is _A.RECORD_PENDING]
        return any(told != _NOT_TOLD for told in before)

    async def _hand_off(self, attempt: Attempt, by: By, told: str) -> Attempt:
        return await self.desk.move(attempt, _A.HANDED_OFF, by, told, tries=0)

    async def _later(
        self, attempt: Attempt, by: By, told: str, **changes: Unpack[Changes]
    ) -> Attempt:
        if attempt.state is not _A.RECORDING:
            return await self.desk.put_off(await self.desk.note(attempt, **changes))
        changes["tries"] = attempt.tries + 1
        return await self.desk.move(attempt, _A.RECORD_PENDING, by, told, **changes)
