"""Tokens that were verified, remembered until they end: a signature costs as much as an answer."""

from dataclasses import dataclass
from typing import Final

from gateway.identity.claims import Span
from gateway.identity.of_tokens import OfTokens
from gateway.identity.people import Person
from gateway.identity.signatures import Signed

MOST_REMEMBERED: Final = 16 * 1024 * 1024
"""How much memory an issuer's tokens may take in all, in bytes, as reckoned: some thousands."""

_BYTES_OF_ANY: Final = 3_000


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of a token: by which key, whom it names, when it holds."""

    signed: Signed
    person: Person
    span: Span


class VerifiedTokens(OfTokens[Verified]):
    """Remembers what was verified; refusals are none of these.

    Whoever was refused may be let in as soon as a key is published, and would else choose what is
    remembered here.
    """

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        super().__init__(most, _BYTES_OF_ANY)
