"""Talking to an identity provider: no redirects, no proxy of the environment, little, and soon."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

TOTAL_SECONDS = 5.0
MAX_BYTES = 256 * 1024


class DocumentError(Exception):
    """An answer that cannot be had or believed; the message is a sentence that says which."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the provider said, whole."""

    status: int
    body: bytes


class ProviderWire:
    """Asks one provider; `what` names the thing asked for in a sentence of the errors."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            transport=transport, trust_env=False, follow_redirects=False, timeout=TOTAL_SECONDS
        )

    async def get(self, url: str, what: str) -> bytes:
        """Return a document; raise DocumentError for any other status than 200."""
        reply = await self._read(self._client.build_request("GET", url), what)
        if reply.status != httpx.codes.OK:
            raise DocumentError(f"The identity provider answered {reply.status} for its {what}.")
        return reply.body

    async def post(self, url: str, form: str, headers: Mapping[str, str], what: str) -> Reply:
        """Return the answer to a form, whatever its status; raise DocumentError without one."""
        request = self._client.build_request("POST", url, content=form, headers=headers)
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                return await self._read(request, what)
        except TimeoutError:
            raise DocumentError("The identity provider did not answer in time.") from None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _read(self, request: httpx.Request, what: str) -> Reply:
        try:
            response = await self._client.send(request, stream=True)
            try:
                return Reply(response.status_code, await _capped(response, what))
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            kind = type(error).__name__
            raise DocumentError(
                f"The identity provider's {what} cannot be read ({kind})."
            ) from None


async def _capped(response: httpx.Response, what: str) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_BYTES:
            raise DocumentError(f"The identity provider's {what} is larger than 256 KiB.")
    return bytes(body)
