"""The other end of a run's line: how a child hears what to do and tells what came of it."""

import sys
from typing import TypeVar

import msgspec

T = TypeVar("T")


def hear(wish: type[T]) -> T | None:
    """Return what is to be done; None when the run has ended."""
    line = sys.stdin.buffer.readline()
    return msgspec.json.decode(line, type=wish) if line else None


def tell(answer: msgspec.Struct | list[msgspec.Struct]) -> None:
    """Tell the run what came of it."""
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()
