"""Signing in as staff: out to the provider with secrets of this browser, and back with a code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Final

import msgspec

from gateway.identity.emails import EmailClaims
from gateway.identity.errors import InvalidToken, SignInRefused
from gateway.identity.id_tokens import IdTokens
from gateway.identity.oidc_client import OidcClient, Secrets
from gateway.identity.people import person
from gateway.identity.staff import NoRole, StaffRules
from resolvers.seals import Seal
from resolvers.viewer import Staff

LASTS: Final = timedelta(minutes=10)
PURPOSE: Final = b"portal-gateway: sign-ins of staff, 1"

_SECRET_BYTES: Final = 32
_AGAIN: Final = "Your sign-in could not be completed. Please sign in again."
_NO_BUSINESS: Final = (
    "You are signed in at your company's identity provider, but your account has no role that lets "
    "you in here. Ask who looks after accounts in your company."
)


class _UnderWay(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What stands sealed in the browser's cookie; `until` is in seconds since 1970."""

    secrets: Secrets
    return_to: str
    until: int


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser is sent, and what it must bring back."""

    address: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Who came back, where they wanted to go, and which sign-in it was, which may end once."""

    staff: Staff
    return_to: str
    state: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """Begins and ends sign-ins; it keeps nothing, so that any worker may end what one began."""

    client: OidcClient
    id_tokens: IdTokens
    emails: EmailClaims
    rules: StaffRules
    seal: Seal
    now: Callable[[], datetime]

    async def begin(self, return_to: str) -> Begun:
        """Return where to sign in, to come back to this path; raise KeysUnavailable."""
        secrets = Secrets(*(token_urlsafe(_SECRET_BYTES) for _ in range(3)))
        address = await self.client.address(secrets)
        until = int((self.now() + LASTS).timestamp())
        plain = msgspec.json.encode(_UnderWay(secrets, return_to, until))
        return Begun(address, self.seal.close(plain))

    async def finish(self, answer: Mapping[str, str], cookie: str | None) -> Finished:
        """Return who came back with this answer; raise SignInRefused, or KeysUnavailable."""
        begun = self._opened(cookie)
        state = answer.get("state", "")
        if not compare_digest(state.encode(), begun.secrets.state.encode()):
            raise SignInRefused(_AGAIN, "its state is not of this browser's sign-in")
        await self._check_issuer(answer.get("iss"))
        if "error" in answer or "code" not in answer:
            raise SignInRefused(_AGAIN, "the provider gave no code")
        try:
            token = await self.client.redeem(answer["code"], begun.secrets.verifier)
            claims = await self.id_tokens.claims(token, begun.secrets.nonce)
            staff = self.rules.staff(person(claims, self.emails))
        except NoRole as error:
            raise SignInRefused(_NO_BUSINESS, error.reason, lacks_role=True) from None
        except InvalidToken as error:
            raise SignInRefused(_AGAIN, error.reason) from None
        return Finished(staff, begun.return_to, begun.secrets.state)

    def _opened(self, cookie: str | None) -> _UnderWay:
        plain = None if cookie is None else self.seal.open(cookie)
        if plain is None:
            raise SignInRefused(_AGAIN, "this browser began no sign-in")
        try:
            begun = msgspec.json.decode(plain, type=_UnderWay)
        except ValueError:
            raise SignInRefused(_AGAIN, "this browser began another kind of sign-in") from None
        if self.now().timestamp() >= begun.until:
            raise SignInRefused(_AGAIN, "it took longer than ten minutes")
        return begun

    async def _check_issuer(self, told: str | None) -> None:
        """Refuse an answer of another provider's, that was mixed up with ours (RFC 9207)."""
        if told is None and not await self.client.must_name_issuer():
            return
        if told != self.client.issuer:
            raise SignInRefused(_AGAIN, "its issuer is not the one that was asked")
