"""One request to a processor and its answer, read whole; and what a lost answer means."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx

from adapters.payments.errors import OutcomeUnknown, ProcessorUnavailable

AT_ONCE: Final = 16
MOST_BYTES: Final = 1024 * 1024
TOTAL_SECONDS: Final = 15.0
"""Shorter than a gateway may take to end, so that a charge under way is known of by then."""

_TIMES = httpx.Timeout(connect=3.0, read=TOTAL_SECONDS, write=5.0, pool=1.0)
_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
"""Troubles that come before the first byte of a request has left."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the processor answered, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ProcessorWire:
    """The way to a processor: no proxy of the environment, no redirect, no request made twice."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._total_seconds = total_seconds
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=_TIMES,
            limits=httpx.Limits(max_connections=AT_ONCE),
            follow_redirects=False,
            trust_env=False,
        )

    async def exchange(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        content: bytes | str | None = None,
    ) -> Reply:
        """Send a request once, and read its answer.

        Raises ProcessorUnavailable where nothing was done by it: it was not sent, or it only reads.
        Raises OutcomeUnknown where it may have been carried out.
        """
        try:
            async with asyncio.timeout(self._total_seconds):
                return await self._exchange(method, address, headers, content)
        except _UNSENT:
            raise unavailable() from None
        except (httpx.HTTPError, TimeoutError):
            raise lost(method) from None

    async def _exchange(
        self, method: str, address: str, headers: Mapping[str, str], content: bytes | str | None
    ) -> Reply:
        request = self._http.build_request(method, address, headers=headers, content=content)
        response = await self._http.send(request, stream=True)
        try:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise lost(method)
            return Reply(response.status_code, response.headers, bytes(body))
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()


def unavailable() -> ProcessorUnavailable:
    """Return what is raised where a request was certainly not carried out."""
    return ProcessorUnavailable("Payments cannot be taken at the moment. Try again later.")


def lost(method: str) -> OutcomeUnknown | ProcessorUnavailable:
    """Return what is raised where an answer is lost: what only reads has done nothing."""
    if method.upper() == "GET":
        return unavailable()
    return OutcomeUnknown("The payment processor's answer was lost.")
