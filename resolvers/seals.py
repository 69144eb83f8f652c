"""Seals: what a stranger carries for us, who can neither read nor change it (JWE, A256GCM)."""

import hashlib
import hmac
from typing import Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_HEADER: Final = {"alg": "dir", "enc": "A256GCM"}
_LONGEST = 2048
# What opens with another header, or with a key that is not ours, was not made here.
_ALGORITHMS = list(_HEADER.values())


class Seal:
    """Closes and opens for one purpose; every worker with the same secret can open it.

    `secret` is the gateway's. The key is made from it for this purpose alone, so that nothing
    sealed for one purpose can be shown for another.
    """

    def __init__(self, secret: bytes, purpose: bytes) -> None:
        self._key = OctKey.import_key(hmac.digest(secret, purpose, hashlib.sha256))

    def close(self, plain: bytes) -> str:
        """Return it sealed: letters, digits, `-`, `_` and `.`, fit for an address or a cookie."""
        return jwe.encrypt_compact(_HEADER, plain, self._key, algorithms=_ALGORITHMS)

    def open(self, token: str) -> bytes | None:
        """Return what was sealed in it; None where it was not sealed here for this purpose."""
        if len(token) > _LONGEST or not token.isascii():
            return None
        try:
            return jwe.decrypt_compact(token, self._key, algorithms=_ALGORITHMS).plaintext
        except (JoseError, ValueError):
            return None
