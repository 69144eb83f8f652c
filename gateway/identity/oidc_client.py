"""This gateway as a client of the staff's identity provider: code with PKCE (RFC 6749, 7636)."""

import re
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import msgspec
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from gateway.identity.documents import Discovery, believable
from gateway.identity.errors import InvalidToken, KeysUnavailable
from gateway.identity.keys import Keys
from gateway.identity.wire import DocumentError, ProviderWire, Reply

SCOPE = "openid email profile"

_FORM = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
_CODE = re.compile("[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to the provider, and where it sends people back to."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Secrets:
    """What one sign-in knows and no other: nobody but the browser that began it can end it."""

    state: str
    nonce: str
    verifier: str


class _Granted(msgspec.Struct, frozen=True):
    id_token: str


class _Refused(msgspec.Struct, frozen=True):
    error: str


class OidcClient:
    """Sends people to the provider, and redeems what they bring back."""

    def __init__(
        self, client: Client, keys: Keys, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.issuer = client.issuer
        self._client = client
        self._keys = keys
        self._wire = ProviderWire(transport)

    async def address(self, secrets: Secrets) -> str:
        """Return where somebody signs in; raise KeysUnavailable."""
        endpoint = self._believed((await self._keys.endpoints()).authorization_endpoint)
        return str(
            prepare_grant_uri(
                endpoint,
                client_id=self._client.client_id,
                response_type="code",
                redirect_uri=self._client.redirect_uri,
                scope=SCOPE,
                state=secrets.state,
                nonce=secrets.nonce,
                code_challenge=create_s256_code_challenge(secrets.verifier),
                code_challenge_method="S256",
            )
        )

    async def must_name_issuer(self) -> bool:
        """Does the provider say that its answers always name it (RFC 9207)? KeysUnavailable."""
        return bool((await self._keys.endpoints()).authorization_response_iss_parameter_supported)

    async def redeem(self, code: str, verifier: str) -> str:
        """Return the ID token that a code stands for; raise InvalidToken, or KeysUnavailable."""
        discovery = await self._keys.endpoints()
        endpoint = self._believed(discovery.token_endpoint)
        form = prepare_token_request(
            "authorization_code",
            code=code,
            redirect_uri=self._client.redirect_uri,
            code_verifier=verifier,
        )
        auth = ClientAuth(
            self._client.client_id, self._client.client_secret, self._method(discovery)
        )
        url, headers, body = auth.prepare("POST", endpoint, dict(_FORM), form)
        try:
            return _id_token(await self._wire.post(url, body, headers, "token endpoint"))
        except DocumentError as error:
            raise KeysUnavailable(str(error)) from None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._wire.aclose()

    def _method(self, discovery: Discovery) -> str:
        """Prefer the form: in the header, providers differ on how a secret is written."""
        if self._client.client_secret is None:
            return "none"
        offered = discovery.token_endpoint_auth_methods_supported or ()
        return "client_secret_post" if "client_secret_post" in offered else "client_secret_basic"

    def _believed(self, endpoint: str | None) -> str:
        if endpoint is None or not believable(endpoint, self.issuer):
            raise KeysUnavailable("The identity provider names no endpoint to sign in at.")
        return endpoint


def _id_token(reply: Reply) -> str:
    if reply.status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise KeysUnavailable(f"The identity provider answered {reply.status} for a code.")
    if reply.status == httpx.codes.OK:
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            return msgspec.json.decode(reply.body, type=_Granted).id_token
    raise InvalidToken(f"the provider gave no ID token for the code ({_error(reply)})")


def _error(reply: Reply) -> str:
    """Return the provider's own word, where it is one and no more."""
    try:
        told = msgspec.json.decode(reply.body, type=_Refused).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return str(reply.status)
    return told if _CODE.fullmatch(told) else str(reply.status)
