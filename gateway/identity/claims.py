"""What the claims of a token must say before they are believed (security.md, 4.2)."""

from collections.abc import Callable
from typing import cast

from joserfc.errors import JoseError
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from gateway.identity.errors import InvalidToken

LEEWAY_SECONDS = 30

_ESSENTIAL: ClaimsOption = {"essential": True}


class ClaimRules:
    """Whose tokens, and for whom; `now` is the time of day in seconds since 1970."""

    def __init__(self, issuer: str, audience: str, now: Callable[[], float]) -> None:
        def exactly(value: str) -> ClaimsOption:
            return {"essential": True, "value": value}

        self._registry = JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=LEEWAY_SECONDS,
            iss=exactly(issuer),
            aud=exactly(audience),
            sub=_ESSENTIAL,
            exp=_ESSENTIAL,
            iat=_ESSENTIAL,
        )

    def check(self, claims: dict[str, object]) -> None:
        """Raise InvalidToken for the first rule that does not hold."""
        try:
            self._registry.validate(claims)
        except JoseError as error:
            raise InvalidToken(f"a claim does not hold: {error.error}") from None


def check_access(claims: dict[str, object], max_lifetime: int) -> int:
    """Return until when an access token with these claims, checked already, is believed.

    In seconds since 1970; `max_lifetime` is in seconds. Raises InvalidToken where they are no
    access token's.
    """
    ends, began = cast("float", claims["exp"]), cast("float", claims["iat"])
    if ends - began > max_lifetime:
        raise InvalidToken("it lives longer than the gateway accepts")
    if "nonce" in claims or "events" in claims:
        raise InvalidToken("it is an ID token or a logout token")
    return int(ends) + LEEWAY_SECONDS
