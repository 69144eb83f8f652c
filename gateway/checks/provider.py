"""Asking the identity provider what verifying tokens needs of it."""

import httpx

from gateway.checks.finding import Finding
from gateway.identity.documents import DocumentError, Documents
from gateway.identity.published import readable

_HINT = "Check PORTAL_OIDC_ISSUER."


async def check_provider(
    issuer: str, transport: httpx.AsyncBaseTransport | None = None
) -> list[Finding]:
    """Return how its discovery and its keys answer."""
    documents = Documents(issuer, transport)
    try:
        return [
            Finding("Identity provider, discovery", await _discovery(documents)),
            Finding("Identity provider, keys", await _keys(documents)),
        ]
    finally:
        await documents.aclose()


async def _discovery(documents: Documents) -> str | None:
    try:
        await documents.discovery()
    except DocumentError as error:
        return f"{error} {_HINT}"
    return None


async def _keys(documents: Documents) -> str | None:
    try:
        published = await documents.keys()
    except DocumentError as error:
        return f"{error} {_HINT}"
    if not readable(published.keys):
        return "It publishes no RSA or P-256 signing key with an id: have it sign with RS256."
    return None
