"""The provider's endpoints: discovery, keys, authorization code with PKCE, token."""

from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters.sandbox.identity.codes import Codes, Grant
from adapters.sandbox.identity.keys import published
from adapters.sandbox.identity.page import sign_in_page
from adapters.sandbox.identity.provider import LIFETIME, Provider

#: What of an authorization request is kept through the sign-in page.
KEPT = (
    *("response_type", "client_id", "redirect_uri", "scope", "state"),
    *("nonce", "code_challenge", "code_challenge_method"),
)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """One provider over HTTP; `people` are listed on its sign-in page, with what each shows."""

    provider: Provider
    people: Mapping[str, str]
    codes: Codes

    def routes(self) -> list[Route]:
        """Return its routes, below its issuer's path."""
        return [
            Route("/.well-known/openid-configuration", self.configuration),
            Route("/jwks", self.keys),
            Route("/authorize", self.authorize, methods=["GET", "POST"]),
            Route("/token", self.token, methods=["POST"]),
        ]

    async def configuration(self, _request: Request) -> Response:
        """Answer with the provider's metadata."""
        issuer = self.provider.issuer
        secret = ["client_secret_basic", "client_secret_post"]
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/jwks",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "email"],
                "token_endpoint_auth_methods_supported": secret
                if self.provider.client_secret
                else ["none"],
            }
        )

    async def keys(self, _request: Request) -> Response:
        """Answer with the public keys."""
        return JSONResponse(published(self.provider.name))

    async def authorize(self, request: Request) -> Response:
        """Ask who signs in, or take the hint, and lead back with a code.

        What is wrong with client or address is said here; anything else at the address.
        """
        posted = request.method == "POST"
        form = dict(parse_qsl((await request.body()).decode())) if posted else {}
        asked = {**request.query_params, **form}
        if not self._known_client(asked) or not _is_address(asked.get("redirect_uri", "")):
            return _error("invalid_request")
        if asked.get("response_type") != "code":
            return _back(asked, error="unsupported_response_type")
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return _back(asked, error="invalid_request")
        silent = asked.get("prompt") == "none"
        email = asked.get("login_hint" if silent else "email", "").strip()
        if email:
            return _back(asked, code=self.codes.issue(_grant(asked, email)))
        return _back(asked, error="login_required") if silent else self._page(asked)

    def _page(self, asked: Mapping[str, str]) -> Response:
        kept = {name: asked[name] for name in KEPT if name in asked}
        safe = {
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
            "cache-control": "no-store",
        }
        return HTMLResponse(sign_in_page(kept, self.people), headers=safe)

    def _known_client(self, asked: Mapping[str, str]) -> bool:
        client = asked.get("client_id")
        return bool(client) and self.provider.client_id in (None, client)

    async def token(self, request: Request) -> Response:
        """Redeem a code for an access token and an ID token."""
        form = dict(parse_qsl((await request.body()).decode()))
        client, secret = _client(request, form)
        if not self._opens(secret):
            return _error("invalid_client", 401)
        if form.get("grant_type") != "authorization_code":
            return _error("unsupported_grant_type")
        grant = self.codes.redeem(form.get("code", ""))
        address, verifier = form.get("redirect_uri", ""), form.get("code_verifier", "")
        if grant is None or not grant.answers(client, address, verifier):
            return _error("invalid_grant")
        return JSONResponse(
            {
                "access_token": self.provider.access_token(grant.email, client),
                "id_token": self.provider.id_token(grant.email, client, grant.nonce),
                "token_type": "Bearer",
                "expires_in": LIFETIME,
            },
            headers={"cache-control": "no-store"},
        )

    def _opens(self, secret: str) -> bool:
        needed = self.provider.client_secret
        return needed is None or compare_digest(secret.encode(), needed.encode())


def _client(request: Request, form: Mapping[str, str]) -> tuple[str, str]:
    """Return who asks and with which secret, from the header or from the form."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        name, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (Error, UnicodeDecodeError):
        return "", ""
    return unquote(name), unquote(secret)


def _grant(asked: Mapping[str, str], email: str) -> Grant:
    return Grant(
        email=email,
        client_id=asked["client_id"],
        redirect_uri=asked["redirect_uri"],
        challenge=asked["code_challenge"],
        nonce=asked.get("nonce"),
    )


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _back(asked: Mapping[str, str], **answer: str) -> Response:
    """Lead back to the client's address with this answer and its state."""
    state = {"state": asked["state"]} if "state" in asked else {}
    address = asked["redirect_uri"]
    joint = "&" if urlsplit(address).query else "?"
    return RedirectResponse(f"{address}{joint}{urlencode(answer | state)}", 303)


def _error(code: str, status: int = 400) -> Response:
    return JSONResponse({"error": code}, status)
