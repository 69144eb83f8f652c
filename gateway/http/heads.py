"""How large the head of a request may be: its address, and all its headers (HT-11)."""

from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.http.exchange import JSON
from gateway.http.refusals import Refused

MOST_HEADERS: Final = 100
MOST_BYTES: Final = 16 * 1024
MOST_BYTES_OF_COOKIES: Final = 7 * 1024
"""As much as a header may have where nginx stands in front; a token's own bound is its door's."""


class BoundedHeads:
    """Middleware: what comes with too many headers, or too large ones, is refused, WebSockets too.

    The server has read them by then. How much it holds at most is for it to bound.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, or answer 431."""
        if scope["type"] == "lifespan" or not is_too_large(scope):
            await self._app(scope, receive, send)
            return
        answer = too_large().answer()
        await Response(answer.body, answer.status, dict(answer.headers), JSON)(scope, receive, send)


def is_too_large(scope: Scope) -> bool:
    """Is the head of this request larger than any that is asked in earnest?"""
    headers = scope["headers"]
    address = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    cookies = sum(len(value) for name, value in headers if name == b"cookie")
    size = address + sum(len(name) + len(value) for name, value in headers)
    return len(headers) > MOST_HEADERS or size > MOST_BYTES or cookies > MOST_BYTES_OF_COOKIES


def too_large() -> Refused:
    """Ask with fewer headers, or shorter ones."""
    return Refused(431, "The request's headers are too large.", headers={"connection": "close"})
