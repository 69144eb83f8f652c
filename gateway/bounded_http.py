"""HTTP as uvicorn reads it, bounded before a request is whole, and refused in our own words."""

from typing import Any, Final, Protocol

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from gateway.header_pairs import written
from gateway.hearing_http import HearingHttp
from gateway.http.exchange import JSON
from gateway.http.headers import ALWAYS
from gateway.http.refusals import Refused, bad_request
from gateway.http.whole import KEY, Whole

MOST_UNTOLD: Final = 32 * 1024
"""How many bytes may come without the end of a head, or a part of a body.

The parser holds them until then: a header, an address, a chunk's extension or a trailer that never
ends would fill the memory. It is twice what a head may have (gateway/http/heads.py).
"""

AWAY: Final = STATUS_LINE[503]

ASKS: Final = b"GET", b"POST"
"""By which methods the graph is asked. A browser's OPTIONS may come before a payment."""


class Doorstep(Protocol):
    """Sends requests away before they are any; an app has it in its state as `doorstep`."""

    def is_before(self, target: bytes) -> bool:
        """Does it lie before what is asked for?"""

    def is_shut(self) -> bool:
        """Is somebody sent away at this moment?"""

    def lets_in(self) -> None:
        """Take in that a request is begun."""

    def sends_away(self, scope: Scope, target: bytes, body: bytes) -> bytes | None:
        """Return the rest of a 503 as it is sent, None where this request may come."""


class _Judged(list[tuple[bytes, bytes]]):
    """The headers of a request's head, to which nothing is added any more."""

    def append(self, header: tuple[bytes, bytes]) -> None:
        """Drop it."""


class BoundedHttp(HearingHttp):
    """A connection; what follows a body in chunks as if it were headers is read by nobody.

    uvicorn would add them to the request's own, after they were judged (RFC 9110, 6.5.1).

    While the doorstep is shut, a request that comes in one piece is looked at there; the app hears
    of none that is sent away.
    """

    _untold = 0
    _has_head = False
    _at_doorstep: list[bytes] | None = None
    """The parts of the body of whoever stands there, None where nobody does."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  # as uvicorn has them
        super().__init__(*given, **named)
        state = getattr(self.config.app, "state", None)
        self._doorstep: Doorstep | None = getattr(state, "doorstep", None)

    def data_received(self, data: bytes) -> None:
        """Take what came; hang up where it leads nowhere."""
        data = self.with_held(data)
        if self.answers_again(data):
            return
        self._untold += len(data)
        super().data_received(data)
        if self._at_doorstep is not None:
            self._come_in()
        if self._untold > MOST_UNTOLD and not self.transport.is_closing():
            if self._has_head:  # what is being answered cannot be answered twice
                self.transport.close()
            else:
                self._refuse(Refused(431, "The request's headers are too large."))

    def on_headers_complete(self) -> None:
        """Begin to answer, or hear first what is asked."""
        self._untold, self._has_head = 0, True
        doorstep, parser = self._doorstep, self.parser
        asks = parser.get_method() in ASKS and not parser.should_upgrade()
        if doorstep is None or not asks or not doorstep.is_before(self.url):
            super().on_headers_complete()
        elif doorstep.is_shut() and self._may_wait():
            self._at_doorstep = []
        else:
            doorstep.lets_in()
            super().on_headers_complete()
        self.headers = _Judged(self.headers)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:  # noqa: ANN401  # as uvicorn has them
        cycle.scope[KEY] = Whole(cycle)
        super()._start_asgi_task(cycle, app)

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._untold = 0
        if self._at_doorstep is None:
            super().on_body(body)
        else:
            self._at_doorstep.append(body)

    def on_message_complete(self) -> None:
        """Expect the next request."""
        self._untold, self._has_head = 0, False
        if self._at_doorstep is not None and not self._goes_away(b"".join(self._at_doorstep)):
            self._come_in()
        if self._at_doorstep is None:
            super().on_message_complete()
        self._at_doorstep = None

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        del msg
        self._at_doorstep = None
        self._refuse(bad_request("This is no HTTP request."))

    def _may_wait(self) -> bool:
        """May this request be heard before it is begun, and its connection be kept?

        Not where nobody takes what was answered: the ordinary way waits until somebody does.
        """
        # uvicorn says that there is always a cycle; before the first request there is none.
        is_first = getattr(self.cycle, "response_complete", True)
        is_taken = is_first and not self.flow.write_paused
        return is_taken and self.parser.should_keep_alive() and not self.expect_100_continue

    def _goes_away(self, body: bytes) -> bool:
        """Is who stands at the doorstep sent away? They are told so then."""
        if self._doorstep is None:
            return False
        # The rest of the scope is told once it is a request.
        scope = {**self.scope, "method": self.parser.get_method().decode("ascii")}
        told = self._doorstep.sends_away(scope, self.url, body)
        if told is None:
            return False
        self.transport.write(AWAY + written(self.server_state.default_headers) + told)
        self.on_response_complete()
        self._is_between = True
        return True

    def _come_in(self) -> None:
        """Have the request of whoever stands at the doorstep begun as any other."""
        body, self._at_doorstep = self._at_doorstep or [], None
        if self._doorstep is not None:
            self._doorstep.lets_in()
        super().on_headers_complete()
        for part in body:
            super().on_body(part)

    def _refuse(self, refused: Refused) -> None:
        answer = refused.answer()
        headers = {
            **ALWAYS,
            "connection": "close",
            "content-length": str(len(answer.body)),
            "content-type": JSON,
        }
        pairs = ((name.encode(), value.encode()) for name, value in headers.items())
        head = STATUS_LINE[answer.status] + written(pairs) + b"\r\n"
        self.transport.write(head + answer.body)
        self.transport.close()
