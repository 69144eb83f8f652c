"""The latency of every ServiceTitan call, as the network would have it."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send


class Latency:
    """Waits before it passes a call on."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one call on, later."""
        if self._seconds > 0:
            await asyncio.sleep(self._seconds)
        await self._app(scope, receive, send)
