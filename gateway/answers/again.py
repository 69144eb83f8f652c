"""The very same request again: answered at the threshold, where it would be from what is kept.

A request that is read, judged and looked up as any other costs ten times as much as telling its
answer. So what was found of a request is kept under its own bytes: everything that is known by them
alone. Whatever else there is to judge is judged each time, at the moment it came.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from starlette.datastructures import Headers
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from adapters.remembered import Remembered
from gateway.answers.repeated import Repeated, Repeating
from gateway.answers.request_lines import OK, RequestLines, lines_of
from gateway.header_pairs import Pair, written
from gateway.http.admitting import Admitting, Passing
from gateway.http.heard import Answered, Heard, Piece
from gateway.http.leaving import Leaving
from gateway.http.starts import Starts
from gateway.identity.bearer import Bearer
from gateway.identity.verified import Verified
from gateway.request_ids import ID, new_id
from gateway.same_lines import SameLine
from gateway.telemetry import RequestLog

MOST_REMEMBERED: Final = 16 * 1024 * 1024
"""How much memory requests that are known may take in all, in bytes, as reckoned."""

_BYTES_OF_ANY: Final = 6_000


class _Known(NamedTuple):
    """What was found of a request by its bytes; `head` and `rest` stand around the answer's id."""

    verified: Verified
    passing: Passing
    repeated: Repeated
    lines: RequestLines
    line: SameLine | None
    head: bytes
    rest: bytes


class Again:
    """Knows requests by their bytes. In whatever doubt it answers none: then it is as any other.

    It knows those of customers with a bearer token alone, that were answered whole from what is
    kept. Each time it is judged whether their token holds, whether the gate would let them pass,
    what their answer goes by, and what they may still spend; and each is counted and has its line
    in the log. Where a process ends that is told in the ordinary way. `answered` counts requests
    since the start, of which others that were answered from what is kept are none.
    """

    def __init__(
        self,
        bearer: Bearer,
        admitting: Admitting,
        repeating: Repeating,
        leaving: Leaving,
        log: RequestLog,
        most: int = MOST_REMEMBERED,
    ) -> None:
        self._bearer = bearer
        self._admitting = admitting
        self._repeating = repeating
        self._leaving = leaving
        self._log = log
        self.answered = 0
        self._requests: Remembered[object, _Known] = Remembered(most)
        self._starts = Starts(STATUS_LINE[OK])

    def __len__(self) -> int:
        """How many requests are known?"""
        return len(self._requests)

    @property
    def weight(self) -> int:
        """How many bytes that takes, as reckoned."""
        return self._requests.weight

    def answer(
        self, piece: Piece, before: Sequence[Pair], write: Callable[[bytes], object]
    ) -> Answered:
        """Answer a request, if it is known and nothing is in doubt; else nothing is done at all.

        `before` are headers that the server puts before an answer's own.
        """
        known = self._requests.find(piece.name)
        if known is None or self._leaving.has_begun:
            return Answered.NO
        began, repeated = self._log.now(), known.repeated
        if not self._bearer.surely_holds(known.verified) or not self._repeating.stands(repeated):
            self._requests.forget(piece.name)
            return Answered.NO
        if not self._admitting.may_pass(known.passing) or not self._repeating.charge(repeated):
            return Answered.NO
        given = piece.request_id or new_id()
        write(b"".join((self._starts.after(before), known.head, given.encode("ascii"), known.rest)))
        self.answered += 1
        seconds = self._log.now() - began
        self._repeating.count(repeated, seconds)
        known.lines.write(known.line, given, repeated.ended, began, seconds)
        return Answered.YES

    def has_time(self) -> bool:
        """May a request be answered in this round of the loop? It takes next to none."""
        return True

    def take_in(self, heard: Heard) -> None:
        """Take in how a request was answered, to know it from now on where that may be."""
        if not heard.is_kept or heard.asked is None or heard.viewer is None:
            return
        if not heard.is_plain():
            return
        asked, viewer, address = heard.asked, heard.viewer, heard.address
        headers = Headers(scope=heard.scope)
        verified, passing = self._bearer.remembered_of(headers.getlist("authorization")), None
        if verified is not None:
            passing = self._admitting.passing(headers, address, asked, viewer)
        repeated = None if passing is None else self._repeating.of(asked, viewer, address)
        if verified is None or passing is None or repeated is None:
            return
        names = [name for name, _ in heard.head]
        if names.count(ID) != 1 or b"connection" in names:
            return
        at = names.index(ID)
        head = written(heard.head[:at]) + ID + b": "
        rest = b"\r\n" + written(heard.head[at + 1 :]) + b"\r\n" + heard.body
        lines = lines_of(self._log, viewer, heard.scope)
        line = lines.spelled(repeated.ended)
        known = _Known(verified, passing, repeated, lines, line, head, rest)
        weight = _BYTES_OF_ANY + len(head) + len(rest)
        self._requests.keep(heard.piece.name, known, weight)
