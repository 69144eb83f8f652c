"""The gate before every place but the graph, which has its own: what has to be read tells more."""

from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.http.exchange import JSON
from gateway.http.overload import Gate, Lane
from gateway.http.refusals import Refused
from gateway.routes import route_of

LANES: Final = {
    "/webhooks/*": Lane.EVENTS,
    "/documents/*": Lane.PEOPLE,
    "/calendar/*": Lane.PEOPLE,
    "/links/exchange": Lane.PEOPLE,
}
"""Whatever is not here costs next to nothing, or is asked by staff alone and rarely."""


class Gated:
    """Middleware: a request to one of these places begins in its turn, or is sent away unread."""

    def __init__(self, app: ASGIApp, *, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything else on."""
        lane = LANES.get(route_of(scope["path"])) if scope["type"] == "http" else None
        if lane is None:
            await self._app(scope, receive, send)
            return
        try:
            entry = await self._gate.enter(lane)
        except Refused as refused:
            answer = refused.answer()
            await Response(answer.body, answer.status, dict(answer.headers), JSON)(
                scope, receive, send
            )
            return
        with entry:
            await self._app(scope, receive, send)
