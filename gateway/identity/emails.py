"""What may stand for an email: in a token, or in a header of ours."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.ledger.emails import folded
from gateway.identity.errors import InvalidToken

MAX_LENGTH = 254


@dataclass(frozen=True, slots=True)
class EmailClaims:
    """The names of the claims that hold the email, and whether it is verified."""

    email: str = "email"
    verified: str = "email_verified"

    def read(self, claims: Mapping[str, object]) -> str:
        """Return the verified email, folded; raise InvalidToken without one (R11)."""
        if claims.get(self.verified) is not True:
            raise InvalidToken("its email is not verified")
        told = claims.get(self.email)
        email = as_email(told) if isinstance(told, str) else None
        if email is None:
            raise InvalidToken("it carries no email")
        return email


def as_email(text: str) -> str | None:
    """Return the text folded, where it may be an email; None where it cannot."""
    possible = 0 < len(text) <= MAX_LENGTH and text.isprintable()
    if not possible or "@" not in text.strip("@ "):
        return None
    return folded(text)
