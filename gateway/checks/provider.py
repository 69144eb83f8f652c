"""Asking the identity providers what verifying tokens, and signing staff in, needs of them."""

import httpx

from gateway.checks.finding import Finding
from gateway.identity.documents import Discovery, Documents, believable
from gateway.identity.published import readable
from gateway.identity.wire import DocumentError
from gateway.settings import Settings

_CODE = "S256"


async def check_provider(
    issuer: str, transport: httpx.AsyncBaseTransport | None = None
) -> list[Finding]:
    """Return how the customers' provider answers: its discovery and its keys."""
    return await _check(issuer, "Identity provider", "PORTAL_OIDC_ISSUER", transport)


async def check_staff_provider(
    settings: Settings, transport: httpx.AsyncBaseTransport | None = None
) -> list[Finding]:
    """Return how the staff's provider answers, where there is one; and whether staff can sign in.

    Which address it leads people back to is not asked of it: that stands in a note.
    """
    if settings.staff_oidc_issuer is None:
        return []
    name = "Staff's identity provider"
    issuer = settings.staff_oidc_issuer
    findings = await _check(issuer, name, "PORTAL_STAFF_OIDC_ISSUER", transport)
    if settings.staff_oidc_client_id is None or findings[0].problem is not None:
        return findings
    note = f"It must allow this redirect URI, exactly: {settings.public_url}/auth/callback"
    return [*findings, Finding(f"{name}, sign-in", await _sign_in(issuer, transport), None, note)]


async def _check(
    issuer: str, name: str, setting: str, transport: httpx.AsyncBaseTransport | None
) -> list[Finding]:
    documents = Documents(issuer, transport)
    hint = f"Check {setting}."
    try:
        return [
            Finding(f"{name}, discovery", await _discovery(documents, hint)),
            Finding(f"{name}, keys", await _keys(documents, hint)),
        ]
    finally:
        await documents.aclose()


async def _discovery(documents: Documents, hint: str) -> str | None:
    try:
        await documents.discovery()
    except DocumentError as error:
        return f"{error} {hint}"
    return None


async def _keys(documents: Documents, hint: str) -> str | None:
    try:
        _, published = await documents.read()
    except DocumentError as error:
        return f"{error} {hint}"
    if not readable(published.keys):
        return "It publishes no RSA or P-256 signing key with an id: have it sign with RS256."
    return None


async def _sign_in(issuer: str, transport: httpx.AsyncBaseTransport | None) -> str | None:
    documents = Documents(issuer, transport)
    try:
        return _lacking(await documents.discovery(), issuer)
    except DocumentError as error:
        return str(error)
    finally:
        await documents.aclose()


def _lacking(discovery: Discovery, issuer: str) -> str | None:
    endpoints = {
        "authorization": discovery.authorization_endpoint,
        "token": discovery.token_endpoint,
    }
    for name, endpoint in endpoints.items():
        if endpoint is None:
            return f"Its discovery names no {name} endpoint: it signs nobody in with a code."
        if not believable(endpoint, issuer):
            return f"Its {name} endpoint is not at an https address."
    methods = discovery.code_challenge_methods_supported
    if methods is not None and _CODE not in methods:
        return "It does not offer PKCE with S256, without which nobody is signed in here."
    return None
