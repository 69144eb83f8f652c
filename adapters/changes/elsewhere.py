"""What other workers applied is told here, and what was applied here is told to them: by Redis."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex
from typing import Final

import msgspec
import structlog

from adapters.cache.subscription import Subscription
from adapters.changes.bus import Change, Changes
from adapters.redis_clients import LOST, impatient
from adapters.servicetitan.catalog import RESOURCES

MOST_WAITING: Final = 10_000
"""How many changes wait to be told while Redis is slow; past that, others learn of a loss."""

MOST_TOLD: Final = 200
"""How many changes one message names."""

PATIENCE_SECONDS: Final = 1.0
AGAIN_SECONDS: Final = 1.0

_BY_NAME = {resource.name: resource for resource in RESOURCES}

_log = structlog.get_logger("changes")


class _Told(msgspec.Struct, frozen=True, array_like=True):
    resource: str
    id: int
    at: datetime
    customers: tuple[int, ...]
    locations: tuple[int, ...]


class _Message(msgspec.Struct, frozen=True):
    """What a worker tells the others; with `missed` some of what it had to tell was lost."""

    worker: str
    changes: tuple[_Told, ...] = ()
    missed: bool = False


_MESSAGE = msgspec.json.Decoder(_Message)


class Elsewhere:
    """Tells the changes of this process to the workers of one tenant, and theirs to this one.

    Whatever may have been lost on the way is told as a gap, here or there, as soon as Redis
    answers again: nothing is lost in silence. Meanwhile this process hears its own changes.
    """

    def __init__(self, bus: Changes, redis_url: str, tenant: str) -> None:
        self._bus = bus
        self._worker = token_hex(8)
        self._channel = f"changes:{tenant}"
        self._client = impatient(redis_url, PATIENCE_SECONDS, protocol=2)
        self._subscription = Subscription(
            self._client, self._channel, self._hear, self._begin, self._pass_on_gap
        )
        self._waiting: deque[Change] = deque()
        self._any = asyncio.Event()
        self._owes = False
        self._missed = False
        self._is_away = False
        bus.onward(self._put)

    def is_heard(self) -> bool:
        """Is everything heard here that others tell, and was everything told that was to be?"""
        hears = self._subscription.is_trusted() and not self._missed
        return hears and not self._owes and not self._waiting

    async def run(self) -> None:
        """Tell and hear, until cancelled."""
        self._subscription.start()
        try:
            while True:
                if not await self._send():
                    await asyncio.sleep(AGAIN_SECONDS)
                if not (self._waiting or self._owes):
                    self._any.clear()
                    await self._any.wait()
        finally:
            await self._subscription.aclose()
            await self._client.aclose()

    def _put(self, changes: Sequence[Change]) -> None:
        self._waiting.extend(changes)
        if len(self._waiting) > MOST_WAITING:
            self._lose()
        self._any.set()

    def _lose(self) -> None:
        self._waiting.clear()
        self._owes = True

    async def _send(self) -> bool:
        """Tell the others what waits; False where Redis does not take it."""
        try:
            if self._owes:
                await self._publish(_Message(self._worker, missed=True))
                self._owes = False
            while self._waiting:
                some = [self._waiting.popleft() for _ in range(min(MOST_TOLD, len(self._waiting)))]
                await self._publish(_Message(self._worker, tuple(map(_told, some))))
        except LOST as error:
            self._lose()
            if not self._is_away:
                _log.warning("changes not told to other workers", error=type(error).__name__)
            self._is_away = True
            return False
        self._is_away = False
        return True

    async def _publish(self, message: _Message) -> None:
        await self._client.publish(self._channel, msgspec.json.encode(message))

    async def _hear(self, told: bytes) -> None:
        try:
            message = _MESSAGE.decode(told)
        except (msgspec.DecodeError, UnicodeDecodeError):
            _log.error("redis tells what cannot be believed", channel="changes")
            self._bus.miss()
            return
        if message.worker == self._worker:
            return
        if message.missed:
            self._bus.miss()
        self._bus.publish_here(
            Change(_BY_NAME[of.resource], of.id, of.at, of.customers, of.locations)
            for of in message.changes
            if of.resource in _BY_NAME
        )

    def _begin(self) -> None:
        """Note that something may have been told while nobody listened here."""
        self._missed = True

    def _pass_on_gap(self) -> None:
        """Tell of what was missed once it is certain that everything is heard again.

        At once: who begins to listen a moment later missed nothing, and is not told otherwise.
        """
        if self._missed and self._subscription.is_trusted():
            self._missed = False
            self._bus.miss()


def _told(change: Change) -> _Told:
    return _Told(change.resource.name, change.id, change.at, change.customers, change.locations)
