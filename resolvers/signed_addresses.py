"""Addresses that open one document, for one viewer, for ten minutes, and tell nobody what.

What an address leads to and for whom stands in it, encrypted and sealed (JWE, `dir` with A256GCM),
so that every worker with the same key can open it and none has to remember it.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from resolvers.viewer import Viewer

LASTS = timedelta(minutes=10)

_PURPOSE: Final = b"portal-gateway: signed addresses, 1"
_HEADER: Final = {"alg": "dir", "enc": "A256GCM"}
_LONGEST = 2048
# What opens with another header, or with a key that is not ours, was not made here.
_ALGORITHMS = list(_HEADER.values())


class TargetKind(Enum):
    """What an address leads to."""

    INVOICE = "invoice"
    RECEIPT = "receipt"
    ESTIMATE = "estimate"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Target:
    """A record that is shown as a document: an invoice, a payment, an estimate or an appointment.

    `invoice` is the one on which a payment was found: ServiceTitan is asked for payments by it.
    """

    kind: TargetKind
    id: int
    invoice: int | None = None


class _Sealed(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What stands in an address; `until` is in seconds since 1970."""

    target: Target
    viewer: Viewer
    until: int


class SignedAddresses:
    """Makes addresses under the gateway's own, and opens them again.

    `secret` is the gateway's; the key is made from it for this purpose alone. Without `public_url`
    there are none: the gateway does not know where it is, and believes no request about it.
    """

    def __init__(self, secret: bytes, public_url: str | None) -> None:
        self._key = OctKey.import_key(hmac.digest(secret, _PURPOSE, hashlib.sha256))
        self._public_url = public_url

    def to(self, target: Target, viewer: Viewer, now: datetime) -> str | None:
        """Return an address of this document for this viewer, None where there can be none."""
        if self._public_url is None:
            return None
        sealed = _Sealed(target, viewer, int((now + LASTS).timestamp()))
        plain = msgspec.json.encode(sealed)
        token = jwe.encrypt_compact(_HEADER, plain, self._key, algorithms=_ALGORITHMS)
        if target.kind is TargetKind.VISIT:
            return f"{self._public_url}/calendar/{token}.ics"
        return f"{self._public_url}/documents/{token}"

    def open(self, token: str, now: datetime) -> tuple[Target, Viewer] | None:
        """Return what was sealed in it; None where it was not sealed here, or its time is over."""
        if len(token) > _LONGEST or not token.isascii():
            return None
        try:
            opened = jwe.decrypt_compact(token, self._key, algorithms=_ALGORITHMS)
            sealed = msgspec.json.decode(opened.plaintext or b"", type=_Sealed)
        except (JoseError, ValueError):
            return None
        return (sealed.target, sealed.viewer) if now.timestamp() < sealed.until else None
