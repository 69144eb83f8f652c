"""Card numbers that somebody wrote where none belongs: they are refused, and never kept."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

# Sixteen digits in fours, fifteen as four, six and five, or all in a run of 13 to 19. Digits that
# touch a letter, a digit or a point are a part of something else: of an id, or of a coordinate.
# No card that a processor takes begins with 0, 1 or 9: a time in milliseconds begins with 1.
_BEFORE, _AFTER = r"(?<![0-9A-Za-z.\-])", r"(?![0-9A-Za-z\-]|\.\d)"
_NUMBER: Final = re.compile(
    rf"{_BEFORE}(?:"
    r"[2-8]\d{12,18}"
    r"|[2-8]\d{3}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?"
    r"|3\d{3}([ -])\d{6}\2\d{5}"
    rf"){_AFTER}",
    re.ASCII,
)
_TEN = 10


def holds_card_number(told: object) -> bool:
    """Does a string in this value, however deep it lies, hold what looks like a card's number?"""
    return any(_in(text) for text in _strings(told))


def _in(text: str) -> bool:
    return any(_adds_up(found[0]) for found in _NUMBER.finditer(text))


def _adds_up(number: str) -> bool:
    """Does its last digit check the others (ISO/IEC 7812, Luhn)?"""
    digits = [int(sign) for sign in reversed(number) if sign.isdecimal()]
    doubled = (sum(divmod(2 * digit, _TEN)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % _TEN == 0


def _strings(told: object) -> Iterable[str]:
    todo = [told]
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, int) and not isinstance(value, bool):
            yield str(value)
        elif isinstance(value, Mapping):
            todo += [*value.keys(), *value.values()]
        elif isinstance(value, list | tuple):
            todo += value
