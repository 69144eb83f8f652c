"""What every step of a sale stands on: one move, or one question, at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, Unpack

import structlog

from adapters.cache.usage import Usage
from adapters.changes.bus import Change, Changes
from adapters.changes.owners import Owners
from adapters.ledger.acceptance_rows import Acceptance, AcceptanceChanges
from adapters.ledger.acceptance_states import AcceptanceState
from adapters.ledger.acceptances import Acceptances
from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.attempts import Attempts
from adapters.ledger.audit import By
from adapters.ledger.payment_states import TAKEN, AttemptState
from adapters.payments.sale_terms import (
    LOCK_SECONDS,
    SENTENCES,
    NotSold,
    SaleTerms,
    again_after,
    deposit_key,
)
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.estimates import ESTIMATES, Estimate, EstimateState
from adapters.servicetitan.resource import Resource

GATEWAY: Final = "the gateway"
"""Who acts, in the audit trail, where nobody asked for it just now."""

_TIMES: Final = 5

_log = structlog.get_logger("acceptances")


class Overtaken(Exception):  # noqa: N818  # a state of the acceptance's
    """Somebody else wrote to the acceptance since it was read: it is theirs to go on with."""


class SaleBooks(Protocol):
    """ServiceTitan's books: adapters/servicetitan/books.py says what it raises."""

    async def sell_estimate(self, estimate: int, sold_by: int) -> None:
        """Sell it."""

    async def dismiss_estimate(self, estimate: int) -> None:
        """Dismiss it."""


class Rows(Protocol):
    """ServiceTitan's rows, read for money, and forgotten: the cache."""

    async def fresh(
        self, resource: Resource[Any], ids: Sequence[int], usage: Usage
    ) -> Sequence[Any]:
        """Ask ServiceTitan itself for these rows: each is a row, UpstreamError or None."""

    async def forget(self, resource: Resource[Any], ids: Sequence[int]) -> None:
        """Forget these in every worker; raises CacheUnavailable where one could not be told."""


@dataclass(frozen=True, slots=True)
class SaleDesk:
    """Moves acceptances, and reads their estimates.

    `offered` tells which version of an estimate is offered now, None where none is. Every verb
    that writes raises LedgerUnavailable, and Overtaken.
    """

    acceptances: Acceptances
    attempts: Attempts
    books: SaleBooks
    rows: Rows
    changes: Changes
    terms: Callable[[], SaleTerms]
    offered: Callable[[Estimate], str | None]
    now: Callable[[], datetime]

    async def move(
        self,
        acceptance: Acceptance,
        to: AcceptanceState,
        by: By | None = None,
        **changes: Unpack[AcceptanceChanges],
    ) -> Acceptance:
        """Move an acceptance, tell who looks at its estimate, and return it as it then stands."""
        by = by or By(GATEWAY, acceptance.given.by.request_id, self.now())
        moved = _required(await self.acceptances.move(acceptance, to, by, **changes))
        _log.info("acceptance moved", acceptance=moved.id, state=to.value)
        given = moved.given
        owners = Owners(_some(given.customer), _some(given.location))
        self.changes.publish([Change(ESTIMATES, given.estimate, by.at, *owners)])
        return moved

    async def refuse(
        self, acceptance: Acceptance, why: NotSold, words: str = "", deposit: int | None = None
    ) -> Acceptance:
        """Note that it was not accepted, and why, in words for who signed."""
        told = AcceptanceChanges(failure_code=why.value, failure=words or SENTENCES[why])
        if deposit is not None:
            told["deposit"] = deposit
        return await self.move(acceptance, AcceptanceState.REFUSED, **told)

    async def wait(
        self, acceptance: Acceptance, to: AcceptanceState | None = None, deposit: int | None = None
    ) -> Acceptance:
        """Let it be gone on with later: where it stands, or as `to`, which counts as one try."""
        now, tries = self.now(), acceptance.tries
        later = now + again_after(to or acceptance.state, tries)
        told = AcceptanceChanges(tries=tries + 1, next_at=later, locked_until=None)
        if deposit is not None:
            told["deposit"] = deposit
        if to is not None:
            return await self.move(acceptance, to, **told)
        return _required(await self.acceptances.note(acceptance, now, **told))

    async def lock(self, acceptance: Acceptance) -> Acceptance:
        """Have it alone from now on; Overtaken where somebody else has it, or wrote to it."""
        return _required(await self.acceptances.lock(acceptance, self.now(), LOCK_SECONDS))

    async def deposit_of(self, acceptance: Acceptance) -> Attempt | None:
        """Return the attempt to pay its deposit, None where none was begun."""
        return await self.attempts.find(acceptance.given.principal, deposit_key(acceptance.id))

    async def send_back(self, attempt: Attempt, because: str) -> None:
        """Have a deposit sent back, where it was charged.

        It is only said here that it is to go back: who drives payments sees to it.
        What is being recorded at this moment is sent back later: the office has to know of it.
        """
        for _ in range(_TIMES):
            if attempt.state not in TAKEN:
                return
            if attempt.state is AttemptState.RECORDING:  # whether it stands there is known soon
                raise Overtaken
            by = By(GATEWAY, attempt.request_id, self.now())
            moved = await self.attempts.move(
                attempt, AttemptState.REFUND_PENDING, by, because, next_at=by.at
            )
            if moved is not None:
                return
            attempt = (await self.attempts.get([attempt.id]))[attempt.id]
        raise Overtaken

    async def row(self, acceptance: Acceptance) -> Estimate | UpstreamError | None:
        """Return the estimate as ServiceTitan has it now."""
        row: Estimate | UpstreamError | None
        (row,) = await self.rows.fresh(ESTIMATES, [acceptance.given.estimate], Usage())
        return row

    def against(self, row: Estimate | None, acceptance: Acceptance) -> NotSold | None:
        """Why can this not be sold as it was signed (R44)? None where it can."""
        if row is not None and row.state is EstimateState.SOLD:
            return NotSold.SOLD_MEANWHILE
        offered = None if row is None else self.offered(row)
        if offered is None:
            return NotSold.GONE
        return None if offered == acceptance.given.version else NotSold.CHANGED


def _required(written: Acceptance | None) -> Acceptance:
    if written is None:
        raise Overtaken
    return written


def _some(of: int | None) -> tuple[int, ...]:
    return () if of is None else (of,)
