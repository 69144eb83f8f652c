"""Addresses that open one document, for one viewer, for ten minutes, and tell nobody what.

What an address leads to and for whom stands in it, sealed, so that every worker with the same key
can open it and none has to remember it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

import msgspec

from resolvers.seals import Seal
from resolvers.viewer import Viewer

LASTS = timedelta(minutes=10)

_PURPOSE: Final = b"portal-gateway: signed addresses, 1"


class TargetKind(Enum):
    """What an address leads to."""

    INVOICE = "invoice"
    RECEIPT = "receipt"
    PAYMENT = "payment"
    ESTIMATE = "estimate"
    SIGNED_ESTIMATE = "signed-estimate"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Target:
    """A record that is shown as a document: an invoice, an estimate, an appointment, or a payment.

    A RECEIPT is of a payment in ServiceTitan's books, a PAYMENT of one in the gateway's own, and so
    is a SIGNED_ESTIMATE of an acceptance.
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

    `secret` is the gateway's. Without `public_url` there are none: the gateway does not know where
    it is, and believes no request about it.
    """

    def __init__(self, secret: bytes, public_url: str | None) -> None:
        self._seal = Seal(secret, _PURPOSE)
        self._public_url = public_url

    def to(self, target: Target, viewer: Viewer, now: datetime) -> str | None:
        """Return an address of this document for this viewer, None where there can be none."""
        if self._public_url is None:
            return None
        # It lasts as long as it says, though the sign-in it was given to ends before.
        sealed = _Sealed(target, replace(viewer, until=None), int((now + LASTS).timestamp()))
        token = self._seal.close(msgspec.json.encode(sealed))
        if target.kind is TargetKind.VISIT:
            return f"{self._public_url}/calendar/{token}.ics"
        return f"{self._public_url}/documents/{token}"

    def open(self, token: str, now: datetime) -> tuple[Target, Viewer] | None:
        """Return what was sealed in it; None where it was not sealed here, or its time is over."""
        plain = self._seal.open(token)
        if plain is None:
            return None
        try:
            sealed = msgspec.json.decode(plain, type=_Sealed)
        except ValueError:
            return None
        return (sealed.target, sealed.viewer) if now.timestamp() < sealed.until else None
