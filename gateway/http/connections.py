"""Connections that last: how many there may be, how long each may stay, and the end of all."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.datastructures import Headers

from gateway.identity.claims import LEEWAY_SECONDS
from gateway.identity.errors import BadRequestHeader, InvalidToken, NotAllowed, Unverifiable
from gateway.identity.headers import read_expiry
from resolvers.policy import Subscriptions
from resolvers.viewer import ANONYMOUS, Viewer

LOOK_SECONDS: Final = 60.0
"""How often it is asked whether the credentials of a connection still verify."""

_NOBODYS_PART: Final = 10
_SPREAD: Final = 0.1
"""The part of a lifetime by which connections of one age end apart from each other."""

Identify = Callable[[Headers, str], Awaitable[Viewer]]

_log = structlog.get_logger("live")


@dataclass(frozen=True, slots=True)
class End:
    """Why a connection ends: a WebSocket's close code, and for a stream an error's code."""

    close: int
    sentence: str
    error: str = "CHANGES_MISSED"


ENDING = End(1001, "The gateway is being restarted. Connect again.")
LIFETIME = End(1001, "This connection is old enough. Connect again.")
SIGNED_OUT = End(4401, "Your sign-in has ended. Sign in again.", "UNAUTHENTICATED")


class TooMany(Exception):  # noqa: N818  # a state, told to the client
    """There is no room for another connection of this viewer; the message may be shown."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody came with, to be verified again for as long as they stay."""

    headers: Headers
    viewer: Viewer


class Connections:
    """The live connections of this process. `clock` is the time of day in seconds since 1970."""

    def __init__(
        self,
        identify: Identify,
        bounds: Callable[[], Subscriptions],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.bounds = bounds
        self.identify = identify
        self._clock = clock
        self._open: Counter[str] = Counter()
        self._ending = asyncio.Event()

    def __len__(self) -> int:
        """How many are open?"""
        return self._open.total()

    @contextmanager
    def enter(self, viewer: Viewer) -> Iterator[None]:
        """Hold a place for this viewer while the block lasts; raises TooMany."""
        self._check(viewer)
        self._open[viewer.key] += 1
        try:
            yield
        finally:
            self._open[viewer.key] -= 1
            if not self._open[viewer.key]:
                del self._open[viewer.key]

    def _check(self, viewer: Viewer) -> None:
        bounds, own = self.bounds(), self._open[viewer.key]
        if self._ending.is_set():
            raise TooMany("The gateway is being restarted. Connect again.")
        if len(self) >= bounds.connections:
            raise TooMany("Too many connections are open. Try again soon.")
        if viewer == ANONYMOUS:
            if own * _NOBODYS_PART >= bounds.connections:
                raise TooMany("Too many connections are open. Sign in, or try again soon.")
        elif own >= bounds.connections_per_viewer:
            raise TooMany(f"You have {own} connections open. Close one of them first.")

    async def end_of(self, credentials: Credentials) -> End:
        """Wait for the reason why this connection has to end."""
        loop = asyncio.get_running_loop()
        lifetime = self.bounds().lifetime_seconds * (1 - random.random() * _SPREAD)  # noqa: S311  # spreads, hides nothing
        over = loop.time() + lifetime
        while True:
            wait = min(self._until_looked_at(credentials), over - loop.time())
            try:
                async with asyncio.timeout(max(0.0, wait)):
                    await self._ending.wait()
            except TimeoutError:
                if loop.time() >= over:
                    return LIFETIME
                if not await self._still_verifies(credentials):
                    return SIGNED_OUT
            else:
                return ENDING

    def _until_looked_at(self, credentials: Credentials) -> float:
        """In how many seconds are these verified again? When they expire, at the latest."""
        expires = read_expiry(credentials.headers)
        if expires is None:
            return LOOK_SECONDS
        left = expires + LEEWAY_SECONDS + 1 - self._clock()
        return min(LOOK_SECONDS, left if left > 0 else 1.0)

    async def _still_verifies(self, credentials: Credentials) -> bool:
        """Do these speak for the same viewer now? While nobody can tell, they stay."""
        try:
            return await self.identify(credentials.headers, "POST") == credentials.viewer
        except (InvalidToken, NotAllowed, BadRequestHeader):
            return False
        except Unverifiable as error:
            _log.warning("credentials not verifiable", problem=str(error))
            return True

    async def end(self, within_seconds: float) -> None:
        """End every connection and let nobody in any more; wait for it so long at most."""
        self._ending.set()
        loop = asyncio.get_running_loop()
        over = loop.time() + within_seconds
        while len(self) and loop.time() < over:  # noqa: ASYNC110  # places are given up, and nobody is told
            await asyncio.sleep(0.02)
