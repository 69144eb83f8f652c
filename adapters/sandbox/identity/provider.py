"""One identity provider: its issuer, whom it names how, and the tokens it signs."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

from joserfc import jwt

from adapters.sandbox.identity.keys import signing_key

LIFETIME = 3600


@dataclass(frozen=True, slots=True)
class Provider:
    """An issuer of tokens.

    `client_id` and `client_secret` are None where any public client may ask.
    `roles` are the claims a person gets beside the name; None where the provider has no roles.
    """

    name: str
    issuer: str
    audience: str
    client_id: str | None = None
    client_secret: str | None = None
    roles: Callable[[str], list[str]] | None = None
    clock: Callable[[], float] = time.time

    def subject(self, email: str) -> str:
        """Return the person's stable name at this provider."""
        return f"sandbox|{sha256(email.casefold().encode()).hexdigest()[:24]}"

    def access_token(self, email: str, client_id: str = "sandbox") -> str:
        """Return an access token for any email, known or not."""
        claims = self._person(email) | {
            "aud": self.audience,
            "client_id": client_id,
            "jti": str(uuid4()),
        }
        return self._signed("at+jwt", claims)

    def id_token(self, email: str, client_id: str, nonce: str | None) -> str:
        """Return an ID token for the client that asked for a sign-in."""
        claims = self._person(email) | {"aud": client_id, "jti": str(uuid4())}
        return self._signed("JWT", claims | ({} if nonce is None else {"nonce": nonce}))

    def _person(self, email: str) -> dict[str, object]:
        issued = int(self.clock())
        claims: dict[str, object] = {
            "iss": self.issuer,
            "sub": self.subject(email),
            "email": email,
            "email_verified": True,
            "iat": issued,
            "exp": issued + LIFETIME,
        }
        return claims if self.roles is None else claims | {"roles": self.roles(email)}

    def _signed(self, kind: str, claims: dict[str, object]) -> str:
        key = signing_key(self.name)
        header = {"alg": "RS256", "kid": key.kid, "typ": kind}
        return jwt.encode(header, claims, key, algorithms=["RS256"])
