"""A gateway that was told to end says so while it still answers: clients go elsewhere."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Leaving:
    """Has this process been told to end?"""

    def __init__(self) -> None:
        self.has_begun = False

    def begin(self) -> None:
        """Say so from now on."""
        self.has_begun = True

    def probe(self) -> str | None:
        """Why is it not ready (for /health/ready)?"""
        return "This gateway is being stopped: ask another." if self.has_begun else None


class LastAnswers:
    """Middleware: a gateway that ends has each connection closed by its next answer.

    Who is told so asks over another connection next, and loses nothing. One that is closed without
    a word may have a request on its way, which nobody may send twice.
    """

    def __init__(self, app: ASGIApp, *, leaving: Leaving) -> None:
        self._app = app
        self._leaving = leaving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header to answers that begin after the end was told."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_and_close(message: Message) -> None:
            if self._leaving.has_begun and message["type"] == "http.response.start":
                MutableHeaders(scope=message)["connection"] = "close"
            await send(message)

        await self._app(scope, receive, send_and_close)
