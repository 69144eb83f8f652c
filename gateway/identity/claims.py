"""What the claims of a token must say before they are believed (security.md, 4.2)."""

from collections.abc import Callable, Mapping

from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from adapters.directory.directory import folded
from gateway.identity.errors import InvalidToken

LEEWAY_SECONDS = 30
MAX_EMAIL_LENGTH = 254


class ClaimRules:
    """One gateway's rules: whose tokens, for whom, for how long, and where the email stands."""

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        max_lifetime: int,
        email_claim: str,
        email_verified_claim: str,
        now: Callable[[], float],
    ) -> None:
        self._registry = JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        self._max_lifetime = max_lifetime
        self._email = email_claim
        self._verified = email_verified_claim

    def check(self, claims: dict[str, object]) -> None:
        """Raise InvalidToken for the first rule that does not hold."""
        try:
            self._registry.validate(claims)
        except JoseError as error:
            raise InvalidToken(f"a claim does not hold: {error.error}") from None
        if claims["exp"] - claims["iat"] > self._max_lifetime:  # type: ignore[operator]  # the registry made sure that both are numbers
            raise InvalidToken("it lives longer than the gateway accepts")
        if "nonce" in claims or "events" in claims:
            raise InvalidToken("it is an ID token or a logout token")

    def email(self, claims: Mapping[str, object]) -> str:
        """Return the verified email, folded; raise InvalidToken without one (R11)."""
        if claims.get(self._verified) is not True:
            raise InvalidToken("its email is not verified")
        email = claims.get(self._email)
        if not isinstance(email, str) or not 0 < len(email) <= MAX_EMAIL_LENGTH:
            raise InvalidToken("it carries no email")
        if "@" not in email.strip("@ "):
            raise InvalidToken("it carries no email")
        return folded(email)
