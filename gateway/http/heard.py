"""A request that came in one piece: its bytes, by which the very same one is known again."""

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, NamedTuple

from starlette.types import Scope

from gateway.header_pairs import Pair
from gateway.http.exchange import Answer, GraphQLRequest, HTTPInfo
from gateway.http.heads import MOST_HEADERS
from gateway.request_ids import ID, is_kept
from resolvers.origins import UNTOLD, Origin
from resolvers.viewer import Viewer

MOST_BYTES: Final = 8 * 1024
"""A larger one is heard as any other: no head is too large then, with whatever id."""

KEY: Final = "heard"
"""Under which a request's scope has what was heard of it."""

_STARTS: Final = b"POST /graphql ", b"GET /graphql?"
_END: Final = b"\r\n"
_POSTS: Final = _STARTS[0]
_OF_SIZES: Final = b"\r\nContent-Length: ", b"\r\ncontent-length: "
_OF_IDS: Final = b"\r\nx-request-id: ", b"\r\nX-Request-Id: ", b"\r\nX-Request-ID: "

_NOT_PLAIN: Final = frozenset(
    (
        *(b"expect", b"trailer", b"transfer-encoding", b"upgrade"),  # it comes in another way
        *(b"traceparent", b"tracestate"),  # it is another each time
    )
)


class Answered(Enum):
    """Was a request answered at the threshold? LATER: perhaps in the loop's next round."""

    YES = auto()
    NO = auto()
    LATER = auto()


class Piece(NamedTuple):
    """All bytes of a request but its id's, under one name, with whom they came from.

    `request_id` is the id that was taken out, None where none was. Nobody can do anything with the
    name, who could with the token in those bytes.
    """

    name: tuple[str, bytes]
    data: bytes
    request_id: str | None


class Head(NamedTuple):
    """All bytes of a head but its id's and its size, under one name, and the body it came with."""

    name: Hashable
    body: bytes


@dataclass(slots=True)
class Heard:
    """Such a request, and how it was answered where that was whole: for who hears it again."""

    piece: Piece
    scope: Scope
    asked: GraphQLRequest | None = None
    viewer: Viewer | None = None
    address: str = ""
    body: bytes = b""
    origin: Origin = UNTOLD
    is_kept: bool = False
    head: list[Pair] = field(default_factory=list)

    def answered(
        self, asked: GraphQLRequest, viewer: Viewer, how: HTTPInfo, answer: Answer
    ) -> None:
        """Take in what it asked, whose it was, and that it was answered whole by this."""
        self.asked, self.viewer, self.body = asked, viewer, answer.body
        self.address, self.origin, self.is_kept = how.address, how.origin, answer.is_kept

    def is_plain(self) -> bool:
        """Would it be read just the same with another id, or without?

        So it is where each line of the head ends as lines do, and the rest is the body.
        """
        head, _, body = self.piece.data.partition(_END + _END)
        lines = head.count(_END)
        if not lines == head.count(b"\n") == head.count(b"\r") < MOST_HEADERS:
            return False
        if b"\r\n " in head or b"\r\n\t" in head:
            return False
        headers = self.scope["headers"]
        told = dict(headers)
        ids = sum(name == ID for name, _ in headers)
        if ids != (self.piece.request_id is not None):
            return False
        if not told.keys().isdisjoint(_NOT_PLAIN):
            return False
        announced: bytes = told.get(b"content-length", b"0")
        return announced == b"%d" % len(body)


def piece_of(peer: str, data: bytes) -> Piece | None:
    """Return these bytes as one piece, if they may be one request to the graph."""
    if len(data) > MOST_BYTES or not data.startswith(_STARTS):
        return None
    rest, given = _without_id(data)
    return Piece((peer, hashlib.sha256(rest).digest()), rest, given)


def _without_id(data: bytes) -> tuple[bytes, str | None]:
    """Return the bytes without the line of the request's id, and that id; all where it has none.

    An id that would not be kept is left where it is, and so is one that is spelled unusually.
    """
    for line in _OF_IDS:
        at = data.find(line)
        if at > 0:
            begins = at + len(line)
            ends = data.find(_END, begins)
            told = data[begins:ends]
            if at < data.find(_END + _END) and is_kept(told):
                return data[:at] + data[ends:], told.decode("ascii")
    return data, None


def head_of(piece: Piece) -> Head | None:
    """Return the head of a piece, where all of it but its size may be another request's too."""
    head, between, body = piece.data.partition(_END + _END)
    if not (between and head.startswith(_POSTS)):
        return None
    for line in _OF_SIZES:
        at = head.find(line)
        if at > 0:
            begins = at + len(line)
            ends = head.find(_END, begins)
            ends = len(head) if ends < 0 else ends
            if head[begins:ends] != b"%d" % len(body):
                return None
            peer, _ = piece.name
            return Head((peer, hashlib.sha256(head[:at] + head[ends:]).digest()), body)
    return None


def heard_in(scope: Scope) -> Heard | None:
    """Return what was heard of this request, None where it did not come in one piece."""
    heard: Heard | None = scope.get(KEY)
    return heard
