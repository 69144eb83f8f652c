"""What every step of a payment stands on: one move, or one question, at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Protocol, Unpack

import structlog

from adapters.ledger.attempt_rows import Attempt, AttemptKind, Changes
from adapters.ledger.attempts import Attempts
from adapters.ledger.audit import By
from adapters.ledger.payment_states import AttemptState
from adapters.payments.errors import OutcomeUnknown, ProcessorError, ProcessorUnavailable
from adapters.payments.processor import Charge, PaymentProcessor
from adapters.payments.telling import Owned, Telling
from adapters.payments.waits import CALL_SECONDS, LOCK_SECONDS, again_after, charged_at
from adapters.tracing import step

_A = AttemptState

HEARD_OF: Final = frozenset(
    {_A.REFUSED, _A.DECLINED, _A.EXPIRED, _A.PROCESSING, _A.CHARGED, _A.REFUNDED, _A.RETURNED}
)
"""The states of a deposit that decide what becomes of its estimate."""

_log = structlog.get_logger("payments")


class Overtaken(Exception):  # noqa: N818  # a state of the attempt's
    """Somebody else wrote to the attempt since it was read: it is theirs to go on with."""


class DepositListener(Protocol):
    """Who has to know what becomes of a deposit: the acceptance that waits for it."""

    async def deposit_moved(self, attempt: Attempt) -> None:
        """Take in that a deposit stands here now; it may be moved on, as by sending it back."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Moves attempts and asks their processors; `now` is the time of moves.

    Every verb that writes raises LedgerUnavailable, and Overtaken.
    """

    attempts: Attempts
    processors: Mapping[str, PaymentProcessor]
    telling: Telling
    now: Callable[[], datetime]
    deposits: list[DepositListener] = field(default_factory=list)

    async def move(
        self,
        attempt: Attempt,
        to: AttemptState,
        by: By,
        told: str = "",
        *,
        owned: Owned | None = None,
        **changes: Unpack[Changes],
    ) -> Attempt:
        """Move an attempt, tell who has to know, and return it as it then stands.

        That may be farther on, where a deposit's listener moved it. `owned` is whose its invoices
        are, where that is not remembered any more. It is looked at again after a while, or at the
        `next_at` that is told.
        """
        now = self.now()
        tries = changes.get("tries", attempt.tries)
        changes.setdefault("next_at", now + _pause(attempt, to, tries, now))
        with step("payment.move", {"portal.payment.state": to.value}):
            moved = await self.attempts.move(attempt, to, replace(by, at=now), told, **changes)
        if moved is None:
            raise Overtaken
        _log.info("payment moved", attempt=moved.id, state=to.value)
        await self._tell(moved, owned)
        return await self._heard(moved)

    async def note(self, attempt: Attempt, **changes: Unpack[Changes]) -> Attempt:
        """Change what stands beside the state."""
        noted = await self.attempts.note(attempt, self.now(), **changes)
        if noted is None:
            raise Overtaken
        return noted

    async def lock(self, attempt: Attempt) -> Attempt:
        """Have it alone from now on; Overtaken where somebody else has it, or wrote to it."""
        locked = await self.attempts.lock(attempt, self.now(), LOCK_SECONDS)
        if locked is None:
            raise Overtaken
        return locked

    async def leave(self, attempt: Attempt) -> Attempt:
        """Let others have it, from when it is to be looked at again."""
        if attempt.locked_until is None:
            return attempt
        now, next_at = self.now(), attempt.next_at
        if next_at is not None and next_at <= now:
            next_at = now + _pause(attempt, attempt.state, attempt.tries, now)
        return await self.note(attempt, locked_until=None, next_at=next_at)

    async def put_off(self, attempt: Attempt, next_at: datetime | None = None) -> Attempt:
        """Let others have it that was looked at in vain: later than the last time."""
        now, tries = self.now(), attempt.tries
        later = next_at or now + _pause(attempt, attempt.state, tries, now)
        return await self.note(attempt, locked_until=None, next_at=later, tries=tries + 1)

    def still_locked(self) -> datetime:
        """Return until when it is had alone from now on."""
        return self.now() + timedelta(seconds=LOCK_SECONDS)

    def processor(self, attempt: Attempt) -> PaymentProcessor:
        """Return who charges this attempt; ProcessorUnavailable where they are not set up now."""
        processor = self.processors.get(attempt.processor)
        if processor is None:
            _log.error("no such processor", attempt=attempt.id, processor=attempt.processor)
            raise ProcessorUnavailable("The payment processor of this payment is not set up.")
        return processor

    async def look(self, attempt: Attempt) -> Charge:
        """Ask how its charge stands; raises ProcessorError."""
        return await answered(self.processor(attempt).look(ref_of(attempt)))

    async def cancel(self, attempt: Attempt) -> Charge:
        """Have its order given up: what is answered is final. Raises ProcessorError."""
        return await answered(self.processor(attempt).cancel(ref_of(attempt)))

    async def refund(self, attempt: Attempt) -> Charge:
        """Have what was taken sent back; raises ProcessorError.

        Which turn it is the steps tell: one begins as the one before is refused, and never by an
        answer that was lost.
        """
        steps = await self.attempts.steps(attempt.id)
        turn = sum(step.state is _A.REFUND_PENDING for step in steps)
        return await answered(self.processor(attempt).refund(ref_of(attempt), turn))

    async def sent_back(self, attempt: Attempt, amount: Decimal, by: By) -> Attempt:
        """Note that so much of it has gone back by now, and that the office is to enter it."""
        _log.warning("sent back in part", attempt=attempt.id)
        noted = await self.attempts.note_sent_back(attempt, amount, replace(by, at=self.now()))
        if noted is None:
            raise Overtaken
        return noted

    async def _tell(self, moved: Attempt, owned: Owned | None) -> None:
        """Tell who looks on; that they cannot be told holds no payment up."""
        try:
            await self.telling.moved(moved, owned)
        except Exception as error:  # noqa: BLE001  # whatever it is, the move stands
            _log.error("change not told", attempt=moved.id, error=type(error).__name__)

    async def _heard(self, moved: Attempt) -> Attempt:
        is_heard = moved.kind is AttemptKind.DEPOSIT and moved.state in HEARD_OF
        if not self.deposits or not is_heard:
            return moved
        for listener in self.deposits:
            try:
                await listener.deposit_moved(moved)
            except Exception as error:  # noqa: BLE001  # its own finisher comes back to it
                _log.error("deposit not heard of", attempt=moved.id, error=type(error).__name__)
        now = (await self.attempts.get([moved.id])).get(moved.id)
        return now or moved


async def answered(asking: Awaitable[Charge]) -> Charge:
    """Wait for an answer, though not for ever; raises ProcessorError, and nothing else.

    Of what nobody foresaw it is not known how far it came.
    """
    try:
        with step("payment.processor"):
            async with asyncio.timeout(CALL_SECONDS):
                return await asking
    except ProcessorError:
        raise
    except TimeoutError:
        raise OutcomeUnknown("The payment processor did not answer in time.") from None
    except Exception as error:
        _log.error("payment processor's answer not understood", error=type(error).__name__)
        raise OutcomeUnknown("The payment processor's answer was not understood.") from error


def _pause(attempt: Attempt, state: AttemptState, tries: int, now: datetime) -> timedelta:
    return again_after(state, tries, now - charged_at(attempt))


def ref_of(attempt: Attempt) -> str:
    """Return what its processor calls its order."""
    if attempt.processor_ref is None:
        raise ValueError("an attempt without an order at its processor")
    return attempt.processor_ref
