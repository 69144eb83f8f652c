"""What the claims of a token must say before they are believed (security.md, 4.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from joserfc.errors import JoseError
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from gateway.identity.errors import InvalidToken

LEEWAY_SECONDS = 30

_ESSENTIAL: ClaimsOption = {"essential": True}


@dataclass(frozen=True, slots=True)
class Span:
    """When what a token claims begins and ends to hold, in seconds since 1970."""

    begins: float
    ends: float


class ClaimRules:
    """Whose tokens, and for whom; `now` is the time of day in seconds since 1970."""

    def __init__(self, issuer: str, audience: str, now: Callable[[], float]) -> None:
        self._now = now

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

    def hold_at_this_moment(self, span: Span) -> bool:
        """Do claims of this span hold now that held before? Nothing of them but time changes."""
        now = int(self._now())
        return span.ends > now - LEEWAY_SECONDS and span.begins <= now + LEEWAY_SECONDS


def span_of(claims: dict[str, object]) -> Span:
    """Return when claims, checked already, begin and end to hold."""
    begins = max(cast("float", claims["iat"]), cast("float", claims.get("nbf", claims["iat"])))
    return Span(begins, cast("float", claims["exp"]))


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
