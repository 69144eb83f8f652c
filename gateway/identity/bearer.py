"""From a bearer token to the viewer it speaks for, or to the reason why it does not."""

import hashlib
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping

from joserfc import jws, jwt
from joserfc.errors import JoseError

from gateway.identity.claims import ClaimRules
from gateway.identity.errors import InvalidToken
from gateway.identity.headers import TokenHeader, read_header
from gateway.identity.keys import Keys
from resolvers.viewer import Viewer, ViewerKind

ALGORITHMS = ("RS256",)


class Bearer:
    """Verifies the access tokens of one identity provider (security.md, 4.2).

    `max_lifetime` is in seconds; `algorithms` may hold RS256 and ES256 and is fixed by
    configuration, never by a token; `now` is the time of day in seconds since 1970.
    """

    def __init__(  # noqa: PLR0913  # every one is named, and none has a default worth hiding
        self,
        *,
        issuer: str,
        audience: str,
        token_types: Collection[str],
        max_lifetime: int,
        email_claim: str,
        email_verified_claim: str,
        keys: Keys,
        algorithms: Collection[str] = ALGORITHMS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._types = frozenset(_plain(kind) for kind in token_types)
        self._algorithms = tuple(algorithms)
        self._registry = jws.JWSRegistry(algorithms=self._algorithms, strict_check_header=False)
        self._keys = keys
        self._rules = ClaimRules(
            issuer=issuer,
            audience=audience,
            max_lifetime=max_lifetime,
            email_claim=email_claim,
            email_verified_claim=email_verified_claim,
            now=now,
        )

    async def viewer(self, token: str) -> Viewer:
        """Return whose token it is; raise InvalidToken, or KeysUnavailable."""
        header = read_header(token)
        self._admit(header)
        key = await self._keys.find(header.kid)
        try:
            claims = jwt.decode(token, key, registry=self._registry).claims
        except (JoseError, ValueError, RecursionError):
            raise InvalidToken("its signature does not verify") from None
        self._rules.check(claims)
        return Viewer(
            kind=ViewerKind.CUSTOMER, key=_digest(claims), email=self._rules.email(claims)
        )

    def _admit(self, header: TokenHeader) -> None:
        if header.alg not in self._algorithms:
            raise InvalidToken("its algorithm is not accepted")
        if _plain(header.typ) not in self._types:
            raise InvalidToken("its type is not accepted")


def _plain(kind: str) -> str:
    """Fold a media type as RFC 7515, 4.1.9 lets it be written."""
    return kind.lower().removeprefix("application/")


def _digest(claims: Mapping[str, object]) -> str:
    person = json.dumps([claims["iss"], claims["sub"]]).encode()
    return urlsafe_b64encode(hashlib.sha256(person).digest()).decode().rstrip("=")
