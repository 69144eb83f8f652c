"""A connection that hears who is known by their bytes, before their request is read as one."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, cast

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.header_pairs import Pair
from gateway.http.heard import KEY, Answered, Heard, Piece, piece_of
from gateway.http.outbox import Outbox

MOST_ROUNDS: Final = 4
"""So many rounds of the loop a request waits to be answered in one go, before it is any other."""


class Knows(Protocol):
    """What answers requests before they are any; an app has some in its state."""

    def answer(
        self, piece: Piece, before: Sequence[Pair], write: Callable[[bytes], object]
    ) -> Answered:
        """Answer this, if nothing is in doubt; else do nothing."""

    def take_in(self, heard: Heard) -> None:
        """Take in how a request was answered."""

    def has_time(self) -> bool:
        """May a request be answered in this round of the loop?"""


class HearingHttp(HttpToolsProtocol):
    """A connection on which what came in one piece is known when it comes again, or its head does.

    One piece is all of a request and nothing else, when nothing else is being answered. The app
    hears of none that is answered here.
    """

    _is_between = True
    _last = 0.0
    _piece: Piece | None = None
    _heard: Heard | None = None
    _held: bytes | None = None
    _holds: Knows | None = None
    _rounds = 0

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  # as uvicorn has them
        super().__init__(*given, **named)
        state = getattr(self.config.app, "state", None)
        known: Sequence[Knows | None] = getattr(state, "threshold", ())
        self._known = [of for of in known if of is not None]
        self._outbox: Outbox = getattr(state, "outbox", None) or Outbox()

    def answers_again(self, data: bytes) -> bool:
        """Answer what came, if it is one request, known, and beyond doubt; else do nothing.

        What may be answered in a later round is held until then.
        """
        self._piece = piece = self._one_piece(data)
        told = Answered.NO if piece is None else self._told(piece)
        if told is Answered.LATER and self._rounds < MOST_ROUNDS:
            self._piece, self._held = None, data
            self._wait_a_round()
            return True
        self._rounds = 0
        if told is not Answered.YES:
            return False
        self._piece = None
        self._answered_again()
        return True

    def _one_piece(self, data: bytes) -> Piece | None:
        if not self._known or not self._is_free() or self.client is None:
            return None
        return piece_of(self.client[0], data)

    def _told(self, piece: Piece) -> Answered:
        before, write = self.server_state.default_headers, self._write
        for known in self._known:
            told = known.answer(piece, before, write)
            if told is not Answered.NO:
                self._holds = known
                return told
        return Answered.NO

    def _write(self, answer: bytes) -> None:
        self._outbox.put(self.transport, answer)

    def _wait_a_round(self) -> None:
        """Take what is held in the loop's next round, before whatever comes then."""
        self._rounds += 1
        self.loop.call_soon(self._take_held)

    def _take_held(self) -> None:
        if self._held is None or self.transport.is_closing():
            return
        if self._holds is None or self._holds.has_time() or self._rounds >= MOST_ROUNDS:
            self.data_received(b"")
        else:
            self._wait_a_round()

    def with_held(self, data: bytes) -> bytes:
        """Return what is to be taken now: what was held, and what came since."""
        held, self._held = self._held, None
        return data if held is None else held + data

    def shutdown(self) -> None:
        """Close it, once what came is answered."""
        if self._held is not None:
            self._rounds = MOST_ROUNDS
            self._take_held()
        self._outbox.send()
        super().shutdown()

    def eof_received(self) -> None:
        """Take in that nothing more comes: it is closed then."""
        self._outbox.send()
        super().eof_received()

    def _answered_again(self) -> None:
        """Do what uvicorn does once a request was answered; its clock goes on while it is asked."""
        self.server_state.total_requests += 1
        self._last = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._wait(self.timeout_keep_alive)

    def _wait(self, seconds: float) -> None:
        handler = self.timeout_keep_alive_handler
        self.timeout_keep_alive_task = self.loop.call_later(seconds, handler)

    def timeout_keep_alive_handler(self) -> None:
        """Hang up on who has asked nothing for so long, and wait on for who has."""
        left = self._last + self.timeout_keep_alive - self.loop.time()
        if self._held is not None:
            left = self.timeout_keep_alive
        if left > 0 and not self.transport.is_closing():
            self._wait(left)
        else:
            super().timeout_keep_alive_handler()

    def data_received(self, data: bytes) -> None:
        """Take what came; what is answered from here on is sent by itself."""
        self._outbox.send()
        piece, before = self._piece, self.cycle
        super().data_received(data)
        is_whole = self._is_between and self.cycle is not before
        if piece is not None and is_whole and self.cycle.keep_alive:
            # Nobody has answered yet: that begins when the loop comes to it.
            scope = cast("Scope", self.cycle.scope)
            self._heard = scope[KEY] = Heard(piece, scope)

    def on_message_begin(self) -> None:
        """Take in that a request begins."""
        self._is_between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Take in that a request is whole."""
        self._is_between = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Take in that a request was answered."""
        heard, self._heard = self._heard, None
        super().on_response_complete()
        if heard is not None:
            for known in self._known:
                known.take_in(heard)

    def _is_free(self) -> bool:
        """Is nothing read, nothing answered, and nothing waiting to be sent?"""
        if not self._is_between or self.flow.write_paused or self.transport.is_closing():
            return False
        # uvicorn says that there is always a cycle; before the first request there is none.
        return bool(getattr(self.cycle, "response_complete", True))
