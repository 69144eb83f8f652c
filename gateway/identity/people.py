"""A person whom an identity provider names, and the names we give them."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.identity.emails import EmailClaims
from resolvers.viewer import Viewer, ViewerKind


@dataclass(frozen=True, slots=True)
class Person:
    """Whom verified claims name; `key` is a digest of issuer and subject, stable for the person.

    `until` is until when they are believed, in seconds since 1970; None where nobody reckoned.
    """

    key: str
    email: str
    claims: Mapping[str, object]
    until: int | None = None


def person(claims: Mapping[str, object], emails: EmailClaims, until: int | None = None) -> Person:
    """Return whom these claims name; raise InvalidToken where no email of theirs is verified."""
    email = emails.read(claims)
    return Person(digest(claims["iss"], claims["sub"]), email, claims, until)


_CUSTOMER: Final = ViewerKind.CUSTOMER


def customer(person: Person) -> Viewer:
    """Return the viewer that a customer is, whatever roles the claims speak of (JW-16)."""
    return Viewer(_CUSTOMER, person.key, person.email, until=person.until)


def digest(*names: object) -> str:
    """Return one short name for these names in this order."""
    told = hashlib.sha256(json.dumps(names).encode()).digest()
    return urlsafe_b64encode(told).decode().rstrip("=")
