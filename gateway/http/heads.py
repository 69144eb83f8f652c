"""How large the head of a request may be: its address, and all its headers (HT-11).

The server has read them by then. How much it holds at most is for it to bound.
"""

from itertools import chain
from typing import Final

from starlette.types import Scope

from gateway.http.refusals import Refused

MOST_HEADERS: Final = 100
MOST_BYTES: Final = 16 * 1024
MOST_BYTES_OF_COOKIES: Final = 7 * 1024
"""As much as a header may have where nginx stands in front; a token's own bound is its door's."""


def is_too_large(scope: Scope) -> bool:
    """Is the head of this request larger than any that is asked in earnest?"""
    headers = scope["headers"]
    address = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    size = address + sum(map(len, chain.from_iterable(headers)))
    if len(headers) > MOST_HEADERS or size > MOST_BYTES:
        return True
    return size > MOST_BYTES_OF_COOKIES and _cookies(scope) > MOST_BYTES_OF_COOKIES


def _cookies(scope: Scope) -> int:
    return sum(len(value) for name, value in scope["headers"] if name == b"cookie")


def too_large() -> Refused:
    """Ask with fewer headers, or shorter ones."""
    return Refused(431, "The request's headers are too large.", headers={"connection": "close"})
