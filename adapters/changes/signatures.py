"""Is this the body that ServiceTitan signed?"""

import hmac
import re
from base64 import b64decode
from collections.abc import Iterable

_HEX = re.compile(r"[0-9a-fA-F]{64}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{43}=")
_LABEL = "sha256="


def is_signed(body: bytes, told: str, keys: Iterable[bytes]) -> bool:
    """Does this header hold the HMAC-SHA256 of exactly these bytes, by one of these keys?

    As 64 hexadecimal digits or in base64, with or without `sha256=` before it. Every key is tried,
    each in a time that tells nothing of where a difference is.
    """
    given = _digest(told.strip().removeprefix(_LABEL))
    if given is None:
        return False
    made = [hmac.digest(key, body, "sha256") for key in keys]
    return sum(hmac.compare_digest(given, each) for each in made) > 0


def _digest(told: str) -> bytes | None:
    if _HEX.fullmatch(told):
        return bytes.fromhex(told)
    return b64decode(told) if _BASE64.fullmatch(told) else None
