"""HTTP as uvicorn reads it, bounded before a request is whole, and refused in our own words."""

from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gateway.http.exchange import JSON
from gateway.http.headers import ALWAYS
from gateway.http.refusals import Refused, bad_request

MOST_UNTOLD: Final = 32 * 1024
"""How many bytes may come without the end of a head, or a part of a body.

The parser holds them until then: a header, an address, a chunk's extension or a trailer that never
ends would fill the memory. It is twice what a head may have (gateway/http/heads.py).
"""


class BoundedHttp(HttpToolsProtocol):
    """A connection; what follows a body in chunks as if it were headers is read by nobody.

    uvicorn would add them to the request's own, after they were judged (RFC 9110, 6.5.1).
    """

    _untold = 0
    _has_head = False

    def data_received(self, data: bytes) -> None:
        """Take what came; hang up where it leads nowhere."""
        self._untold += len(data)
        super().data_received(data)
        if self._untold > MOST_UNTOLD and not self.transport.is_closing():
            if self._has_head:  # what is being answered cannot be answered twice
                self.transport.close()
            else:
                self._refuse(Refused(431, "The request's headers are too large."))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header of a request's head."""
        if not self._has_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        self._untold, self._has_head = 0, True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._untold = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Expect the next request."""
        self._untold, self._has_head = 0, False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        del msg
        self._refuse(bad_request("This is no HTTP request."))

    def _refuse(self, refused: Refused) -> None:
        answer = refused.answer()
        headers = {
            **ALWAYS,
            "connection": "close",
            "content-length": str(len(answer.body)),
            "content-type": JSON,
        }
        lines = [f"{name}: {value}\r\n".encode() for name, value in headers.items()]
        head = STATUS_LINE[answer.status], *lines, b"\r\n"
        self.transport.write(b"".join(head) + answer.body)
        self.transport.close()
