"""A token's header, read before any key is looked for."""

import binascii
import re
from base64 import urlsafe_b64decode

import msgspec

from gateway.identity.errors import InvalidToken

MAX_TOKEN_BYTES = 8 * 1024

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class TokenHeader(msgspec.Struct, frozen=True):
    """The members that are judged; everything else in a header has no say.

    A token that demands an extension (`crit`) or keeps its payload apart (`b64`) is none of ours.
    """

    alg: str
    kid: str
    typ: str
    crit: msgspec.UnsetType | object = msgspec.UNSET
    b64: msgspec.UnsetType | object = msgspec.UNSET


def read_header(token: str) -> TokenHeader:
    """Return the header of a token in three parts; raise InvalidToken for any other text."""
    if len(token) > MAX_TOKEN_BYTES:
        raise InvalidToken("it is larger than 8 KiB")
    if _COMPACT.fullmatch(token) is None:
        raise InvalidToken("it has not three parts")
    encoded = token.partition(".")[0]
    try:
        header = msgspec.json.decode(
            urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)), type=TokenHeader
        )
    except (msgspec.DecodeError, binascii.Error, ValueError, RecursionError):
        raise InvalidToken("its header cannot be read") from None
    if header.crit is not msgspec.UNSET or header.b64 is not msgspec.UNSET:
        raise InvalidToken("its header demands what is not known")
    return header
