"""Stripe's official library, put on the house's own wire: asked once, read whole, never logged."""

import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import httpx
import msgspec
import stripe
import structlog
from stripe import _util

from adapters.payments.errors import ProcessorError
from adapters.payments.stripe_errors import meaning_of
from adapters.payments.wire import TOTAL_SECONDS, ProcessorWire, lost

API_VERSION: Final = "2026-10-28.endive"
"""Which of Stripe's versions is spoken, whatever the account's own: the one the models are of."""

_SERVICES: Final = (
    "confirmation_tokens",
    "customers",
    "disputes",
    "payment_intents",
    "payment_methods",
    "refunds",
    "setup_intents",
)
_REPLAYED: Final = "idempotent-replayed"
Row = TypeVar("Row")

_log = structlog.get_logger("payments")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Row]):
    """An answer, and whether it is the one that was given to the same request before."""

    row: Row
    is_replayed: bool


class _Wire(stripe.HTTPClient):
    """The library's requests, sent by the house: it has no way of its own to send one."""

    name = "httpx"

    def __init__(self, wire: ProcessorWire) -> None:
        super().__init__()
        self._wire = wire

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: object = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send one request."""
        content = post_data if isinstance(post_data, (str, bytes)) else None
        reply = await self._wire.exchange(method.upper(), url, headers, content)
        return reply.body, reply.status, reply.headers

    async def close_async(self) -> None:
        """Close every connection."""
        await self._wire.aclose()


class StripeLine:
    """A client of Stripe's API, and how its answers are read."""

    def __init__(
        self,
        secret_key: str,
        transport: httpx.AsyncBaseTransport | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        _keep_quiet()
        self._http = _Wire(ProcessorWire(transport, total_seconds))
        self.client = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            max_network_retries=0,
            http_client=self._http,
        )
        self.v1 = self.client.v1
        # The library imports a service when it is first used: not while requests wait.
        for name in _SERVICES:
            getattr(self.v1, name)

    async def read(self, call: Awaitable[stripe.StripeObject], kind: type[Row]) -> Row:
        """Await a call that changes nothing; raises ProcessorRefused, ProcessorUnavailable."""
        return _decoded(await _asked(call, reads=True), kind, "GET")

    async def write(self, call: Awaitable[stripe.StripeObject], kind: type[Row]) -> Row:
        """Await a call that changes something; raises any ProcessorError."""
        return (await self.write_once(call, kind)).row

    async def write_once(
        self, call: Awaitable[stripe.StripeObject], kind: type[Row]
    ) -> Answer[Row]:
        """Await a call that changes something under an idempotency key; raises as `write` does."""
        told = await _asked(call, reads=False)
        response = told.last_response
        headers = {} if response is None else response.headers
        return Answer(_decoded(told, kind, "POST"), headers.get(_REPLAYED) == "true")

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.close_async()


async def _asked(call: Awaitable[stripe.StripeObject], *, reads: bool) -> stripe.StripeObject:
    """Await a call; raises ProcessorError, whatever it is that the library stumbles over.

    Its own errors tell what was answered. Any other comes of an answer that it cannot take in, and
    by then the call may have been carried out.
    """
    try:
        told: object = await call
    except stripe.StripeError as error:
        raise meaning_of(error, reads=reads) from None
    except ProcessorError:
        raise
    except Exception as error:  # noqa: BLE001  # as said: a lost answer, and not a lost charge
        _log.error("stripe's answer not taken in", problem=type(error).__name__)
        raise lost("GET" if reads else "POST") from None
    if not isinstance(told, stripe.StripeObject):  # a list or null is handed on as it is
        raise lost("GET" if reads else "POST")
    return told


def _keep_quiet() -> None:
    """Have the library write nothing of a payment anywhere, and tell Stripe nothing of ours."""
    stripe.enable_telemetry = False
    stripe.log = None
    _util.STRIPE_LOG = None  # it would print bodies of requests, by a variable of the environment
    logging.getLogger("stripe").setLevel(logging.WARNING)


def _decoded(told: stripe.StripeObject, kind: type[Row], method: str) -> Row:
    """Read what was answered; raises what a lost answer raises where it cannot be read."""
    response = told.last_response
    try:
        return msgspec.json.decode(b"" if response is None else response.body, type=kind)
    except msgspec.DecodeError:
        raise lost(method) from None
