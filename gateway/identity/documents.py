"""The identity provider's two documents, its discovery and its keys, fetched and believed."""

import asyncio
from typing import TypeVar

import httpx
import msgspec

from gateway.setting_spellings import address

TOTAL_SECONDS = 5.0
MAX_BYTES = 256 * 1024


class DocumentError(Exception):
    """A document that cannot be had or believed; the message is a sentence that says which."""


class Discovery(msgspec.Struct, frozen=True):
    """What is needed of OpenID Connect Discovery 1.0, section 3."""

    issuer: str
    jwks_uri: str


class KeyDocument(msgspec.Struct, frozen=True):
    """A JSON Web Key Set, each key still as it was written (RFC 7517, section 5)."""

    keys: tuple[dict[str, object], ...]


Document = TypeVar("Document", Discovery, KeyDocument)


class Documents:
    """Fetches both documents: no redirects, no proxy of the environment, five seconds in all."""

    def __init__(self, issuer: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._issuer = issuer
        self._client = httpx.AsyncClient(
            transport=transport, trust_env=False, follow_redirects=False, timeout=TOTAL_SECONDS
        )

    async def keys(self) -> KeyDocument:
        """Return the key set that the issuer's discovery names; raise DocumentError."""
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                discovery = await self.discovery()
                body = await self._read(discovery.jwks_uri, "key set")
        except TimeoutError:
            raise DocumentError("The identity provider did not answer in time.") from None
        return _decoded(body, KeyDocument, "key set")

    async def discovery(self) -> Discovery:
        """Return the issuer's discovery document; raise DocumentError when it is another's."""
        url = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = _decoded(await self._read(url, "discovery"), Discovery, "discovery")
        if found.issuer != self._issuer:
            raise DocumentError("The identity provider's discovery names another issuer.")
        self._believe(found.jwks_uri)
        return found

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _believe(self, uri: str) -> None:
        try:
            address(uri.partition("?")[0])
        except ValueError:
            raise DocumentError(
                "The identity provider's keys are not at an https address."
            ) from None
        if self._issuer.startswith("https:") and not uri.startswith("https:"):
            raise DocumentError("The identity provider's keys are not at an https address.")

    async def _read(self, url: str, what: str) -> bytes:
        try:
            async with self._client.stream("GET", url) as response:
                if response.status_code != httpx.codes.OK:
                    raise DocumentError(
                        f"The identity provider answered {response.status_code} for its {what}."
                    )
                return await _capped(response, what)
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


def _decoded(body: bytes, model: type[Document], what: str) -> Document:
    try:
        return msgspec.json.decode(body, type=model)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise DocumentError(f"The identity provider's {what} cannot be understood.") from None
