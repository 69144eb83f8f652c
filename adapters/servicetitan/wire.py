"""One request sent and its answer read whole: capped, never redirected, its troubles named."""

import asyncio
from dataclasses import dataclass

import httpx

from adapters.servicetitan.errors import UpstreamRejected, UpstreamUnavailable
from adapters.servicetitan.retries import Transient, retry_after
from adapters.servicetitan.statuses import unknown

AT_ONCE = 32
MOST_BYTES = 10 * 1024 * 1024
_OK = 200
_DONE = range(200, 300)
_TIMES = httpx.Timeout(connect=2.0, read=5.0, write=5.0, pool=0.5)
_WRITE_TIMES = httpx.Timeout(connect=2.0, read=15.0, write=5.0, pool=0.5)
"""Something that is being done is waited for longer: an answer given up is one to be sought."""
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, the JSON that came with a 200, and the pause asked for, in seconds."""

    status: int
    body: bytes = b""
    pause: float | None = None

    @property
    def is_given(self) -> bool:
        """Whether this is an answer at all."""
        return self.status == _OK

    @property
    def is_done(self) -> bool:
        """Whether this says that what was told is done."""
        return self.status in _DONE


class Unreadable(UpstreamRejected):
    """What came back is no answer of the API's: a page for people, say, or a garbled one."""


class Wire:
    """The way to ServiceTitan: never more than 32 requests at once, the others wait their turn."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=_TIMES,
            limits=httpx.Limits(max_connections=AT_ONCE),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip"},
            follow_redirects=False,
            trust_env=False,
        )

    def build(
        self,
        method: str,
        address: str,
        *,
        params: dict[str, str] | None = None,
        form: dict[str, str] | None = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Request:
        """Make a request without sending it; a `body` is JSON."""
        kind = {} if body is None else {"Content-Type": "application/json"}
        return self._http.build_request(
            method,
            address,
            params=params,
            data=form,
            content=body,
            headers=kind | (headers or {}),
        )

    async def send(self, request: httpx.Request, subject: str) -> Reply:
        """Send it and read the answer.

        Raises `Transient` where another attempt may help, and `UpstreamError`.
        """
        try:
            async with self._turns:
                return await self._exchange(request, subject)
        except httpx.DecodingError:
            raise _unreadable(subject) from None
        except (httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout):
            # Not tried again: another attempt adds to what makes it slow.
            message = f"ServiceTitan was too slow with its {subject}. Try again later."
            raise UpstreamUnavailable(message) from None
        except httpx.TransportError:
            message = f"ServiceTitan could not be reached for {subject}. Try again later."
            raise Transient(UpstreamUnavailable(message)) from None

    async def _exchange(self, request: httpx.Request, subject: str) -> Reply:
        response = await self._http.send(request, stream=True)
        try:
            if response.status_code != _OK:
                pause = retry_after(response.headers.get("Retry-After"))
                return Reply(response.status_code, pause=pause)
            _require_json(response, subject)
            return Reply(_OK, await _whole(response, subject))
        finally:
            await response.aclose()

    async def deliver(self, request: httpx.Request, subject: str) -> Reply:
        """Send what tells ServiceTitan to do something, once, and read what it says to it.

        Raises `Transient` where it was certainly not sent, and `WriteUnknown` where the answer was
        lost or is too long to be read.
        """
        request.extensions = request.extensions | {"timeout": _WRITE_TIMES.as_dict()}
        try:
            async with self._turns:
                return await self._outcome(request, subject)
        except _NEVER_SENT:
            message = f"ServiceTitan could not be reached for {subject}. Try again later."
            raise Transient(UpstreamUnavailable(message)) from None
        except (httpx.TransportError, httpx.DecodingError):
            raise unknown(subject) from None

    async def _outcome(self, request: httpx.Request, subject: str) -> Reply:
        response = await self._http.send(request, stream=True)
        try:
            if response.status_code not in _DONE:
                pause = retry_after(response.headers.get("Retry-After"))
                return Reply(response.status_code, pause=pause)
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise unknown(subject)
            return Reply(response.status_code, bytes(body))
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()


async def _whole(response: httpx.Response, subject: str) -> bytes:
    """Read the body, as long as it may be; one that ends early is a cut connection."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise UpstreamRejected(f"ServiceTitan's answer for {subject} is too long to be read.")
    if body.startswith(b"{") and not body[-8:].rstrip().endswith(b"}"):
        message = f"ServiceTitan's answer for {subject} was cut off. Try again later."
        raise Transient(UpstreamUnavailable(message))
    return bytes(body)


def _require_json(response: httpx.Response, subject: str) -> None:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise _unreadable(subject)


def _unreadable(subject: str) -> Unreadable:
    return Unreadable(f"ServiceTitan's answer for {subject} is not one we can read.")
