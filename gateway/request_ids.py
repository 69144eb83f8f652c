"""The id of a request: on its answer, and in every line of the log that tells of it."""

import random
import re
from typing import Final

from starlette.types import Scope

from gateway.header_pairs import first
from gateway.log_fields import scrubbed

ID: Final = b"x-request-id"
"""The header, as servers spell it."""

_SAFE: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def is_kept(told: bytes) -> bool:
    """Is an id that came with a request kept: one that the log may hold as it is (LG-5)?

    What looks like a card's number is left out of every line, and would lead to none of them.
    """
    return _SAFE.fullmatch(told) is not None and scrubbed(text := told.decode("ascii")) == text


def given_id(scope: Scope) -> str:
    """Return the id that a request brings, or another where it brings none that is kept."""
    told = first(scope["headers"], ID)
    return new_id() if told is None or not is_kept(told) else told.decode("ascii")


def new_id() -> str:
    """Return an id for a request that brings none: it tells requests apart, and hides nothing.

    It begins with a letter: of sixteen signs of a number to the base of sixteen all are digits once
    in two thousand times, as in a card's.
    """
    return f"r{random.getrandbits(60):015x}"
