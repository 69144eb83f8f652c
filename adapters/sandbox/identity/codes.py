"""Authorization codes: good once, for a minute, for the client and the verifier they were for."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe

LIFETIME = 60.0


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for until it is redeemed."""

    email: str
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str | None

    def answers(self, client_id: str, redirect_uri: str, verifier: str) -> bool:
        """Was the code given to this client, and does it know the verifier (PKCE, S256)?"""
        digest = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
        same = client_id == self.client_id and redirect_uri == self.redirect_uri
        return same and compare_digest(digest, self.challenge)


class Codes:
    """The codes given out and not yet redeemed."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._grants: dict[str, tuple[float, Grant]] = {}

    def issue(self, grant: Grant) -> str:
        """Return a code for this grant; codes past their time are forgotten."""
        present = self._clock()
        self._grants = {
            code: (until, known) for code, (until, known) in self._grants.items() if until > present
        }
        code = token_urlsafe(32)
        self._grants[code] = (present + LIFETIME, grant)
        return code

    def redeem(self, code: str) -> Grant | None:
        """Return what the code stands for, once; None when it is unknown, used or too old."""
        until, grant = self._grants.pop(code, (0.0, None))
        return grant if until > self._clock() else None
