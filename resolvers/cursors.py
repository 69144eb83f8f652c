"""Cursors: a place in one list, sealed for one viewer, that tells a day and an id and no more."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from resolvers.errors import BadCursor

_SEAL = 12
_ID = 8
_DAY = 3
_LENGTH = _DAY + _ID + _SEAL
_NO_DAY = 0


class Spot(NamedTuple):
    """Where a row stands: the day it is ordered by, if its list has one, and its id."""

    day: date | None
    id: int


@dataclass(frozen=True, slots=True)
class Cursors:
    """Seals spots and opens them again; `secret` is the gateway's own key."""

    secret: bytes

    def seal(self, spot: Spot, viewer: str, of: str) -> str:
        """Return the cursor of this spot in this viewer's list `of`: its name and arguments."""
        ordinal = _NO_DAY if spot.day is None else spot.day.toordinal()
        body = ordinal.to_bytes(_DAY, "big") + spot.id.to_bytes(_ID, "big", signed=True)
        return _spelled(body + self._sealed(body, viewer, of))

    def open(self, cursor: str, viewer: str, of: str) -> Spot:
        """Return the spot of a cursor; raises BadCursor for any other viewer, list or spelling."""
        try:
            raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError as error:
            raise BadCursor from error
        body = raw[: _DAY + _ID]
        sealed = hmac.compare_digest(raw[_DAY + _ID :], self._sealed(body, viewer, of))
        if len(raw) != _LENGTH or not sealed or _spelled(raw) != cursor:
            raise BadCursor
        ordinal = int.from_bytes(body[:_DAY], "big")
        day = None if ordinal == _NO_DAY else date.fromordinal(ordinal)
        return Spot(day, int.from_bytes(body[_DAY:], "big", signed=True))

    def _sealed(self, body: bytes, viewer: str, of: str) -> bytes:
        message = body + viewer.encode() + b"\0" + of.encode()
        return hmac.digest(self.secret, message, hashlib.sha256)[:_SEAL]


def _spelled(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
