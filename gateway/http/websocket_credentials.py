"""What a client of a WebSocket brings to be verified: by its handshake or its first message."""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers

from gateway.http.websocket_line import Closed
from gateway.http.websocket_messages import BAD_REQUEST

_IN_MESSAGE: Final = frozenset({"authorization", "x-view-as"})
"""Browsers let no page set a header of a handshake: these may come in `connection_init`."""


def headers_of(handshake: Headers, payload: Mapping[str, object]) -> Headers:
    """Return the headers of an HTTP request that brings the same; raises Closed.

    What comes both ways comes twice, which the door refuses. Other members of the payload are
    none of ours.
    """
    raw = [*handshake.raw]
    for name, value in payload.items():
        if name.lower() not in _IN_MESSAGE:
            continue
        if not isinstance(value, str):
            raise Closed(BAD_REQUEST, f"{name.title()} must be text.")
        raw.append((name.lower().encode(), value.encode()))
    return Headers(raw=raw)
