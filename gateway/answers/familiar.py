"""Whoever asks again, and something else: answered at the threshold, where memory can.

A request that comes with a head that is known differs by its body alone. Who sends it, as what they
are let in, and how they are answered was found before; what they ask is read and judged here, and
made from what is remembered in one go.
"""

from collections.abc import Callable, Hashable, Sequence
from contextvars import copy_context
from typing import Final

from starlette.datastructures import Headers
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from adapters.remembered import Remembered
from gateway.answers.askers import Asker, head_for_any
from gateway.answers.prompt import Prompting
from gateway.answers.request_lines import OK, lines_of
from gateway.guard.budgets import payer_of
from gateway.header_pairs import Pair
from gateway.http.admitting import Admitting
from gateway.http.exchange import GraphQLRequest
from gateway.http.heard import Answered, Heard, Piece, head_of
from gateway.http.leaving import Leaving
from gateway.http.refusals import Refused
from gateway.http.requests import from_body
from gateway.http.starts import Starts
from gateway.identity.bearer import Bearer
from gateway.request_ids import new_id
from gateway.telemetry import RequestLog
from resolvers.policy import Policy
from resolvers.viewer import Viewer, ViewerKind

MOST_REMEMBERED: Final = 16 * 1024 * 1024
"""How much memory heads that are known may take in all, in bytes, as reckoned."""

_BYTES_OF_ANY: Final = 8_000
_BYTES_OF_A_NAME: Final = 250
_MOST_NAMES: Final = 10_000 * _BYTES_OF_A_NAME


class Familiar:
    """Knows customers with a bearer token by their heads. In whatever doubt it answers none.

    A head is known once it came twice. A request that came before to the letter is left to the
    ordinary way, which keeps its answer. `answered` counts requests since the start.
    """

    def __init__(
        self,
        bearer: Bearer,
        admitting: Admitting,
        prompting: Prompting,
        policy: Callable[[], Policy],
        leaving: Leaving,
        log: RequestLog,
        most: int = MOST_REMEMBERED,
    ) -> None:
        self._bearer = bearer
        self._admitting = admitting
        self._prompting = prompting
        self._policy = policy
        self._leaving = leaving
        self._log = log
        self.answered = 0
        self._askers: Remembered[Hashable, Asker] = Remembered(most)
        self._came: Remembered[Hashable, Hashable] = Remembered(_MOST_NAMES)
        self._starts = Starts(STATUS_LINE[OK])

    def __len__(self) -> int:
        """How many are known?"""
        return len(self._askers)

    @property
    def weight(self) -> int:
        """How many bytes that takes, as reckoned."""
        return self._askers.weight + self._came.weight + self._prompting.weight

    def answer(
        self, piece: Piece, before: Sequence[Pair], write: Callable[[bytes], object]
    ) -> Answered:
        """Answer a request, if it can be in one go and nothing is in doubt; else nothing is done.

        Later, where this round of the loop has been given to others. `before` are headers that the
        server puts before an answer's own.
        """
        head = head_of(piece)
        asker = None if head is None else self._askers.find(head.name)
        if head is None or asker is None or self._leaving.has_begun or self._has_come(piece.name):
            return Answered.NO
        if not self._bearer.surely_holds(asker.verified):
            self._askers.forget(head.name)
            return Answered.NO
        if not self._admitting.may_pass(asker.passing):
            return Answered.NO
        if not self._admitting.has_time():
            return Answered.LATER
        began = self._log.now()
        try:
            is_told = self._answer(asker, head.body, piece.request_id, began, before, write)
        finally:
            self._admitting.spent_at_once(self._log.now() - began)
        self._comes(piece.name)
        return Answered.YES if is_told else Answered.NO

    def _answer(
        self,
        asker: Asker,
        body: bytes,
        request_id: str | None,
        began: float,
        before: Sequence[Pair],
        write: Callable[[bytes], object],
    ) -> bool:
        given, alone = request_id or new_id(), copy_context()
        try:
            asked = _read(body)
            found = None if asked is None else self._prompting.find(asker, asked)
            if found is None:
                return False
            alone.run(asker.lines.begin, given, began)
            told = self._prompting.answer(asker, found, given, alone)
        except Exception:  # noqa: BLE001  # the ordinary way meets it too, and tells it
            return False
        if told is None:
            return False
        write(asker.written(self._starts.after(before), given, told.body))
        self.answered += 1
        seconds = self._log.now() - began
        ended = self._prompting.count(found, told, seconds)
        asker.log(given, ended, began, seconds)
        return True

    def has_time(self) -> bool:
        """May a request be answered in this round of the loop?"""
        return self._admitting.has_time()

    def _has_come(self, name: Hashable) -> bool:
        """Has this very request, or head, come before?"""
        return self._came.find(name) is not None

    def _comes(self, name: Hashable) -> None:
        self._came.keep(name, name, _BYTES_OF_A_NAME)

    def take_in(self, heard: Heard) -> None:
        """Take in how a request was answered, to know who sent it from now on where that may be."""
        asked, viewer = heard.asked, heard.viewer
        if asked is None or viewer is None or asked.changes or asked.listens:
            return
        if viewer.kind is not ViewerKind.CUSTOMER or viewer.staff is not None:
            return
        self._comes(heard.piece.name)
        head, policy = head_of(heard.piece), self._policy()
        if head is None or self._is_known(head.name, viewer, policy) or not heard.is_plain():
            return
        if not self._has_come(head.name):
            self._comes(head.name)
            return
        headers = Headers(scope=heard.scope)
        verified = self._bearer.remembered_of(headers.getlist("authorization"))
        passing = self._admitting.passing(headers, heard.address, asked, viewer)
        answer = head_for_any(heard.head)
        sizes = len(headers.getlist("content-length"))
        if verified is None or passing is None or answer is None or sizes != 1:
            return
        payer = payer_of(viewer, heard.address, policy.limits)
        lines = lines_of(self._log, viewer, heard.scope)
        asker = Asker(verified, viewer, policy, payer, passing, heard.origin, lines, answer)
        self._askers.keep(head.name, asker, _BYTES_OF_ANY + len(answer))

    def _is_known(self, name: Hashable, viewer: Viewer, policy: Policy) -> bool:
        known = self._askers.find(name)
        return known is not None and known.policy is policy and known.viewer == viewer


def _read(body: bytes) -> GraphQLRequest | None:
    try:
        return from_body(body)
    except Refused:
        return None
