"""An accepted estimate on its way to being sold in ServiceTitan, however it has to be gone on with.

It is sold at most once: ServiceTitan sells what is open and refuses what is sold, so that to ask
again after an answer was lost makes nothing twice. A deposit is charged before, and goes back where
the estimate can no longer be sold as it was signed (R42, R44).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from adapters.cache.errors import CacheUnavailable
from adapters.ledger.acceptance_rows import Acceptance
from adapters.ledger.acceptance_states import AcceptanceState
from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.payment_states import AttemptState
from adapters.payments.sale_desk import Overtaken, SaleDesk
from adapters.payments.sale_terms import (
    LOCK_SECONDS,
    SENT_BACK,
    SENTENCES,
    NotSold,
    of_acceptance,
)
from adapters.servicetitan.errors import (
    UpstreamBusy,
    UpstreamError,
    UpstreamUnavailable,
    WriteRefused,
)
from adapters.servicetitan.estimates import ESTIMATES, Estimate, EstimateState

_S, _A = AcceptanceState, AttemptState

_CHARGED: Final = frozenset(
    {_A.CHARGED, _A.RECORDING, _A.RECORD_PENDING, _A.HANDED_OFF, _A.RECORDED}
)
_NOT_PAID: Final = frozenset(
    {_A.REFUSED, _A.DECLINED, _A.EXPIRED, _A.REFUND_PENDING, _A.REFUNDED, _A.RETURNED}
)
_CHECKED: Final = {
    why.value: why for why in (NotSold.CHANGED, NotSold.GONE, NotSold.SOLD_MEANWHILE)
}
"""Why the last look before the charge of a deposit found that its estimate cannot be accepted."""

_BECAUSE: Final = "its estimate was not accepted"

_log = structlog.get_logger("acceptances")


@dataclass(frozen=True, slots=True)
class Selling:
    """Goes on with acceptances, from where each stands; every verb raises LedgerUnavailable."""

    desk: SaleDesk

    async def deposit_moved(self, attempt: Attempt) -> None:
        """Take in where a deposit stands now: it lets its estimate be sold, or not (R42)."""
        of = of_acceptance(attempt)
        acceptance = None if of is None else await self.desk.acceptances.get(of)
        if acceptance is None:
            _log.error("deposit of no acceptance", attempt=attempt.id)
            return
        try:
            if acceptance.state in {_S.RECEIVED, _S.AWAITING_DEPOSIT}:
                await self._by_deposit(acceptance, attempt)
            elif acceptance.state is _S.REFUSED:
                await self.desk.send_back(attempt, _BECAUSE)
            elif attempt.state in _NOT_PAID:
                _log.warning("deposit of an accepted estimate is gone", acceptance=acceptance.id)
        except Overtaken:
            return

    async def turn(self, most: int = 50) -> int:
        """Go on with all that somebody has to look at; return how many that were."""
        due = await self.desk.acceptances.due(self.desk.now(), most)
        for acceptance in due:
            try:
                await self.finish(acceptance)
            except LedgerUnavailable:
                raise
            except Exception as error:  # noqa: BLE001  # the others are gone on with; its lock ends
                problem = type(error).__name__
                _log.error("acceptance not gone on with", acceptance=acceptance.id, error=problem)
        return len(due)

    async def finish(self, acceptance: Acceptance) -> None:
        """Go on with one as far as it goes now, unless somebody else does."""
        try:
            await self._go_on(await self.desk.lock(acceptance))
        except Overtaken:
            return

    async def _go_on(self, acceptance: Acceptance) -> Acceptance:
        match acceptance.state:
            case _S.RECEIVED | _S.AWAITING_DEPOSIT:
                attempt = await self.desk.deposit_of(acceptance)
                if attempt is None:  # who was to go on with it is gone, and nothing was begun
                    return await self.desk.refuse(acceptance, NotSold.NOT_FINISHED)
                return await self._by_deposit(acceptance, attempt)
            case _S.SELLING | _S.SELL_PENDING:
                return await self._look(acceptance)
            case _S.HANDED_OFF:
                return await self._look_after(acceptance)
        return acceptance

    async def _by_deposit(self, acceptance: Acceptance, attempt: Attempt) -> Acceptance:
        if acceptance.state is _S.RECEIVED:
            acceptance = await self.desk.wait(acceptance, _S.AWAITING_DEPOSIT, attempt.id)
        if attempt.state in _NOT_PAID:
            why = _CHECKED.get(attempt.failure_code or "", NotSold.NOT_PAID)
            return await self.desk.refuse(acceptance, why, attempt.failure or "", attempt.id)
        by_bank = attempt.state is _A.PROCESSING and not self.desk.terms().waits_for_bank
        if attempt.state in _CHARGED or by_bank:
            return await self._sell_paid(acceptance, attempt)
        return await self.desk.wait(acceptance, deposit=attempt.id)

    async def _sell_paid(self, acceptance: Acceptance, attempt: Attempt) -> Acceptance:
        """Sell what is paid for, if it is still offered as it was signed."""
        row = await self.desk.row(acceptance)
        if isinstance(row, UpstreamError):
            return await self.desk.wait(acceptance, deposit=attempt.id)
        why = self.desk.against(row, acceptance)
        if why is None:
            return await self.sell(acceptance, attempt.id)
        await self.desk.send_back(attempt, _BECAUSE)
        words = f"{SENTENCES[why]} {SENT_BACK}"
        return await self.desk.refuse(acceptance, why, words, attempt.id)

    async def sell(self, acceptance: Acceptance, deposit: int | None = None) -> Acceptance:
        """Sell what is still offered as it was signed, and needs no deposit or has it paid.

        Raises Overtaken.
        """
        seller = self.desk.terms().sold_by
        deposit = acceptance.deposit if deposit is None else deposit
        if seller is None:
            return await self._hand_off(acceptance, deposit)
        until = self.desk.now() + timedelta(seconds=LOCK_SECONDS)
        selling = await self.desk.move(
            acceptance, _S.SELLING, next_at=until, locked_until=until, deposit=deposit
        )
        try:
            await self.desk.books.sell_estimate(selling.given.estimate, seller)
        except WriteRefused:
            return await self._refused(selling)
        except (UpstreamUnavailable, UpstreamBusy):
            return await self.desk.wait(selling, _S.SELL_PENDING)
        except Exception as error:  # noqa: BLE001  # it may have been sold, whatever it was
            _log.warning("sale unknown", acceptance=selling.id, error=type(error).__name__)
            return await self.desk.wait(selling, _S.SELL_PENDING)
        return await self._sold(selling)

    async def _refused(self, acceptance: Acceptance) -> Acceptance:
        """Go on with a sale that ServiceTitan refused: what it shows says why."""
        row = await self.desk.row(acceptance)
        if isinstance(row, UpstreamError):
            return await self.desk.wait(acceptance, _S.SELL_PENDING)
        if _waits(row):
            _log.error("sale refused", acceptance=acceptance.id)
            return await self._hand_off(acceptance, acceptance.deposit)
        return await self._by_row(acceptance, row)

    async def _look(self, acceptance: Acceptance) -> Acceptance:
        """Go on with a sale whose answer is not known, or that could not be asked for.

        Where it is open still it is sold now: what was asked before had no effect, and if it has
        one yet, ServiceTitan refuses one of the two, for it sells nothing twice.
        """
        if acceptance.state is _S.SELLING:
            acceptance = await self.desk.move(acceptance, _S.SELL_PENDING)
        row = await self.desk.row(acceptance)
        if isinstance(row, UpstreamError):
            return await self.desk.wait(acceptance)
        if not _waits(row):
            return await self._by_row(acceptance, row)
        if self.desk.against(row, acceptance) is not None:  # the office is to say what holds
            return await self._hand_off(acceptance, acceptance.deposit)
        return await self.sell(acceptance)

    async def _look_after(self, acceptance: Acceptance) -> Acceptance:
        """See whether the office has sold what it was to sell by hand, or withdrawn it."""
        row = await self.desk.row(acceptance)
        if isinstance(row, UpstreamError) or _waits(row):
            return await self.desk.wait(acceptance)
        return await self._by_row(acceptance, row)

    async def _by_row(self, acceptance: Acceptance, row: Estimate | None) -> Acceptance:
        """Take in what ServiceTitan shows of an estimate that waits for nobody any more."""
        if row is not None and row.state is EstimateState.SOLD:
            return await self._sold(acceptance)
        attempt = await self.desk.deposit_of(acceptance)
        words = SENTENCES[NotSold.GONE]
        if attempt is not None:
            await self.desk.send_back(attempt, _BECAUSE)
            words = f"{words} {SENT_BACK}"
        return await self.desk.refuse(acceptance, NotSold.GONE, words)

    async def _sold(self, acceptance: Acceptance) -> Acceptance:
        """Note that it is sold; first all workers forget what they remember of it as open."""
        try:
            await self.desk.rows.forget(ESTIMATES, [acceptance.given.estimate])
        except CacheUnavailable:
            to = _S.SELL_PENDING if acceptance.state is _S.SELLING else None
            return await self.desk.wait(acceptance, to)
        return await self.desk.move(acceptance, _S.SOLD)

    async def _hand_off(self, acceptance: Acceptance, deposit: int | None) -> Acceptance:
        """Leave it to the office to sell."""
        return await self.desk.wait(acceptance, _S.HANDED_OFF, deposit)


def _waits(row: Estimate | None) -> bool:
    """Does the estimate wait for somebody to sell it, or cannot be read whether it does?"""
    return row is not None and (
        row.state is EstimateState.UNKNOWN or (row.state is EstimateState.OPEN and row.active)
    )
