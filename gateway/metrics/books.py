"""What the ledger tells: whether it answers, and how much stands in it; asked now and then."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.figures import Figures, read_figures
from adapters.ledger.ledger import Ledger
from gateway.metrics.families import Family, by, counter, gauge

KEPT_SECONDS: Final = 5.0
"""For how long figures serve, however many fetch the metrics."""


@dataclass(slots=True)
class Books:
    """The ledger's figures; one that does not answer is not waited for."""

    ledger: Ledger
    clock: Callable[[], float] = time.monotonic
    _figures: Figures | None = None
    _until: float = float("-inf")
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def families(self, now: datetime) -> list[Family]:
        """Return what is known; without figures the families say nothing."""
        return _families(await self._read(), self.ledger.trouble() is None, now)

    async def _read(self) -> Figures | None:
        async with self._asking:
            if self.clock() >= self._until:
                self._figures = await self._asked()
                self._until = self.clock() + KEPT_SECONDS
            return self._figures

    async def _asked(self) -> Figures | None:
        if self.ledger.trouble() is not None:
            return None
        try:
            return await self.ledger.read(read_figures, takes_long=True)
        except LedgerUnavailable:
            return None


def _families(figures: Figures | None, is_up: bool, now: datetime) -> list[Family]:  # noqa: FBT001  # a number to tell
    return [
        gauge("ledger_up", "1 where the ledger answered the last time.", int(is_up)),
        counter(
            "audit_entries",
            "Entries of the audit trail, of all processes together.",
            () if figures is None else figures.audit_entries,
        ),
        gauge(
            "webhook_events_waiting",
            "Events that are not applied yet, of all processes together.",
            None if figures is None else figures.events_waiting,
        ),
        gauge(
            "webhook_wait_seconds",
            "For how long the first of those has waited.",
            None if figures is None else _since(figures.waiting_since, now),
        ),
        gauge(
            "payment_attempts",
            "Attempts to pay by their state, of all processes together.",
            None if figures is None else by("state", figures.attempts),
        ),
        gauge(
            "payment_attempts_overdue_seconds",
            "For how long the first attempt that somebody has to look at has been due.",
            None if figures is None else _since(figures.due_at, now),
        ),
    ]


def _since(moment: datetime | None, now: datetime) -> float:
    """How many seconds ago was this, 0 where it is still to come or never was?"""
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
