"""The names by which a gateway is asked: how requests say them, and which are ours (HT-17)."""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

_NAME: Final = r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])"
_ALONE: Final = re.compile(_NAME)
_IN_HEADER: Final = re.compile(_NAME.encode() + rb"(?::[0-9]{1,5})?")


def own_hosts(public_url: str | None, more: Collection[str] = ()) -> frozenset[str]:
    """Which names are ours? Those that somebody has said; none where nobody has."""
    public = urlsplit(public_url or "").hostname
    if public is None:
        return frozenset(more)
    return frozenset((*more, f"[{public}]" if ":" in public else public))


def host_of(header: bytes) -> str | None:
    """Which name does a Host header say, in small letters, without its port? None: none."""
    found = _IN_HEADER.fullmatch(header)
    return None if found is None else found[1].decode("ascii").lower()


def host_name(text: str) -> str:
    """Return a name as requests say it, in small letters; raise ValueError for what is none.

    An address of version 6 stands in brackets; a port is no part of a name.
    """
    if not _ALONE.fullmatch(text):
        raise ValueError("no name of a host")
    return text.lower()
