"""Requests are answered that were sent to a name of ours (HT-17)."""

from collections.abc import Collection
from typing import Final

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.host_names import host_of
from gateway.http.exchange import JSON
from gateway.http.refusals import bad_request

PROBES: Final = frozenset(("/health/live", "/health/ready"))
"""Who asks these knows the machine by its address, and no name of it."""

_log = structlog.get_logger("http")


class OwnHosts:
    """Middleware: what was sent to another name than `hosts` is refused, WebSockets too.

    Nothing here is made of that name. But who leads a browser to this address by a name of their
    own is, to the browser, of one origin with us.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, or answer 400."""
        if scope["type"] == "lifespan" or scope["path"] in PROBES or self._is_ours(scope):
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            _log.warning("websocket refused", reason="its host is none of ours")
        answer = bad_request("Nothing is served here under this host's name.").answer()
        await Response(answer.body, answer.status, media_type=JSON)(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        told = [value for name, value in scope["headers"] if name == b"host"]
        return len(told) == 1 and host_of(told[0]) in self._hosts
