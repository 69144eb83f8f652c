"""What goes on with attempts that a crash or a wait left, beside requests and as a command."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

import structlog

from adapters.ledger.attempt_rows import Attempt
from adapters.ledger.attempts import Attempts
from adapters.ledger.errors import LedgerUnavailable
from adapters.payments.cashier import Cashier

BUSY_SECONDS: Final = 5.0
IDLE_SECONDS: Final = 15.0
"""How soon it is looked again after something was due, and after nothing was."""

MOST: Final = 50
AT_ONCE: Final = 4

_log = structlog.get_logger("payments")


class Finisher(Protocol):
    """Whatever else is left over and gone on with at each turn."""

    async def turn(self) -> int:
        """Go on with some of it, and return with how much; raises LedgerUnavailable."""


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Goes on with what is due. As many may run as there are workers: locks keep them apart."""

    cashier: Cashier
    attempts: Attempts
    now: Callable[[], datetime]
    finishers: list[Finisher] = field(default_factory=list)
    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def turn(self, most: int = MOST) -> int:
        """Go on with up to so many attempts, and with what finishers have; return with how many.

        Raises LedgerUnavailable.
        """
        due = await self.attempts.due(self.now(), most)
        await asyncio.gather(*(self._finish(attempt) for attempt in due))
        return len(due) + sum([await finisher.turn() for finisher in self.finishers])

    async def run(self) -> None:
        """Take turns until cancelled."""
        while True:
            try:
                done = await self.turn()
            except LedgerUnavailable:
                done = 0
            except Exception as error:  # noqa: BLE001  # a reconciler that ends leaves money behind
                _log.error("payments not gone on with", error=type(error).__name__)
                done = 0
            await asyncio.sleep(BUSY_SECONDS if done else IDLE_SECONDS)

    async def _finish(self, attempt: Attempt) -> None:
        """Go on with one; whatever happens to it, the others are gone on with."""
        async with self._free:
            try:
                await self.cashier.finish(attempt)
            except LedgerUnavailable:
                _log.warning("payment left for later", attempt=attempt.id)
            except Exception as error:  # noqa: BLE001  # as above; its lock keeps it for a while
                problem = type(error).__name__
                _log.error("payment not gone on with", attempt=attempt.id, error=problem)
