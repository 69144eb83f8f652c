"""The identity provider's signing keys, kept at hand, renewed, and kept on when it is away."""

import asyncio
import time
from collections.abc import Callable, Mapping

import httpx
import structlog

from gateway.identity.documents import Discovery, Documents
from gateway.identity.errors import KeysUnavailable, UnknownKey
from gateway.identity.published import SigningKey, readable
from gateway.identity.wire import DocumentError

FRESH_SECONDS = 600.0
AWAITED_SECONDS = 3_600.0
LAST_GOOD_SECONDS = 86_400.0
BETWEEN_SECONDS = 30.0

_log = structlog.get_logger("identity")


class Keys:
    """The keys of one issuer, and where its endpoints are.

    Renewed in the background once ten minutes old, whether anybody asks or not, waited for once an
    hour old; when the provider is away the last good ones hold for a day. Asked at most once in
    thirty seconds, whatever ids tokens name (JW-8, JW-10). `now` is a monotonic clock in seconds.
    """

    def __init__(
        self,
        issuer: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._documents = Documents(issuer, transport)
        self._now = now
        self._keys: Mapping[str, SigningKey] = {}
        self._discovery: Discovery | None = None
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._flight: asyncio.Task[None] | None = None
        self.problem: str | None = "The identity provider's keys are not read yet."

    async def find(self, kid: str) -> SigningKey:
        """Return the key of this id; raise UnknownKey, or KeysUnavailable without any good key."""
        key = self._keys.get(kid)
        if key is None or self._age() > FRESH_SECONDS:
            await self._renewed(wanted=key is None)
            key = self._keys.get(kid)
        if key is None:
            raise UnknownKey("signed by a key that is not published")
        return key

    def at_hand(self, kid: str) -> SigningKey | None:
        """As `find`, None where that asks the provider."""
        return None if self._age() > FRESH_SECONDS else self._keys.get(kid)

    async def endpoints(self) -> Discovery:
        """Return the issuer's discovery, as old as the keys; raise KeysUnavailable."""
        await self._renewed(wanted=self._discovery is None)
        if self._discovery is None:
            raise KeysUnavailable(self.problem)
        return self._discovery

    async def _renewed(self, *, wanted: bool) -> None:
        """Renew what is due; wait for it where something is wanted that is not here, or too old."""
        if (wanted or self._age() > FRESH_SECONDS) and self._may_try():
            self._flight = asyncio.create_task(self._renew())
        if self._flight is not None and (wanted or self._age() > AWAITED_SECONDS):
            await asyncio.shield(self._flight)
        if self._age() > LAST_GOOD_SECONDS:
            raise KeysUnavailable(self.problem)

    async def refresh(self) -> None:
        """Read the keys now, joining a reading that is under way; never raises."""
        if self._flight is None:
            self._flight = asyncio.create_task(self._renew())
        await asyncio.shield(self._flight)

    async def keep(self) -> None:
        """Keep the keys new though nobody asks for them, until cancelled.

        A gateway that is not ready is asked nothing, and would never become so.
        """
        while True:
            await asyncio.sleep(BETWEEN_SECONDS)
            if (self.problem is not None or self._age() > FRESH_SECONDS) and self._may_try():
                await self.refresh()

    def trouble(self) -> str | None:
        """Return None while tokens can be verified, else why not (for /health/ready)."""
        return self.problem if self._age() > LAST_GOOD_SECONDS else None

    async def aclose(self) -> None:
        """Stop what is under way and close the connections."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.gather(self._flight, return_exceptions=True)
        await self._documents.aclose()

    def _age(self) -> float:
        return float("inf") if self._read_at is None else self._now() - self._read_at

    def _may_try(self) -> bool:
        tried = self._tried_at
        return self._flight is None and (tried is None or self._now() - tried >= BETWEEN_SECONDS)

    async def _renew(self) -> None:
        self._tried_at = self._now()
        try:
            discovery, published = await self._documents.read()
            found = readable(published.keys)
            if not found:
                raise DocumentError("The identity provider publishes no key that can be used.")  # noqa: TRY301  # told like the rest
            self._keys, self._discovery = found, discovery
            self._read_at, self.problem = self._now(), None
        except DocumentError as error:
            self.problem = str(error)
            _log.warning("keys not renewed", problem=self.problem)
        finally:
            self._flight = None
