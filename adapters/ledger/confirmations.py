"""Confirmation numbers: what a customer is told, and what a payment is known by elsewhere."""

import re
from secrets import randbits
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _LETTERS, _BITS = 3, 4, 5
_SHAPE = re.compile(f"[{_ALPHABET}]{{4}}-[{_ALPHABET}]{{4}}-[{_ALPHABET}]{{4}}")


def new_confirmation() -> str:
    """Return 60 random bits in Crockford's base 32, as XXXX-XXXX-XXXX."""
    bits = randbits(_GROUPS * _LETTERS * _BITS)
    letters = [_ALPHABET[bits >> shift & 31] for shift in range(0, 60, _BITS)]
    groups = ("".join(letters[at : at + _LETTERS]) for at in range(0, len(letters), _LETTERS))
    return "-".join(groups)


def is_confirmation(text: str) -> bool:
    """Is this spelled as a confirmation number is?"""
    return _SHAPE.fullmatch(text) is not None
