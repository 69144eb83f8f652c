"""Tokens of direct links: given for a link's secret, good for what the link opens, for a while."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from adapters.ledger.direct_links import ONE_USE, DirectLinkRow
from gateway.identity.claims import LEEWAY_SECONDS, ClaimRules, check_access
from gateway.identity.errors import InvalidToken
from gateway.identity.headers import read_header
from gateway.identity.people import digest
from resolvers.viewer import Link, Viewer, ViewerKind

LASTS_SECONDS: Final = int(ONE_USE.total_seconds())
"""For how long a token is good: fifteen minutes."""

_PURPOSE: Final = b"portal-gateway: tokens of direct links, 1"
_ALGORITHM: Final = "HS256"
_TYPE: Final = "portal-link+jwt"
_KEY_ID: Final = "links-1"
_REGISTRY = jws.JWSRegistry(algorithms=[_ALGORITHM], strict_check_header=False)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token, and for how many seconds it is good."""

    token: str
    seconds: int


class _LinkClaims(msgspec.Struct, frozen=True):
    """What a token says of its link."""

    link: int
    kind: ViewerKind
    ids: tuple[int, ...]
    exp: int


class LinkTokens:
    """Issues and verifies; every worker with the same secret verifies what another issued.

    `secret` is the gateway's: the key is made from it for this purpose alone. The issuer is this
    gateway, by its `tenant`, so that a link of one tenant opens nothing at another. `now` is the
    time of day in seconds since 1970.
    """

    def __init__(self, secret: bytes, tenant: int, now: Callable[[], float]) -> None:
        self.issuer = f"urn:portal-gateway:{tenant}"
        self.audience = f"urn:portal-gateway:{tenant}:links"
        self._key = OctKey.import_key(hmac.digest(secret, _PURPOSE, hashlib.sha256))
        self._rules = ClaimRules(self.issuer, self.audience, now)
        self._now = now

    def issue(self, link: DirectLinkRow) -> IssuedToken:
        """Return a token of this link, of use for as long as the link stands too."""
        begins = int(self._now())
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": digest(self.issuer, link.id),
            "iat": begins,
            "exp": begins + LASTS_SECONDS,
            "link": link.id,
            "kind": link.kind.value,
            "ids": link.ids,
        }
        header = {"alg": _ALGORITHM, "typ": _TYPE, "kid": _KEY_ID}
        token = jwt.encode(header, claims, self._key, registry=_REGISTRY)
        return IssuedToken(token, LASTS_SECONDS)

    async def viewer(self, token: str) -> Viewer:
        """Return whoever holds the link; raise InvalidToken for what was not issued here.

        Whether the link still stands is asked when an operation begins.
        """
        claims = self._claims(token)
        self._rules.check(claims)
        check_access(claims, LASTS_SECONDS)
        try:
            told = msgspec.convert(claims, _LinkClaims)
        except msgspec.ValidationError:
            raise InvalidToken("it names no link") from None
        return Viewer(
            kind=told.kind,
            key=digest(self.issuer, told.link),
            link=Link(told.link, told.kind, told.ids),
            until=told.exp + LEEWAY_SECONDS,
        )

    def _claims(self, token: str) -> dict[str, object]:
        header = read_header(token)
        if (header.alg, header.typ, header.kid) != (_ALGORITHM, _TYPE, _KEY_ID):
            raise InvalidToken("its header is not that of a link's token")
        try:
            return jwt.decode(token, self._key, registry=_REGISTRY).claims
        except (JoseError, ValueError, RecursionError):
            raise InvalidToken("its signature does not verify") from None
