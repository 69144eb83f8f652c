"""The cashier: attempts to pay, driven from the first row in the ledger to ServiceTitan's books.

What it does for a request it does in a task of its own: a client that leaves ends nothing. What a
crash leaves is gone on with from the stored state, by whichever process comes first.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Final

import structlog

from adapters.ledger.attempt_rows import Attempt, NewAttempt
from adapters.ledger.attempts import IdempotencyConflict, InvoicesHeld
from adapters.ledger.audit import By
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.payment_errors import IllegalMove
from adapters.ledger.payment_states import NOT_CHARGED, TAKEN, AttemptState
from adapters.payments.capturing import capture
from adapters.payments.charging import charging
from adapters.payments.desk import DepositListener, Desk, Overtaken
from adapters.payments.errors import ProcessorError, ProcessorUnavailable
from adapters.payments.outcomes import way
from adapters.payments.paid import Check, Means, Paid, Refusal, refusal_of
from adapters.payments.processor import Charge, ChargeState
from adapters.payments.recording import Recording
from adapters.payments.recovery import Recovery
from adapters.payments.running import Running
from adapters.payments.waits import LOCK_SECONDS

__all__ = [
    "AttemptBusy",
    "Cashier",
    "Check",
    "DepositListener",
    "IdempotencyConflict",
    "InvoicesHeld",
    "Means",
    "Paid",
    "Refusal",
]

_A = AttemptState

GATEWAY: Final = "the gateway"
"""Who acts, in the audit trail, where nobody asked for it just now."""

_LOOKS: Final = 5
_LOOK_SECONDS: Final = 0.5
"""How often, and after how long, it is tried again to have an attempt that somebody works on."""

_GIVEN_UP: Final = NOT_CHARGED | {_A.REFUNDED}
_CHARGED_LATE: Final = "it was charged after it was given up"
_CAME_TO_NOTHING: Final = "what was sent back came to nothing"
_CONFIRMED: Final = frozenset({_A.ACTION_REQUIRED, _A.UNKNOWN, _A.PROCESSING})
_CANCELED: Final = frozenset({_A.ACTION_REQUIRED})

Go = Callable[[Attempt], Awaitable[Paid]]

_log = structlog.get_logger("payments")


class AttemptBusy(Exception):  # noqa: N818  # a state of the attempt's
    """Somebody else works on the attempt: what was told of it is to be told again later."""


class Cashier:
    """Drives attempts to pay; made once for each process, and closed before its ledger."""

    def __init__(self, desk: Desk, recording: Recording) -> None:
        self._desk = desk
        self._recovery = Recovery(desk, recording)
        self._running = Running()

    async def pay(self, new: NewAttempt, means: Means, check: Check) -> Paid:
        """Charge this once, and record it; or tell how the attempt of its key stands.

        Raises IdempotencyConflict, InvoicesHeld and ProcessorUnavailable, and then nothing was
        written; what the check raises, and then it is REFUSED; LedgerUnavailable, and then only
        asking again under the same key tells what became of it.
        """
        return await self._running.finished(self._pay(new, means, check))

    async def confirm(self, attempt: Attempt, by: By, check: Check) -> Paid:
        """Go on with an attempt whose payer has done what was asked of them.

        What they authorized is taken if the check finds nothing against it, and else given up.
        Raises ProcessorError where that cannot be known now, LedgerUnavailable, and what the check
        raises: then it waits as before.
        """
        return await self._running.finished(self._confirmed(attempt, by, check))

    async def cancel(self, attempt: Attempt, by: By) -> Paid:
        """Give up an attempt that waits for its payer; one that does not is told as it stands.

        Raises ProcessorError where it may not have been given up, and LedgerUnavailable.
        """
        return await self._running.finished(self._canceled(attempt, by))

    async def look(self, attempt: Attempt) -> Paid:
        """Tell what its payer is asked to do; it is for the payer alone. Raises ProcessorError."""
        if attempt.state is not _A.ACTION_REQUIRED:
            return Paid(attempt, refusal_of(attempt))
        charge = await self._desk.look(attempt)
        return Paid(attempt, action=charge.action)

    async def heard(self, charge: Charge) -> None:
        """Take in how a charge stands now, as its processor says who was just asked.

        Nothing is lost where it raises: AttemptBusy, ProcessorError and LedgerUnavailable ask for
        it to be told again.
        """
        await self._running.finished(self._heard(charge))

    async def finish(self, attempt: Attempt) -> Attempt:
        """Go on with an attempt as far as it goes now, unless somebody else does.

        Raises LedgerUnavailable.
        """
        return await self._running.finished(self._finish(attempt))

    async def send_back(self, attempt: Attempt, by: By, told: str) -> Attempt:
        """Send back what was charged, now or as soon as it can be; told is why, for the history.

        Raises LedgerUnavailable; IllegalMove where it was not charged, or is sent back already.
        """
        return await self._running.finished(self._send_back(attempt, by, told))

    def tell_deposits(self, listener: DepositListener) -> None:
        """Have this listener told whenever a deposit moves to where it decides something."""
        self._desk.deposits.append(listener)

    async def aclose(self) -> None:
        """Let what is under way end; what takes too long is gone on with by whoever is next."""
        await self._running.aclose()

    async def _pay(self, new: NewAttempt, means: Means, check: Check) -> Paid:
        if new.processor not in self._desk.processors:
            raise ProcessorUnavailable("The payment processor is not set up.")
        attempt, is_new = await self._desk.attempts.begin(new, self._desk.now(), LOCK_SECONDS)
        if not is_new:
            return await self._as_it_stands(attempt)
        _log.info("payment begun", attempt=attempt.id, processor=attempt.processor)
        try:
            paid = await charging(self._desk, attempt, means, new.by).charge(attempt, check)
            return replace(paid, attempt=await self._ended(paid.attempt, new.by))
        except Overtaken:
            return await self._as_it_stands(await self._stored(attempt))

    async def _ended(self, attempt: Attempt, by: By) -> Attempt:
        """Record what was charged; where the ledger goes away meanwhile, it stands as it was."""
        try:
            return await self._recovery.end(attempt, by)
        except LedgerUnavailable:
            return attempt

    async def _confirmed(self, attempt: Attempt, by: By, check: Check) -> Paid:
        async def go_on(locked: Attempt) -> Paid:
            charge = await self._desk.look(locked)
            is_authorized = charge.state is ChargeState.AUTHORIZED
            if not is_authorized or locked.state is not _A.ACTION_REQUIRED:
                return await self._told(locked, charge, by)
            paid = await capture(self._desk, locked, check, by)
            return replace(paid, attempt=await self._ended(paid.attempt, by))

        return await self._driven(attempt, _CONFIRMED, go_on)

    async def _canceled(self, attempt: Attempt, by: By) -> Paid:
        async def give_up(locked: Attempt) -> Paid:
            return await self._told(locked, await self._desk.cancel(locked), by)

        return await self._driven(attempt, _CANCELED, give_up)

    async def _driven(self, attempt: Attempt, states: Collection[AttemptState], go: Go) -> Paid:
        """Go on with it alone, if it stands in one of these; else, or if others do, tell it."""
        attempt = await self._stored(attempt)
        if attempt.state not in states:
            return await self._as_it_stands(attempt)
        try:
            locked = await self._desk.lock(attempt)
            try:
                return await go(locked)
            except (LedgerUnavailable, Overtaken):
                raise
            except Exception:
                await self._desk.leave(locked)
                raise
        except Overtaken:
            return await self._as_it_stands(await self._stored(attempt))

    async def _told(self, locked: Attempt, charge: Charge, by: By) -> Paid:
        moved = await self._recovery.told(locked, charge, by)
        waits = moved.state is _A.ACTION_REQUIRED
        return Paid(moved, refusal_of(moved), charge.action if waits else None)

    async def _heard(self, charge: Charge) -> None:
        attempt = await self._of(charge)
        if attempt is None:
            _log.warning("charge of no attempt", state=charge.state.value)
            return
        if attempt.state in _GIVEN_UP and charge.state is ChargeState.SUCCEEDED:
            await self._send_back_late(attempt)
            return
        locked = await self._locked(attempt, charge)
        if locked is not None:
            try:
                await self._recovery.told(locked, charge, self._gateway(attempt))
            except Overtaken:
                raise AttemptBusy from None
            except ProcessorError:
                await self._desk.leave(locked)
                raise

    async def _send_back_late(self, attempt: Attempt) -> None:
        """Send back what is charged though it was given up, or had been sent back before.

        The order is asked once more: what is told late may not be so any longer. Raises AttemptBusy
        and ProcessorError.
        """
        by, is_refused = self._gateway(attempt), attempt.state in NOT_CHARGED
        told = _CHARGED_LATE if is_refused else _CAME_TO_NOTHING
        try:
            locked = await self._desk.lock(attempt)
            if not await self._is_charged(locked):
                return
            _log.error(told, attempt=attempt.id)
            at = locked.charged_at or by.at
            moved = await self._desk.move(locked, _A.REFUND_PENDING, by, told, charged_at=at)
            await self._recovery.end(moved, by)
        except Overtaken:
            raise AttemptBusy from None

    async def _is_charged(self, locked: Attempt) -> bool:
        """Is its charge paid at this moment? Where it is not, or nobody knows, others may have it.

        Raises ProcessorError.
        """
        is_charged = False
        try:
            is_charged = (await self._desk.look(locked)).state is ChargeState.SUCCEEDED
        finally:
            if not is_charged:
                await self._desk.leave(locked)
        return is_charged

    async def _of(self, charge: Charge) -> Attempt | None:
        for name in self._desk.processors:
            attempt = await self._desk.attempts.by_ref(name, charge.ref)
            if attempt is not None:
                return attempt
        return None

    async def _locked(self, attempt: Attempt, charge: Charge) -> Attempt | None:
        """Wait until nobody else works on it, and have it; None where it has come as far by then.

        Raises AttemptBusy.
        """
        for _ in range(_LOOKS):
            if not way(attempt.state, charge.state) and charge.sent_back <= attempt.sent_back:
                return None
            try:
                return await self._desk.lock(attempt)
            except Overtaken:
                await asyncio.sleep(_LOOK_SECONDS)
                attempt = await self._stored(attempt)
        raise AttemptBusy

    async def _finish(self, attempt: Attempt) -> Attempt:
        try:
            locked = await self._desk.lock(attempt)
            return await self._recovery.go_on(locked, self._gateway(attempt))
        except Overtaken:
            return await self._stored(attempt)

    async def _send_back(self, attempt: Attempt, by: By, told: str) -> Attempt:
        if attempt.state not in TAKEN:
            raise IllegalMove(attempt.state, _A.REFUND_PENDING)
        try:
            attempt = await self._desk.move(attempt, _A.REFUND_PENDING, by, told)
        except Overtaken:
            attempt = await self._stored(attempt)
            attempt = await self._desk.move(attempt, _A.REFUND_PENDING, by, told)
        return await self._finish(attempt)

    async def _as_it_stands(self, attempt: Attempt) -> Paid:
        try:
            return await self.look(attempt)
        except ProcessorError:
            return Paid(attempt)

    async def _stored(self, attempt: Attempt) -> Attempt:
        found = await self._desk.attempts.get([attempt.id])
        return found[attempt.id]

    def _gateway(self, attempt: Attempt) -> By:
        return By(GATEWAY, attempt.request_id, self._desk.now())
