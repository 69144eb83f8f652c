"""Tokens that were verified, remembered until they end: a signature costs as much as an answer."""

import hashlib
from dataclasses import dataclass
from typing import Final

from gateway.identity.claims import Span
from gateway.identity.people import Person
from gateway.identity.signatures import Signed
from gateway.remembered import Remembered

MOST_REMEMBERED: Final = 16 * 1024 * 1024
"""How much memory an issuer's tokens may take in all, in bytes, as reckoned: some thousands."""

_BYTES_OF_A_CHARACTER: Final = 4
_BYTES_OF_ANY: Final = 3_000


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of a token: by which key, whom it names, when it holds.

    `until` is until when it is believed, in seconds since 1970.
    """

    signed: Signed
    person: Person
    span: Span
    until: int


class VerifiedTokens:
    """Remembers by a digest, for who holds one can do nothing with it; refusals are none of these.

    Whoever was refused may be let in as soon as a key is published, and would else choose what is
    remembered here.
    """

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._tokens: Remembered[bytes, Verified] = Remembered(most)

    def __len__(self) -> int:
        """How many are remembered?"""
        return len(self._tokens)

    @property
    def weight(self) -> int:
        """How many bytes they take, as reckoned."""
        return self._tokens.weight

    def find(self, token: str) -> Verified | None:
        """Return what was found of this token, None where that is not remembered."""
        return self._tokens.find(_digest(token))

    def keep(self, token: str, found: Verified) -> None:
        """Remember what was found of it."""
        weight = _BYTES_OF_ANY + _BYTES_OF_A_CHARACTER * len(token)
        self._tokens.keep(_digest(token), found, weight)

    def forget(self, token: str) -> None:
        """Remember nothing of it."""
        self._tokens.forget(_digest(token))


def _digest(token: str) -> bytes:
    """Return its name: of half a character too, which a token cannot have."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
