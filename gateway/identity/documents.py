"""The identity provider's two documents, its discovery and its keys, fetched and believed."""

import asyncio
from typing import TypeVar

import httpx
import msgspec

from gateway.identity.wire import TOTAL_SECONDS, DocumentError, ProviderWire
from gateway.setting_spellings import address


class Discovery(msgspec.Struct, frozen=True):
    """What is needed of OpenID Connect Discovery 1.0, section 3, and of RFC 9207.

    The endpoints are believed when they are used: a provider may have none of them.
    """

    issuer: str
    jwks_uri: str
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    code_challenge_methods_supported: tuple[str, ...] | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] | None = None
    authorization_response_iss_parameter_supported: bool | None = None


class KeyDocument(msgspec.Struct, frozen=True):
    """A JSON Web Key Set, each key still as it was written (RFC 7517, section 5)."""

    keys: tuple[dict[str, object], ...]


Document = TypeVar("Document", Discovery, KeyDocument)


class Documents:
    """Fetches both documents of one issuer, in five seconds in all."""

    def __init__(self, issuer: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._issuer = issuer
        self._wire = ProviderWire(transport)

    async def read(self) -> tuple[Discovery, KeyDocument]:
        """Return the discovery, and the key set that it names; raise DocumentError."""
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                discovery = await self.discovery()
                body = await self._wire.get(discovery.jwks_uri, "key set")
        except TimeoutError:
            raise DocumentError("The identity provider did not answer in time.") from None
        return discovery, _decoded(body, KeyDocument, "key set")

    async def discovery(self) -> Discovery:
        """Return the issuer's discovery document; raise DocumentError when it is another's."""
        url = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = _decoded(await self._wire.get(url, "discovery"), Discovery, "discovery")
        if found.issuer != self._issuer:
            raise DocumentError("The identity provider's discovery names another issuer.")
        if not believable(found.jwks_uri, self._issuer):
            raise DocumentError("The identity provider's keys are not at an https address.")
        return found

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.aclose()


def believable(uri: str, issuer: str) -> bool:
    """May this issuer's document name this address: https, or http beside an http issuer?"""
    try:
        address(uri.partition("?")[0])
    except ValueError:
        return False
    return uri.startswith("https:") or not issuer.startswith("https:")


def _decoded(body: bytes, model: type[Document], what: str) -> Document:
    try:
        return msgspec.json.decode(body, type=model)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise DocumentError(f"The identity provider's {what} cannot be understood.") from None
