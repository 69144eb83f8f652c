"""Our token: fetched once for everybody who waits for it, and renewed before it ends."""

import asyncio
import time
from collections.abc import Callable
from typing import Annotated

import msgspec

from adapters.ending import ended
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.decoding import UNDECODABLE
from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.retries import persist
from adapters.servicetitan.statuses import refusal
from adapters.servicetitan.wire import Reply, Wire

_SUBJECT = "access tokens"
_RENEWED_AT = 0.8
_PATIENCE = 10.0
_NEXT_TRY = 5.0
_REFUSES_US = frozenset({400, 401, 403})


class _Grant(msgspec.Struct, frozen=True):
    """Source: the client credentials grant, RFC 6749, 4.4.3; expires in 900 seconds, as a rule."""

    access_token: Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]+$")]
    expires_in: Annotated[float, msgspec.Meta(gt=0)]


class Tokens:
    """The token in use.

    A flight to the token endpoint is a task of its own: whoever waits for it may give up without
    ending it for the others, and all of them learn the same outcome. Nobody waits for a renewal
    while the old token still serves.
    """

    def __init__(
        self, wire: Wire, connection: Connection, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._wire = wire
        self._connection = connection
        self._clock = clock
        self._token = ""
        self._renew_at = self._ends_at = float("-inf")
        self._flight: asyncio.Task[str] | None = None

    async def current(self) -> str:
        """Give a token that has not ended, and have it renewed in good time.

        Raises `UpstreamError`.
        """
        now = self._clock()
        if now >= self._ends_at:
            return await asyncio.shield(self._renewal())
        if now >= self._renew_at:
            self._renew_at = now + _NEXT_TRY
            _ = self._renewal()
        return self._token

    async def instead_of(self, refused: str) -> str:
        """Give another token than the one that was refused. Raises `UpstreamError`."""
        if self._token == refused:
            self._ends_at = float("-inf")
        return await self.current()

    def _renewal(self) -> asyncio.Task[str]:
        """Join the flight to the token endpoint, or start it."""
        if self._flight is None:
            self._flight = asyncio.create_task(self._fetch(), name="servicetitan token")
            self._flight.add_done_callback(self._landed)
        return self._flight

    def _landed(self, flight: asyncio.Task[str]) -> None:
        self._flight = None
        if not flight.cancelled():
            flight.exception()  # told to whoever waits; with nobody waiting, nobody needs it

    async def _fetch(self) -> str:
        deadline = asyncio.get_running_loop().time() + _PATIENCE
        asked_at = self._clock()
        grant = await persist(self._exchange, _SUBJECT, deadline)
        self._token = grant.access_token
        self._renew_at = asked_at + grant.expires_in * _RENEWED_AT
        self._ends_at = asked_at + grant.expires_in
        return self._token

    async def _exchange(self, _attempt: int) -> _Grant:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._connection.client_id,
            "client_secret": self._connection.client_secret,
        }
        request = self._wire.build("POST", self._connection.token_address, form=form)
        return _grant(await self._wire.send(request, _SUBJECT))

    async def aclose(self) -> None:
        """End a flight that nobody will wait for any more."""
        if (flight := self._flight) is not None:
            await ended([flight])


def _grant(reply: Reply) -> _Grant:
    if reply.status in _REFUSES_US:
        raise UpstreamRejected(
            "ServiceTitan does not accept our credentials: "
            "check the client id and the client secret, and that neither has a stray space."
        )
    if not reply.is_given:
        raise refusal(_SUBJECT, reply.status, reply.pause)
    try:
        return msgspec.json.decode(reply.body, type=_Grant)
    except UNDECODABLE:
        message = "ServiceTitan's token endpoint gave no token: check the authentication address."
        raise UpstreamRejected(message) from None
