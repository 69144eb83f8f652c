"""JSON as a stranger may send it: one spelling for each value, and none that hurts (HT-8).

A body is read twice at most: fast, where nothing of it is in doubt, and else with care.
"""

import json
import math
import re
from typing import Final, NoReturn

import msgspec

from gateway.http.refusals import bad_request

MAX_DEPTH = 32
MAX_DIGITS = 18

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


_BEYOND: Final = 10**MAX_DIGITS
_decode: Final = msgspec.json.Decoder().decode


class Doubtful(Exception):  # noqa: N818  # a state: `judged` tells whether it is an error
    """A body that has to be read with care; most of these are good."""


def parsed(body: bytes) -> object:
    """Return the one JSON value of the body.

    Raises Refused (400) unless it is UTF-8 without a byte-order mark, nested at most 32 deep, with
    whole numbers of at most 18 digits, finite ones else, whole characters, and no member twice.
    """
    try:
        return plain(body)
    except Doubtful:
        return judged(body)


def plain(body: bytes) -> object:
    """Return the value of a body that `judged` takes too; raises Doubtful, for good ones as well.

    msgspec keeps the last of two members of one name. Each took a colon with it, so that what was
    read has as many as there are in the body, unless one is written as an escape.
    """
    if b"\\u" in body:
        raise Doubtful
    try:
        value: object = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Doubtful from None
    if _colons(value, MAX_DEPTH) != body.count(b":"):
        raise Doubtful
    return value


def _colons(value: object, deep: int) -> int:
    """Return how many colons this is written with; it may be nested so deep, else Doubtful."""
    if isinstance(value, str):
        return value.count(":")
    if isinstance(value, dict):
        if not deep:
            raise Doubtful
        found = len(value)
        for name, each in value.items():
            found += name.count(":")
            if each is not None:
                found += _colons(each, deep - 1)
        return found
    if isinstance(value, list):
        if not deep:
            raise Doubtful
        found = 0
        for each in value:
            found += _colons(each, deep - 1)
        return found
    if isinstance(value, (int, float)) and not -_BEYOND < value < _BEYOND:
        raise Doubtful
    return 0


def judged(body: bytes) -> object:
    """Return the value of any body, as `parsed` does, slowly; raises Refused, which says why."""
    try:
        text = body.decode()
        _check_depth(text)
        value: object = _DECODER.decode(text)
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair has no bytes
    except ValueError:
        raise bad_request("The body is not valid JSON in UTF-8.") from None
    return value


def _check_depth(text: str) -> None:
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MAX_DEPTH:
            raise bad_request(f"The JSON is nested more than {MAX_DEPTH} deep.")


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise bad_request(f"A whole number has more than {MAX_DIGITS} digits.")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise bad_request("A number is too large.")
    return number


def _no_number(name: str) -> NoReturn:
    raise bad_request(f"{name} is not a JSON number.")


def _once(members: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(members)
    if len(found) < len(members):
        raise bad_request("An object names a member twice.")
    return found


_DECODER = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=_whole, parse_float=_finite, parse_constant=_no_number
)
