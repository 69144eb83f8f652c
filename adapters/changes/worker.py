"""Events that were received, applied: at once by who received them, else by whoever is there."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec
import structlog

from adapters.cache.errors import CacheUnavailable
from adapters.changes.applying import Applier
from adapters.changes.counts import EventCounts
from adapters.changes.events import Event
from adapters.changes.names import Name
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.seen_events import Pending, Receipt, SeenEvents, Told

BATCH = 50
"""How many events are applied together: a record that several name is read once."""

TOGETHER = 4
"""How many batches are applied at the same time, so that one that waits holds up no other."""

LOOK_SECONDS = 5.0
"""How often it is looked for events that somebody else left behind."""

PURGE_SECONDS = 3600.0
MOST_ATTEMPTS = 8
PUT_OFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)

_NAMES = msgspec.json.Decoder(list[Name])

_log = structlog.get_logger("changes")


@dataclass(slots=True)
class EventWorker:
    """Takes events in, and applies those that are in: each once, unless a crash came between."""

    seen: SeenEvents
    applier: Applier
    counts: EventCounts = field(default_factory=EventCounts)
    _told: asyncio.Event = field(default_factory=asyncio.Event)
    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(TOGETHER))

    async def receive(self, event: Event) -> Receipt:
        """Write the event down, so that it is applied whatever happens; raises LedgerUnavailable.

        Known again by its id, it has no second effect.
        """
        names = msgspec.json.encode(event.names).decode() if event.names else None
        receipt = await self.seen.receive(Told(event.occurrence, event.digest, names))
        self._count(event, receipt)
        if receipt is Receipt.NEW and names is not None:
            self._told.set()
        return receipt

    async def run(self) -> None:
        """Apply what is received here or was left behind, until cancelled."""
        async with asyncio.TaskGroup() as applying:
            applying.create_task(self._purge())
            while True:
                self._told.clear()
                await self._free.acquire()
                taken = await self._take()
                if taken:
                    applying.create_task(self._apply_all(taken))
                    continue
                self._free.release()
                try:
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._told.wait()
                except TimeoutError:
                    continue

    def _count(self, event: Event, receipt: Receipt) -> None:
        counts = self.counts
        if receipt is Receipt.FULL:
            counts.refused["too many wait"] += 1
            return
        counts.received += 1
        counts.odd += event.odd
        counts.unheard_of += not event.is_documented
        counts.known += receipt is Receipt.KNOWN
        if receipt is Receipt.ALTERED:
            counts.altered += 1
            _log.error("event altered", occurrence=event.occurrence[:16])

    async def _take(self) -> list[Pending]:
        """Take what there is; what was being taken when this process ends is given back."""
        taking = asyncio.ensure_future(self.seen.take(BATCH))
        try:
            return await asyncio.shield(taking)
        except LedgerUnavailable:
            return []
        except asyncio.CancelledError:
            with suppress(LedgerUnavailable):
                await self._give_back(await taking)
            raise

    async def _give_back(self, taken: Sequence[Pending]) -> None:
        if taken:
            await self.seen.put_off([of.id for of in taken], 0)

    async def _apply_all(self, taken: Sequence[Pending]) -> None:
        """Apply a batch, and where something in it cannot be, each of it by itself.

        Where this process ends in between, another may take it at once.
        """
        try:
            if not await self._apply(taken) and len(taken) > 1:
                for each in taken:
                    await self._apply([each])
        except LedgerUnavailable:
            _log.warning("events applied, and not noted", events=len(taken))
        except asyncio.CancelledError:
            with suppress(LedgerUnavailable):
                await self._give_back(taken)
            raise
        finally:
            self._free.release()

    async def _apply(self, taken: Sequence[Pending]) -> bool:
        """Apply these and note it; False where an error of ours came between."""
        ids = [of.id for of in taken]
        try:
            names = [name for of in taken for name in _NAMES.decode(of.names)]
            await self.applier.events(dict.fromkeys(names))
        except CacheUnavailable:
            self.counts.failures += 1
            await self.seen.put_off(ids, _pause(taken))
            return True
        except Exception as error:  # noqa: BLE001  # one bad event must not stop the others
            self.counts.failures += 1
            await self._fail(taken, type(error).__name__)
            return False
        await self.seen.finish(ids)
        self.counts.applied += len(ids)
        return True

    async def _fail(self, taken: Sequence[Pending], error: str) -> None:
        if len(taken) > 1:
            return
        is_last = taken[0].attempts >= MOST_ATTEMPTS
        _log.error("event not applied", error=error, attempts=taken[0].attempts, given_up=is_last)
        if is_last:
            self.counts.given_up += 1
            await self.seen.finish([taken[0].id])
        else:
            await self.seen.put_off([taken[0].id], _pause(taken))

    async def _purge(self) -> None:
        """Forget old events, now and then; many are forgotten bit by bit."""
        while True:
            try:
                more = await self.seen.purge()
            except LedgerUnavailable:
                more = 0
            await asyncio.sleep(1.0 if more else PURGE_SECONDS)


def _pause(taken: Sequence[Pending]) -> float:
    attempts = max(of.attempts for of in taken)
    return PUT_OFF_SECONDS[min(attempts, len(PUT_OFF_SECONDS)) - 1]
