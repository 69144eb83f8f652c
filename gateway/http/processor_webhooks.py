"""Where a payment processor tells of charges: believed by signature, asked again, then answered."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Protocol

import structlog
from starlette.requests import Request
from starlette.responses import Response

from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.seen_events import SeenEvents, Told
from adapters.payments.cashier import AttemptBusy
from adapters.payments.errors import ProcessorError, ProcessorRefused
from adapters.payments.notices import NoNotice, Notice, NotSigned
from adapters.payments.processor import Charge
from gateway.http.deliveries import answered, put_off, signed_body, unsigned
from gateway.http.refusals import Refused, bad_request

TOTAL_SECONDS: Final = 15.0
"""Processors wait for about twenty."""
BUSY_SECONDS: Final = (0.5, 1.0, 2.0, 4.0)
"""A charge is told of while the request that made it is still at work: that ends soon."""

_log = structlog.get_logger("payments")


class Heard(Protocol):
    """Who takes in how a charge stands (Cashier.heard)."""

    async def __call__(self, charge: Charge) -> None:
        """Take it in; AttemptBusy, ProcessorError, LedgerUnavailable: tell it again."""


@dataclass(slots=True)
class ProcessorWebhooks:
    """The endpoint of one processor.

    An event is answered 200 once what it is about was asked for, taken in and written down; until
    then it is answered 503, so that the processor sends it again: nothing else would tell of money
    that goes back months later. `read` raises NotSigned and NoNotice.
    """

    name: str
    signature: str
    read: Callable[[bytes, str], Notice]
    look: Callable[[str], Awaitable[Charge]]
    heard: Heard
    seen: SeenEvents
    total_seconds: float = TOTAL_SECONDS
    busy_seconds: tuple[float, ...] = BUSY_SECONDS
    counts: Counter[str] = field(default_factory=Counter)

    async def receive(self, request: Request) -> Response:
        """Take one delivery."""
        return await answered(self._receive(request), 200)

    async def _receive(self, request: Request) -> None:
        self.counts[await self._taken(request)] += 1

    async def _taken(self, request: Request) -> str:
        """Return what became of it, in a word."""
        notice = await self._notice(request)
        ref = notice.ref
        if ref is None:
            return "passed over"
        told = Told(_digest(f"{self.name} {notice.occurrence}"), _digest(ref), None)
        try:
            async with asyncio.timeout(self.total_seconds):
                if await self.seen.knows(told.occurrence):
                    return "known"
                await self._take_in(ref)
                await self.seen.receive(told)
        except (AttemptBusy, ProcessorError, LedgerUnavailable, TimeoutError) as error:
            why = type(error).__name__
            _log.warning("webhook put off", processor=self.name, problem=why)
            raise self._because("put off", put_off()) from None
        return "taken in"

    async def _take_in(self, ref: str) -> None:
        """Ask how it stands, and take that in; what the processor does not know is nobody's."""
        for seconds in (*self.busy_seconds, None):
            try:
                charge = await self.look(ref)
            except ProcessorRefused:
                return
            try:
                await self.heard(charge)
            except AttemptBusy:
                if seconds is None:
                    raise
                await asyncio.sleep(seconds)
            else:
                return

    async def _notice(self, request: Request) -> Notice:
        """Return what was told; what is not signed is not even read."""
        body, signature = await signed_body(request, self.signature, self._because)
        try:
            return self.read(body, signature)
        except NotSigned:
            raise self._because("wrong signature", unsigned()) from None
        except NoNotice as error:
            raise self._because("no event", bad_request(str(error))) from None

    def _because(self, reason: str, refused: Refused) -> Refused:
        self.counts[reason] += 1
        return refused


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
