"""An answer that is whole when it begins: its head and its body, given to the network in one go.

By ASGI an answer takes two messages, each on its way through whatever stands around, and uvicorn
writes each by itself. Most answers of ours are whole before anything of them is sent.
"""

from functools import lru_cache
from typing import Any, Final

from starlette.types import Message, Scope
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)

from gateway.header_pairs import Pair

KEY: Final = "whole"
"""Under which a request's scope has who takes an answer in one go; not where nobody does."""

TYPE: Final = "http.response.whole"
"""Of a message that is a head and all of a body: `status`, `headers` and `body`."""

_LENGTH: Final = b"content-length"
_BY_ITS_END: Final = frozenset((b"connection", b"transfer-encoding"))
_NO_BODY: Final = frozenset((204, 304))
_REMEMBERED: Final = 256


class Whole:
    """Writes one answer for one of uvicorn's cycles, as the cycle would write it."""

    __slots__ = ("_cycle",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle

    def is_written(self, status: int, headers: list[Pair], body: bytes) -> bool:
        """Write an answer. False: nothing was done, it is to be sent in the ordinary way.

        It is one that is awaited by nobody, must wait until others are sent, ends its connection,
        or is spelled as the cycle would refuse it.
        """
        cycle: Any = self._cycle
        if cycle.response_started or cycle.disconnected or cycle.flow.write_paused:
            return False
        if not cycle.keep_alive or cycle.access_log or cycle.scope["method"] == "HEAD":
            return False
        lines = _lines([*cycle.default_headers, *headers], len(body))
        if lines is None or status in _NO_BODY:
            return False
        cycle.response_started = True
        cycle.waiting_for_100_continue = False
        cycle.transport.write(b"".join((STATUS_LINE[status], *lines, b"\r\n", body)))
        cycle.response_complete = True
        cycle.message_event.set()
        cycle.on_response()
        return True


def _lines(headers: list[Pair], size: int) -> list[bytes] | None:
    """Return the lines of a head whose body has so many bytes; None for one that is unusual."""
    lines: list[bytes] = []
    told = 0
    for pair in headers:
        line = _line(pair)
        if line is None:
            return None
        if pair[0] == _LENGTH:
            if pair[1] != b"%d" % size:
                return None
            told += 1
        lines.append(line)
    return lines if told == 1 else None


@lru_cache(_REMEMBERED)
def _line(pair: Pair) -> bytes | None:
    """Return the line of a header; most of them are in every answer."""
    name, value = pair
    if name in _BY_ITS_END or HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        return None
    return b"%b: %b\r\n" % (name.lower(), value)


def parts_of(message: Message) -> tuple[Message, Message]:
    """Return the two messages that are the same."""
    start = {
        "type": "http.response.start",
        "status": message["status"],
        "headers": message["headers"],
    }
    return start, {"type": "http.response.body", "body": message["body"]}


def whole_in(scope: Scope) -> Whole | None:
    """Return who takes the answer to this request in one go, None where nobody does."""
    whole: Whole | None = scope.get(KEY)
    return whole
