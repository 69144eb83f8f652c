"""The ledger of payments: attempts written down before anything is charged, and moved as it goes.

Every write goes by the version that was read: of two who write at once, one is told None.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Unpack

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger import attempt_reads as reads
from adapters.ledger import attempt_writes as writes
from adapters.ledger.attempt_rows import Attempt, Changes, NewAttempt, Step
from adapters.ledger.attempt_writes import Begun
from adapters.ledger.audit import By
from adapters.ledger.authorizations import read_text
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_errors import IdempotencyConflict, IllegalMove, InvoicesHeld
from adapters.ledger.payment_states import AttemptState
from adapters.ledger.sent_back import for_office
from adapters.ledger.swaps import due, is_free, swap
from adapters.ledger.tables import PAYMENT_ATTEMPTS

__all__ = ["Attempts", "Begun", "IdempotencyConflict", "IllegalMove", "InvoicesHeld"]

_ROW = PAYMENT_ATTEMPTS.c
_PAGE = 100
_LATELY = 1000


def _now() -> datetime:
    return datetime.now(UTC)


class Attempts:
    """Attempts to pay; every verb raises LedgerUnavailable."""

    def __init__(self, ledger: Ledger, now: Callable[[], datetime] = _now) -> None:
        self._ledger = ledger
        self._now = now

    async def begin(self, new: NewAttempt, now: datetime, lock_seconds: float) -> Begun:
        """Write an attempt down, RECEIVED and locked for so long; or return the one of its key.

        From then on it holds its invoices. Raises IdempotencyConflict where the principal used the
        key for something else, and InvoicesHeld, which names the invoices that another attempt
        holds: in both cases nothing was written.
        """
        until = now + timedelta(seconds=lock_seconds)
        return await self._ledger.write(lambda on: writes.begin(on, new, now, until))

    async def find(self, principal: str, key: str) -> Attempt | None:
        """Return the attempt of this principal's key."""
        where = (_ROW.principal == principal, _ROW.idempotency_key == key)
        return await self._ledger.read(lambda on: reads.read_one(on, *where))

    async def get(self, ids: Sequence[int]) -> dict[int, Attempt]:
        """Return those of these attempts that there are, by id."""
        return await self._ledger.read(lambda on: reads.read_by_ids(on, ids)) if ids else {}

    async def by_ref(self, processor: str, ref: str) -> Attempt | None:
        """Return the attempt that the processor knows by this name."""
        where = (_ROW.processor == processor, _ROW.processor_ref == ref)
        return await self._ledger.read(lambda on: reads.read_one(on, *where))

    async def by_confirmation(self, confirmation: str) -> Attempt | None:
        """Return the attempt of this confirmation number."""
        where = _ROW.confirmation == confirmation
        return await self._ledger.read(lambda on: reads.read_one(on, where))

    async def move(
        self,
        attempt: Attempt,
        to: AttemptState,
        by: By,
        told: str = "",
        **changes: Unpack[Changes],
    ) -> Attempt | None:
        """Move an attempt; None where somebody else wrote to it since it was read.

        In one transaction: its row, a step that says what was `told` (no personal data, no
        amount), its hold on invoices, what is subtracted from balances, the audit trail. A final
        state unlocks it and asks nobody to look again; any other has `next_at` as it was, or now.
        Raises IllegalMove.
        """
        return await self._ledger.write(lambda on: writes.move(on, attempt, to, by, told, changes))

    async def note(
        self, attempt: Attempt, now: datetime, **changes: Unpack[Changes]
    ) -> Attempt | None:
        """Change what stands beside the state; None where somebody else wrote to it."""
        return await self._change(attempt, writes.next_version(attempt, now, changes))

    async def lock(self, attempt: Attempt, now: datetime, seconds: float) -> Attempt | None:
        """Take an attempt to work on it alone for so long; None while another has it.

        Whoever had it until then, and is late, cannot write to it any more.
        """
        until = Changes(locked_until=now + timedelta(seconds=seconds))
        after = writes.next_version(attempt, now, until)
        values = {"locked_until": after.locked_until, "updated_at": after.updated_at}
        free = is_free(PAYMENT_ATTEMPTS, now)

        async def work(on: AsyncConnection) -> Attempt | None:
            return after if await swap(on, PAYMENT_ATTEMPTS, attempt, values, free) else None

        return await self._ledger.write(work)

    async def release(
        self, attempt: Attempt, now: datetime, next_at: datetime | None
    ) -> Attempt | None:
        """Let others work on it from `next_at` on, at once for None; None where others did.

        One that is final needs nobody, whatever is said.
        """
        wanted = None if attempt.next_at is None else next_at or now
        until = Changes(locked_until=None, next_at=wanted)
        return await self._change(attempt, writes.next_version(attempt, now, until))

    async def due(self, now: datetime, most: int) -> list[Attempt]:
        """Return up to so many that somebody has to look at and nobody does, longest due first."""
        asked = due(PAYMENT_ATTEMPTS, now, most)
        return await self._ledger.read(lambda on: reads.read_attempts(on, asked))

    async def paid_by(
        self,
        customers: Collection[int],
        principal: str | None = None,
        *,
        before: int | None = None,
        most: int = _PAGE,
    ) -> list[Attempt]:
        """Return the attempts that pay for these customers, newest first.

        With `principal`, theirs alone. `before` is the id that the page before ended with.
        """
        where = reads.of_customers(customers, principal)
        asked = select(PAYMENT_ATTEMPTS).where(where).order_by(_ROW.id.desc()).limit(most)
        asked = asked if before is None else asked.where(_ROW.id < before)
        if not customers:
            return []
        return await self._ledger.read(lambda on: reads.read_attempts(on, asked))

    async def lately(
        self, principal: str, since: datetime, before: int | None = None
    ) -> list[tuple[AttemptState, datetime]]:
        """Return how this principal's attempts since then stand, and when each began.

        Newest first, a thousand at most: who tries too often is told by them (PA-28). `before` is
        the id of one: those begun before it.
        """
        begun = reads.begun_by(principal, since, before)
        return await self._ledger.read(lambda on: reads.read_lately(on, begun, _LATELY))

    async def on_invoices(self, invoices: Sequence[int]) -> dict[int, tuple[Attempt, ...]]:
        """Return, for each invoice, the attempts that hold it or whose amounts are subtracted."""
        asked = partial(reads.read_on_invoices, invoices=invoices, now=self._now())
        return await self._ledger.read(asked) if invoices else {}

    async def listed(
        self, states: Collection[AttemptState] = (), after: int = 0, most: int = _PAGE
    ) -> list[Attempt]:
        """Return attempts in these states (in any, for none) that follow the one of this id."""
        asked = select(PAYMENT_ATTEMPTS).where(_ROW.id > after).order_by(_ROW.id).limit(most)
        if states:
            asked = asked.where(_ROW.state.in_(sorted(state.value for state in states)))
        return await self._ledger.read(lambda on: reads.read_attempts(on, asked))

    async def for_office(self, after: int = 0, most: int = _PAGE) -> list[Attempt]:
        """Return those that follow this one, and that the office is to enter in ServiceTitan.

        What was handed to it, and what went back of a payment that the books have.
        """
        asked = select(PAYMENT_ATTEMPTS).where(_ROW.id > after, for_office())
        asked = asked.order_by(_ROW.id).limit(most)
        return await self._ledger.read(lambda on: reads.read_attempts(on, asked))

    async def note_sent_back(self, attempt: Attempt, amount: Decimal, by: By) -> Attempt | None:
        """Note that so much of it has gone back by now; None where somebody else wrote to it."""
        return await self._ledger.write(lambda on: writes.note_sent_back(on, attempt, amount, by))

    async def note_entered_back(self, attempt: Attempt, by: By) -> Attempt | None:
        """Note that the office has entered what went back; None where somebody else wrote to it."""
        return await self._ledger.write(lambda on: writes.note_entered_back(on, attempt, by))

    async def authorization(self, version: str) -> str | None:
        """Return the text that payers by bank agreed to in this version (R30)."""
        return await self._ledger.read(lambda on: read_text(on, version))

    async def steps(self, attempt: int) -> list[Step]:
        """Return every move of an attempt, the first one first."""
        return await self._ledger.read(lambda on: reads.read_steps(on, attempt))

    async def _change(self, attempt: Attempt, after: Attempt) -> Attempt | None:
        return await self._ledger.write(lambda on: writes.change(on, attempt, after))
