"""Where ServiceTitan sends its events: believed by their signature, kept, and applied later."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response

from adapters.changes.events import NoEvent, OtherTenant, read_event
from adapters.changes.signatures import is_signed
from adapters.changes.worker import EventWorker
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.seen_events import Receipt
from gateway.http.deliveries import answered, put_off, signed_body, unsigned
from gateway.http.refusals import Refused, bad_request, forbidden

WRITE_SECONDS: Final = 5.0
MOST_LEARNED: Final = 10
"""How often the log tells which headers an unsigned delivery had; never their values."""

_log = structlog.get_logger("webhooks")


class ServiceTitanWebhooks:
    """The endpoint. It fails closed: without a key nothing is believed, and there is nothing here.

    An event is answered 202 once it is written down. One that came before is answered so too, or
    ServiceTitan would send it again; how old it is does not matter. What is not 2xx is sent again
    after 10, 30, 60 and 300 seconds (facts.md, f).
    """

    def __init__(
        self, worker: EventWorker, keys: Sequence[bytes], header: str, tenant: int
    ) -> None:
        self._worker = worker
        self._keys = tuple(keys)
        self._header = header
        self._tenant = tenant
        self._learned = 0

    async def receive(self, request: Request) -> Response:
        """Take one delivery."""
        return await answered(self._receive(request), 202)

    async def _receive(self, request: Request) -> None:
        body = await self._signed_body(request)
        try:
            event = read_event(body, self._tenant)
        except NoEvent as error:
            raise self._because("no event", bad_request(str(error))) from None
        except OtherTenant:
            raise self._because("other tenant", forbidden("This is not for us.")) from None
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                receipt = await self._worker.receive(event)
        except (LedgerUnavailable, TimeoutError):
            raise self._because("ledger", put_off()) from None
        if receipt is Receipt.FULL:
            raise put_off()

    async def _signed_body(self, request: Request) -> bytes:
        """Return the bytes as they were signed; what is not signed is not even read."""
        if not self._keys:
            raise self._because("no key", Refused(404, "There is nothing here.", code="NOT_FOUND"))
        if len(request.headers.getlist(self._header)) != 1:
            self._learn(request)
        body, signature = await signed_body(request, self._header, self._because)
        if not is_signed(body, signature, self._keys):
            raise self._because("wrong signature", unsigned())
        return body

    def _because(self, reason: str, refused: Refused) -> Refused:
        self._worker.counts.refused[reason] += 1
        return refused

    def _learn(self, request: Request) -> None:
        """Help to find out which header the signature comes in: ServiceTitan does not say."""
        if self._learned < MOST_LEARNED:
            self._learned += 1
            names = sorted({name[:64] for name in request.headers})[:64]
            _log.warning("webhook without one signature", expected=self._header, headers=names)
