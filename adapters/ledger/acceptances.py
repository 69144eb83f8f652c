"""Acceptances of estimates: written down before anything is sold, and kept as evidence.

Every write goes by the version that was read: of two who write at once, one is told None.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Unpack

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.acceptance_rows import (
    Acceptance,
    AcceptanceChanges,
    Accepted,
    NewAcceptance,
    acceptance_of,
    changed,
)
from adapters.ledger.acceptance_states import (
    ACCEPTANCE_FINAL,
    ACCEPTANCE_MOVES,
    NOT_SOLD_YET,
    AcceptanceState,
)
from adapters.ledger.acceptance_writes import STANDS, AcceptedNow, begin, tell
from adapters.ledger.audit import By
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_errors import EstimateTaken, IdempotencyConflict, IllegalMove
from adapters.ledger.rights import in_utc, raise_payments_revision
from adapters.ledger.swaps import due, is_free, swap
from adapters.ledger.tables import ACCEPTANCES

__all__ = ["Acceptances", "AcceptedNow", "EstimateTaken", "IdempotencyConflict", "IllegalMove"]

_ROW = ACCEPTANCES.c
_PAGE = 100


class Acceptances:
    """Acceptances of estimates; every verb raises LedgerUnavailable."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def begin(self, new: NewAcceptance, lock_seconds: float) -> AcceptedNow:
        """Write down what was signed, RECEIVED and locked for so long; or return that of its key.

        Raises IdempotencyConflict where the principal used the key for something else, and
        EstimateTaken where the estimate has another acceptance that was not refused.
        """
        until = new.by.at + timedelta(seconds=lock_seconds)
        return await self._ledger.write(lambda on: begin(on, new, until))

    async def find(self, principal: str, key: str) -> Acceptance | None:
        """Return the acceptance of this principal's key."""
        return await self._one(_ROW.principal == principal, _ROW.idempotency_key == key)

    async def get(self, acceptance: int) -> Acceptance | None:
        """Return the acceptance of this id."""
        return await self._one(_ROW.id == acceptance)

    async def by_estimate(self, estimate: int) -> Acceptance | None:
        """Return the acceptance of this estimate that was not refused."""
        return await self._one(_ROW.estimate_id == estimate, STANDS)

    async def by_deposit(self, attempt: int) -> Acceptance | None:
        """Return the acceptance whose deposit this attempt pays."""
        return await self._one(_ROW.deposit_attempt_id == attempt)

    async def by_estimates(self, estimates: Collection[int]) -> dict[int, Accepted]:
        """Return, by estimate, the acceptances that were not refused, without what was signed."""
        return await self._ledger.read(lambda on: _read_told(on, estimates)) if estimates else {}

    async def move(
        self,
        acceptance: Acceptance,
        to: AcceptanceState,
        by: By,
        **changes: Unpack[AcceptanceChanges],
    ) -> Acceptance | None:
        """Move an acceptance, with its entry in the audit trail; None where somebody else wrote.

        A final state unlocks it and asks nobody to look again; any other has `next_at` as it was,
        or now. Raises IllegalMove.
        """
        if to not in ACCEPTANCE_MOVES[acceptance.state]:
            raise IllegalMove(acceptance.state, to)
        after = replace(_next(acceptance, by.at, changes), state=to)
        if to in ACCEPTANCE_FINAL:
            after = replace(after, next_at=None, locked_until=None)
        elif after.next_at is None:
            after = replace(after, next_at=after.updated_at)

        async def work(connection: AsyncConnection) -> Acceptance | None:
            if not await swap(connection, ACCEPTANCES, acceptance, changed(acceptance, after)):
                return None
            await tell(connection, after, by)
            if (acceptance.state in NOT_SOLD_YET) != (to in NOT_SOLD_YET):
                await raise_payments_revision(connection)
            return after

        return await self._ledger.write(work)

    async def note(
        self, acceptance: Acceptance, now: datetime, **changes: Unpack[AcceptanceChanges]
    ) -> Acceptance | None:
        """Change what stands beside the state; None where somebody else wrote to it."""
        return await self._change(acceptance, _next(acceptance, now, changes))

    async def lock(
        self, acceptance: Acceptance, now: datetime, seconds: float
    ) -> Acceptance | None:
        """Take it to work on it alone for so long; None while another has it."""
        until = AcceptanceChanges(locked_until=now + timedelta(seconds=seconds))
        after = _next(acceptance, now, until)
        return await self._change(acceptance, after, is_free(ACCEPTANCES, now))

    async def release(
        self, acceptance: Acceptance, now: datetime, next_at: datetime | None
    ) -> Acceptance | None:
        """Let others work on it from `next_at` on, at once for None; None where others did."""
        wanted = None if acceptance.next_at is None else next_at or now
        until = AcceptanceChanges(locked_until=None, next_at=wanted)
        return await self._change(acceptance, _next(acceptance, now, until))

    async def due(self, now: datetime, most: int) -> list[Acceptance]:
        """Return up to so many that somebody has to look at and nobody does, longest due first."""
        return await self._read(due(ACCEPTANCES, now, most))

    async def listed(
        self, states: Collection[AcceptanceState] = (), after: int = 0, most: int = _PAGE
    ) -> list[Acceptance]:
        """Return acceptances in these states (in any, for none) that follow the one of this id."""
        asked = select(ACCEPTANCES).where(_ROW.id > after).order_by(_ROW.id).limit(most)
        if states:
            asked = asked.where(_ROW.state.in_(sorted(state.value for state in states)))
        return await self._read(asked)

    async def _change(
        self, acceptance: Acceptance, after: Acceptance, *where: ColumnElement[bool]
    ) -> Acceptance | None:
        values = changed(acceptance, after)

        async def work(connection: AsyncConnection) -> Acceptance | None:
            done = await swap(connection, ACCEPTANCES, acceptance, values, *where)
            return after if done else None

        return await self._ledger.write(work)

    async def _one(self, *where: ColumnElement[bool]) -> Acceptance | None:
        return next(iter(await self._read(select(ACCEPTANCES).where(*where))), None)

    async def _read(self, asked: Select[Any]) -> list[Acceptance]:
        async def work(connection: AsyncConnection) -> list[Acceptance]:
            return [acceptance_of(row) for row in (await connection.execute(asked)).mappings()]

        return await self._ledger.read(work)


async def _read_told(
    connection: AsyncConnection, estimates: Collection[int]
) -> dict[int, Accepted]:
    columns = (
        _ROW.id,
        _ROW.estimate_id,
        _ROW.state,
        _ROW.confirmation,
        _ROW.signer,
        _ROW.accepted_at,
    )
    asked = select(*columns).where(_ROW.estimate_id.in_(sorted(set(estimates))), STANDS)
    return {
        estimate: Accepted(
            of, estimate, AcceptanceState(state), confirmation, signer, in_utc(accepted_at)
        )
        for of, estimate, state, confirmation, signer, accepted_at in await connection.execute(
            asked
        )
    }


def _next(acceptance: Acceptance, at: datetime, changes: AcceptanceChanges) -> Acceptance:
    return replace(acceptance, **changes, version=acceptance.version + 1, updated_at=at)
