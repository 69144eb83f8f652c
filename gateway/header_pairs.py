"""Headers as they are on the wire."""

from collections.abc import Iterable

Pair = tuple[bytes, bytes]
"""A header's name in small letters, and what it says."""


def put(headers: list[Pair], name: bytes, value: bytes) -> None:
    """Say this and nothing else under this name, which is in small letters."""
    if name in dict(headers):
        headers[:] = [pair for pair in headers if pair[0] != name]
    headers.append((name, value))


def first(headers: Iterable[Pair], wanted: bytes) -> bytes | None:
    """What does the first header of this name say? None: there is none."""
    for name, value in headers:
        if name == wanted:
            return value
    return None


def written(headers: Iterable[Pair]) -> bytes:
    """Return headers as lines of a head."""
    return b"".join([b"%b: %b\r\n" % pair for pair in headers])
