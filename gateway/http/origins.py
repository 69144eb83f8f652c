"""Which pages may open a WebSocket here: a browser lets any page, and asks nobody before."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from gateway.identity.same_origin import own_origin


class Origins:
    """Our own pages and those of the front ends; what is no browser names no origin.

    Without `public_url` our own are those of the host that was asked; nobody signs in by cookie
    then.
    """

    def __init__(self, public_url: str | None, front_ends: Sequence[str]) -> None:
        self._own = None if public_url is None else own_origin(public_url).origin
        self._front_ends = frozenset(front_ends)

    def may_open(self, headers: Headers) -> bool:
        """May whoever sent these headers have a WebSocket?"""
        told = headers.getlist("origin")
        if not told:
            return True
        if len(told) > 1:
            return False
        return told[0] in self._front_ends or self._is_own(told[0], headers)

    def _is_own(self, origin: str, headers: Headers) -> bool:
        if self._own is not None:
            return origin == self._own
        parts = urlsplit(origin)
        return parts.scheme in {"http", "https"} and headers.getlist("host") == [parts.netloc]
