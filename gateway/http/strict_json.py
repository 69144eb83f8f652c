"""JSON as a stranger may send it: one spelling for each value, and none that hurts (HT-8)."""

import json
import math
import re
from typing import NoReturn

from gateway.http.refusals import bad_request

MAX_DEPTH = 32
MAX_DIGITS = 18

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def parsed(body: bytes) -> object:
    """Return the one JSON value of the body.

    Raises Refused (400) unless it is UTF-8 without a byte-order mark, nested at most 32 deep, with
    whole numbers of at most 18 digits, finite ones else, whole characters, and no member twice.
    """
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
