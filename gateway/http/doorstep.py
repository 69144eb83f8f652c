"""Who is sent away at the doorstep: before theirs is a request, while the line is too long anyway.

To take in a request and to refuse it in its turn costs a quarter of what an answer costs. Where
three times as many come as can be answered, a worker would do little else, and whoever is at the
port would wait unheard.
"""

import asyncio
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from typing import Final

import structlog
from starlette.datastructures import QueryParams
from starlette.requests import HTTPConnection
from starlette.types import Scope

from gateway.counts import StreetCounts
from gateway.header_pairs import Pair, first, written
from gateway.http.admitting import Admitting
from gateway.http.exchange import JSON, Answer, GraphQLRequest
from gateway.http.front_ends import FrontEnds
from gateway.http.headers import SafeHeaders
from gateway.http.leaving import Leaving
from gateway.http.refusals import Refused
from gateway.http.requests import from_body, from_query_string
from gateway.request_ids import ID, given_id

MOST_BYTES: Final = 32 * 1024
"""Of a body larger than this it is not looked at here what it asks."""

TOLD_SECONDS: Final = 1.0
"""How often a line of the log tells how many were sent away."""

_TELLING: Final = b"mutation", b"documentId", b"persistedQuery", b"\\"
"""A body without any of these, however it is to be read, asks for nothing but to read."""

_READS: Final = GraphQLRequest(query="{ __typename }")
_MOST_ORIGINS: Final = 100

_log = structlog.get_logger("http")


@dataclass(slots=True)
class Doorstep:
    """Sends away who only reads, and would be sent away by the gate as soon as they came to it.

    It reads as much of a request as tells its lane, and in doubt lets it come: what may change
    something, staff's and whatever cannot be read are refused or answered in their turn. Who is
    sent away is counted at the gate and by status, and has an id; lines in the log are written for
    all of a second together.
    """

    path: bytes
    admitting: Admitting
    _: KW_ONLY
    address_of: Callable[[HTTPConnection], str]
    headers: SafeHeaders
    front_ends: FrontEnds | None = None
    leaving: Leaving = field(default_factory=Leaving)
    counts: StreetCounts = field(default_factory=StreetCounts)
    _ends: dict[bytes | None, bytes] = field(default_factory=dict)
    _untold: int = 0

    def is_before(self, target: bytes) -> bool:
        """Is it this path that is asked for?"""
        return target == self.path or target.partition(b"?")[0] == self.path

    def lets_in(self) -> None:
        """Take in that a request comes: to the readers' line, for all that is known."""
        self.admitting.expect()

    def is_shut(self) -> bool:
        """Are some who only read sent away at this moment?"""
        return self.admitting.is_strained() and not self.leaving.has_begun

    def sends_away(self, scope: Scope, target: bytes, body: bytes) -> bytes | None:
        """Return an answer as it is sent, without its status, None where this request may come.

        Of the scope its method, headers and client are looked at, as they were sent.
        """
        asked = _read(scope, target, body)
        if asked is None:
            return None
        request = HTTPConnection(scope)
        refused = self.admitting.refusal(request.headers, lambda: self.address_of(request), asked)
        if refused is None:
            return None
        self.counts.requests[self.path.decode("ascii"), refused.status] += 1
        self._tell_soon()
        return self._written(refused.answer(), scope)

    def _written(self, answer: Answer, scope: Scope) -> bytes:
        told = [(name.encode("ascii"), of.encode("ascii")) for name, of in answer.headers.items()]
        told.append((b"content-length", b"%d" % len(answer.body)))
        told.append((ID, given_id(scope).encode("ascii")))
        origin = first(scope["headers"], b"origin")
        return written(told) + self._always(origin) + answer.body

    def _always(self, origin: bytes | None) -> bytes:
        """Return the end of a head, with what every answer to this origin has."""
        known = self._ends.get(origin)
        if known is not None:
            return known
        told: list[Pair] = [(b"content-type", JSON.encode("ascii"))]
        if self.front_ends is not None:
            self.front_ends.add_to(
                told, {"headers": () if origin is None else ((b"origin", origin),)}
            )
        self.headers.add_to(told)
        end = written(told) + b"\r\n"
        if len(self._ends) < _MOST_ORIGINS:
            self._ends[origin] = end
        return end

    def _tell_soon(self) -> None:
        self._untold += 1
        if self._untold == 1:
            asyncio.get_running_loop().call_later(TOLD_SECONDS, self._tell)

    def _tell(self) -> None:
        _log.warning("sent away", count=self._untold, path=self.path.decode("ascii"), status=503)
        self._untold = 0


def _read(scope: Scope, target: bytes, body: bytes) -> GraphQLRequest | None:
    """Return what is asked as far as it tells a lane, None where that is to be told in its turn."""
    if len(body) > MOST_BYTES:
        return None
    try:
        if scope["method"] == "GET":
            return from_query_string(QueryParams(target.partition(b"?")[-1]))
        if any(word in body for word in _TELLING):
            return from_body(body)
    except Refused:
        return None
    return _READS
