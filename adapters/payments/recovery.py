"""What a crash or a wait left, gone on with from where it stands; nothing here ever charges.

What was authorized and not taken is given up: only a live request knows what is owed now.
"""

from dataclasses import dataclass

import structlog

from adapters.ledger.attempt_rows import Attempt, Changes
from adapters.ledger.audit import By
from adapters.ledger.payment_states import FINAL, AttemptState
from adapters.payments.desk import Desk
from adapters.payments.errors import ProcessorError, ProcessorRefused
from adapters.payments.paid import NOT_AVAILABLE, NOTHING_CHARGED
from adapters.payments.processor import Charge, ChargeState
from adapters.payments.recording import Recording
from adapters.payments.settling import UNTAKEN, fenced, settle
from adapters.payments.waits import has_had_time

_A = AttemptState

_UNCHARGED = frozenset({_A.RECEIVED, _A.CHECKED})
_AT_PROCESSOR = frozenset({_A.CHARGING, _A.UNKNOWN, _A.ACTION_REQUIRED, _A.PROCESSING})
_GOES_ON = frozenset({_A.CHARGED, _A.REFUND_PENDING})
"""Where an attempt that was moved does not rest, but is gone on with at once."""

_log = structlog.get_logger("payments")


@dataclass(frozen=True, slots=True)
class Recovery:
    """Goes on with attempts that are locked; every verb raises LedgerUnavailable and Overtaken."""

    desk: Desk
    recording: Recording

    async def go_on(self, attempt: Attempt, by: By) -> Attempt:
        """Bring an attempt as far as it goes now, and leave it to others."""
        attempt = await self._step(attempt, by)
        return await self.end(attempt, by)

    async def end(self, attempt: Attempt, by: By) -> Attempt:
        """Record, or send back, what was just charged, and leave it to others."""
        while attempt.state in _GOES_ON and attempt.locked_until is not None:
            attempt = await self._step(attempt, by)
        return await self.desk.leave(attempt)

    async def told(self, attempt: Attempt, charge: Charge, by: By) -> Attempt:
        """Take in how its charge stands, and go on from there; raises ProcessorError."""
        if attempt.state in _AT_PROCESSOR and charge.state is ChargeState.DECLINED:
            charge = await fenced(self.desk, attempt, charge)
        attempt = await settle(self.desk, attempt, charge, by)
        return await self.end(attempt, by)

    async def _step(self, attempt: Attempt, by: By) -> Attempt:
        if attempt.state in FINAL:
            return attempt
        try:
            if attempt.state in _UNCHARGED:
                return await self._give_up(attempt, by)
            if attempt.state in _AT_PROCESSOR:
                return await self._ask(attempt, by)
            if attempt.state is _A.REFUND_PENDING:
                return await self._send_back(attempt, by)
        except ProcessorError as error:
            problem, state = type(error).__name__, attempt.state.value
            _log.warning("processor not asked", attempt=attempt.id, state=state, problem=problem)
            return await self.desk.put_off(attempt)
        return await self.recording.record(attempt, by)

    async def _give_up(self, attempt: Attempt, by: By) -> Attempt:
        """Refuse what was never told to be charged: who was to tell it is gone."""
        if attempt.processor_ref is not None:
            return await settle(self.desk, attempt, await self.desk.cancel(attempt), by)
        told = Changes(failure_code=NOT_AVAILABLE, failure=NOTHING_CHARGED)
        return await self.desk.move(attempt, _A.REFUSED, by, "nobody went on with it", **told)

    async def _ask(self, attempt: Attempt, by: By) -> Attempt:
        """Move it to where its charge stands; what was never begun is given up."""
        charge = await self.desk.look(attempt)
        waits = attempt.state is _A.ACTION_REQUIRED
        if waits and charge.state in UNTAKEN | {ChargeState.REQUIRES_ACTION}:
            if not has_had_time(attempt, self.desk.now()):
                return await self.desk.put_off(attempt)
            charge = await self.desk.cancel(attempt)
        charge = await fenced(self.desk, attempt, charge)
        moved = await settle(self.desk, attempt, charge, by)
        return moved if moved.version != attempt.version else await self.desk.put_off(attempt)

    async def _send_back(self, attempt: Attempt, by: By) -> Attempt:
        try:
            charge = await self.desk.refund(attempt)
        except ProcessorRefused:
            return await self._not_sent_back(attempt, by)
        moved = await settle(self.desk, attempt, charge, by)
        return moved if moved.version != attempt.version else await self.desk.put_off(attempt)

    async def _not_sent_back(self, attempt: Attempt, by: By) -> Attempt:
        """Try again later, in a turn of its own: the processor said no to this one for good."""
        _log.error("refund refused", attempt=attempt.id)
        told, tries = "the processor did not send it back", attempt.tries + 1
        free = Changes(locked_until=None, tries=tries)
        return await self.desk.move(attempt, _A.REFUND_PENDING, by, told, **free)
