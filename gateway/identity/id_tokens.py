"""The ID token that ends a sign-in (OpenID Connect Core 1.0, section 3.1.3.7)."""

import time
from collections.abc import Callable, Collection
from hmac import compare_digest

from gateway.identity.claims import ClaimRules
from gateway.identity.errors import InvalidToken
from gateway.identity.keys import Keys
from gateway.identity.signatures import ALGORITHMS, Signatures

# Providers call it JWT, or nothing: an access token or a logout token it must not be.
_TYPES = ("JWT", "")


class IdTokens:
    """Verifies the ID tokens of one issuer for one client.

    `now` is the time of day in seconds since 1970.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        keys: Keys,
        *,
        algorithms: Collection[str] = ALGORITHMS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client_id = client_id
        self._signatures = Signatures(keys, _TYPES, algorithms)
        self._rules = ClaimRules(issuer, client_id, now)

    async def claims(self, token: str, nonce: str) -> dict[str, object]:
        """Return what it says of the person who signed in with this nonce.

        Raises InvalidToken, or KeysUnavailable.
        """
        claims = await self._signatures.claims(token)
        self._rules.check(claims)
        if claims["aud"] not in (self._client_id, [self._client_id]):
            raise InvalidToken("it is for others as well")
        if claims.get("azp", self._client_id) != self._client_id:
            raise InvalidToken("it was made for another client")
        told = claims.get("nonce")
        if not isinstance(told, str) or not compare_digest(_bytes(told), _bytes(nonce)):
            raise InvalidToken("its nonce is not of this sign-in")
        if "events" in claims:
            raise InvalidToken("it is a logout token")
        return claims


def _bytes(text: str) -> bytes:
    """Return its bytes, of half a character too."""
    return text.encode(errors="surrogatepass")
