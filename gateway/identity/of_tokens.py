"""What is remembered of tokens: by a digest, for who holds one can do nothing with it."""

import hashlib
from typing import Final, Generic, TypeVar

from adapters.remembered import Remembered

V = TypeVar("V")

_BYTES_OF_A_CHARACTER: Final = 4


class Token(str):
    """A token whose digest is made once, however many remember something of it."""

    __slots__ = ("_digest",)

    def digest(self) -> bytes:
        """Return its name."""
        known: bytes | None = getattr(self, "_digest", None)
        if known is None:
            known = self._digest = _digest_of(self)
        return known


class OfTokens(Generic[V]):
    """Remembers one thing of each token, up to `most` bytes in all, as reckoned.

    `each` is how many bytes it takes beside what the token's own text may have in it.
    """

    def __init__(self, most: int, each: int) -> None:
        self._each = each
        self._tokens: Remembered[bytes, V] = Remembered(most)

    def __len__(self) -> int:
        """Of how many is something remembered?"""
        return len(self._tokens)

    @property
    def weight(self) -> int:
        """How many bytes it takes, as reckoned."""
        return self._tokens.weight

    def find(self, token: str) -> V | None:
        """Return what was found of this token, None where that is not remembered."""
        return self._tokens.find(_digest(token))

    def keep(self, token: str, found: V) -> None:
        """Remember what was found of it."""
        weight = self._each + _BYTES_OF_A_CHARACTER * len(token)
        self._tokens.keep(_digest(token), found, weight)

    def forget(self, token: str) -> None:
        """Remember nothing of it."""
        self._tokens.forget(_digest(token))


def _digest(token: str) -> bytes:
    return token.digest() if type(token) is Token else _digest_of(token)


def _digest_of(token: str) -> bytes:
    """Return its name: of half a character too, which a token cannot have."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
