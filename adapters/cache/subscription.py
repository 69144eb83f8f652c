"""Hearing what other workers forget, and knowing for sure that one hears."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from adapters.ending import ended
from adapters.redis_clients import LOST

TRUST_SECONDS = 1.0
"""For how long after a question that Redis answered memory may be believed."""

_EVERY_SECONDS = 0.25
_AGAIN_SECONDS = (0.1, 0.5)

_log = structlog.get_logger("cache")


class Subscription:
    """Listens on a channel in a task of its own, and says when it has certainly missed nothing.

    Redis answers a ping on this connection after everything that was told before it: who has the
    answer has heard all that was told until the ping was sent. A connection that dies unseen stops
    answering, and trust ends `TRUST_SECONDS` after the last ping that was answered. `begin` is
    called whenever something may have been missed, `sure` once it is certain again that nothing is.
    """

    def __init__(
        self,
        client: Redis,
        channel: str,
        hear: Callable[[bytes], Awaitable[None]],
        begin: Callable[[], None],
        sure: Callable[[], None] = lambda: None,
    ) -> None:
        self._client = client
        self._channel = channel
        self._hear = hear
        self._begin = begin
        self._sure = sure
        self._until = 0.0
        self._task: asyncio.Task[None] | None = None

    def is_trusted(self) -> bool:
        """Has everything been heard that was told until a second ago?"""
        return time.monotonic() < self._until

    def start(self) -> None:
        """Begin to listen, where that was not done yet."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._keep_listening())

    async def _keep_listening(self) -> None:
        while True:
            try:
                async with self._client.pubsub() as pubsub:
                    await pubsub.subscribe(self._channel)
                    await self._listen(pubsub)
            except LOST as error:
                _log.warning("subscription lost", error=type(error).__name__)
            except Exception:  # noqa: BLE001  # whatever it was: to stop listening would be worse
                _log.exception("subscription failed")
            finally:
                self._until = 0.0
                self._begin()
            await asyncio.sleep(random.uniform(*_AGAIN_SECONDS))  # noqa: S311  # spreads, hides nothing

    async def _listen(self, pubsub: PubSub) -> None:
        while True:
            sent = time.monotonic()
            await pubsub.ping()
            while await self._next(pubsub, sent + TRUST_SECONDS) != "pong":
                pass
            was, self._until = self._until, sent + TRUST_SECONDS
            if not was:
                self._sure()
            while time.monotonic() < sent + _EVERY_SECONDS:
                await self._next(pubsub, sent + _EVERY_SECONDS, is_urgent=False)

    async def _next(self, pubsub: PubSub, until: float, *, is_urgent: bool = True) -> str:
        """Take in one message and return its kind; raises `TimeoutError` where one had to come."""
        left = max(0.0, until - time.monotonic())
        told: dict[str, Any] | None = await pubsub.get_message(timeout=left)
        kind = "" if told is None else str(told["type"])
        if kind == "subscribe":  # the first, or anew over another connection: some may be missed
            self._until = 0.0
            self._begin()
        elif told is not None and kind == "message":
            await self._hear(told["data"])
        elif is_urgent and told is None and time.monotonic() >= until:
            raise TimeoutError
        return kind

    async def aclose(self) -> None:
        """Stop listening."""
        if self._task is not None:
            await ended([self._task])
        self._until = 0.0
