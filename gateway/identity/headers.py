"""What a token says before any key is looked for: its header, and whose it claims to be."""

import binascii
import re
from base64 import urlsafe_b64decode
from typing import TypeVar

import msgspec
from starlette.datastructures import Headers

from gateway.identity.errors import InvalidToken

MAX_TOKEN_BYTES = 8 * 1024

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class TokenHeader(msgspec.Struct, frozen=True):
    """The members that are judged; everything else in a header has no say.

    A token that demands an extension (`crit`) or keeps its payload apart (`b64`) is none of ours.
    """

    alg: str
    kid: str
    typ: str = ""
    crit: msgspec.UnsetType | object = msgspec.UNSET
    b64: msgspec.UnsetType | object = msgspec.UNSET


class Claimed(msgspec.Struct, frozen=True):
    """Whose a token says it is and for whom: nothing is believed of it, it chooses who checks."""

    iss: str
    aud: str | tuple[str, ...] = ()

    @property
    def audiences(self) -> frozenset[str]:
        """Everybody it says it is for."""
        return frozenset((self.aud,) if isinstance(self.aud, str) else self.aud)


class _Expiring(msgspec.Struct, frozen=True):
    exp: float | None = None


Part = TypeVar("Part", TokenHeader, Claimed, _Expiring)


def read_header(token: str) -> TokenHeader:
    """Return the header of a token in three parts; raise InvalidToken for any other text."""
    header = _decoded(_parts(token)[0], TokenHeader, "header")
    if header.crit is not msgspec.UNSET or header.b64 is not msgspec.UNSET:
        raise InvalidToken("its header demands what is not known")
    return header


def read_claimed(token: str) -> Claimed:
    """Return what a token in three parts claims, unverified; raise InvalidToken for other text."""
    return _decoded(_parts(token)[1], Claimed, "claims")


def read_expiry(headers: Headers) -> float | None:
    """Return when the bearer token of these headers says it ends, in seconds since 1970.

    Unverified: it tells when to verify again, and nothing else. None where there is no such token.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        return _decoded(_parts(token.strip())[1], _Expiring, "claims").exp
    except InvalidToken:
        return None


def _parts(token: str) -> list[str]:
    if len(token) > MAX_TOKEN_BYTES:
        raise InvalidToken("it is larger than 8 KiB")
    if _COMPACT.fullmatch(token) is None:
        raise InvalidToken("it has not three parts")
    return token.split(".")


def _decoded(encoded: str, model: type[Part], what: str) -> Part:
    try:
        return msgspec.json.decode(
            urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)), type=model
        )
    except (msgspec.DecodeError, binascii.Error, ValueError, RecursionError):
        raise InvalidToken(f"its {what} cannot be read") from None


def token_of(header: str) -> str:
    """Return the token that a header Authorization brings; raise InvalidToken where it has none."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise InvalidToken("not a Bearer credential")
    return token.strip()
