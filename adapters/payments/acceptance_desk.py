"""Acceptances driven for who signs: written down, their deposit paid, and the estimate sold.

It is done in a task of its own: a client that leaves ends nothing, and what a crash leaves is gone
on with from the stored state.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

import structlog

from adapters.ledger.acceptance_rows import Acceptance, NewAcceptance
from adapters.ledger.acceptance_states import AcceptanceState
from adapters.ledger.attempt_rows import NewAttempt
from adapters.ledger.audit import Audit, By
from adapters.ledger.payment_errors import EstimateTaken, IdempotencyConflict
from adapters.payments.cashier import Cashier, Check, Means, Paid
from adapters.payments.declining import Decline, Declining
from adapters.payments.errors import ProcessorError, ProcessorUnavailable
from adapters.payments.running import Running
from adapters.payments.sale_desk import Overtaken, SaleDesk
from adapters.payments.sale_terms import LOCK_SECONDS, NotSold, deposit_key
from adapters.payments.selling import Selling

__all__ = ["AcceptanceDesk", "Deposit", "EstimateTaken", "IdempotencyConflict", "Signed"]

_S = AcceptanceState

_LOOKS: Final = 20
_LOOK_SECONDS: Final = 0.25
"""How often, and after how long, it is looked again how an acceptance stands that is under way."""

_log = structlog.get_logger("acceptances")


@dataclass(frozen=True, slots=True)
class Deposit:
    """How a deposit is to be paid; the attempt's key is chosen here."""

    new: NewAttempt
    means: Means
    check: Check


@dataclass(frozen=True, slots=True)
class Signed:
    """An acceptance as it stands, and its deposit's payment where one was begun."""

    acceptance: Acceptance
    paid: Paid | None = None


class AcceptanceDesk:
    """Takes acceptances; made once for each process, and closed before its cashier.

    Every verb raises LedgerUnavailable: only asking again under the same key tells then what became
    of it.
    """

    def __init__(self, selling: Selling, cashier: Cashier, audit: Audit) -> None:
        self.selling = selling
        self.audit = audit
        self._cashier = cashier
        self._declining = Declining(selling.desk, audit)
        self._running = Running()

    @property
    def _desk(self) -> SaleDesk:
        return self.selling.desk

    async def accept(self, new: NewAcceptance, deposit: Deposit | None) -> Signed:
        """Have what was just found as it was signed sold; or tell how that of its key stands.

        Raises IdempotencyConflict and EstimateTaken, and then nothing was written; what the
        deposit's check raises, and then it was not accepted.
        """
        return await self._running.finished(self._accept(new, deposit))

    async def as_it_stands(self, acceptance: Acceptance) -> Signed:
        """Tell how it stands; one that was begun just now is waited for a little."""
        for _ in range(_LOOKS):
            if acceptance.state is not _S.RECEIVED:
                break
            await asyncio.sleep(_LOOK_SECONDS)
            acceptance = await self._stored(acceptance)
        attempt = await self._desk.deposit_of(acceptance)
        if attempt is None:
            return Signed(acceptance)
        try:
            return Signed(acceptance, await self._cashier.look(attempt))
        except ProcessorError:
            return Signed(acceptance, Paid(attempt))

    async def decline(self, decline: Decline, by: By) -> bool:
        """Dismiss it; False where it is no longer there to be dismissed. See Declining."""
        return await self._running.finished(self._declining.decline(decline, by))

    async def aclose(self) -> None:
        """Let what is under way end; what takes too long is gone on with by whoever is next."""
        await self._running.aclose()

    async def _accept(self, new: NewAcceptance, deposit: Deposit | None) -> Signed:
        acceptance, is_new = await self._desk.acceptances.begin(new, LOCK_SECONDS)
        if not is_new:
            return await self.as_it_stands(acceptance)
        _log.info("acceptance begun", acceptance=acceptance.id)
        if deposit is None:
            return Signed(await self._sold(acceptance))
        return await self._paid(acceptance, deposit)

    async def _sold(self, acceptance: Acceptance) -> Acceptance:
        try:
            return await self.selling.sell(acceptance)
        except Overtaken:
            return await self._stored(acceptance)

    async def _paid(self, acceptance: Acceptance, deposit: Deposit) -> Signed:
        """Have the deposit paid; whoever drives payments tells the sale how far that comes."""
        try:
            acceptance = await self._desk.wait(acceptance, _S.AWAITING_DEPOSIT)
        except Overtaken:
            return await self.as_it_stands(await self._stored(acceptance))
        new = replace(deposit.new, key=deposit_key(acceptance.id))
        try:
            paid = await self._cashier.pay(new, deposit.means, deposit.check)
        except (ProcessorUnavailable, IdempotencyConflict):
            return Signed(await self._given_up(acceptance))
        except Exception:
            await self.selling.finish(await self._stored(acceptance))
            raise
        return Signed(await self._settled(acceptance), paid)

    async def _given_up(self, acceptance: Acceptance) -> Acceptance:
        """Refuse it: nothing of its deposit was begun."""
        try:
            return await self._desk.refuse(acceptance, NotSold.NOT_FINISHED)
        except Overtaken:
            return await self._stored(acceptance)

    async def _settled(self, acceptance: Acceptance) -> Acceptance:
        """Return it as its deposit left it; what the deposit told in vain is told once more."""
        stored = await self._stored(acceptance)
        if stored.version == acceptance.version:
            await self.selling.finish(stored)
            stored = await self._stored(acceptance)
        return stored

    async def _stored(self, acceptance: Acceptance) -> Acceptance:
        found = await self._desk.acceptances.get(acceptance.id)
        if found is None:
            raise LookupError("an acceptance that was written down is gone")
        return found
