"""What is answered when nobody foresaw what happened."""

import asyncio

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.exchange import JSON
from gateway.http.refusals import broken, restarting
from gateway.telemetry import frame_of

_log = structlog.get_logger("http")


class LastResort:
    """Middleware: an exception becomes a masked answer, and its type and place a line in the log.

    Whoever logged the exception itself would write down what its message holds. A request is
    cancelled where the process ends and cannot wait for it any longer: it may be asked again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 500 where nothing was answered yet; an answer that has begun breaks off."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = False

        async def send_noting(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except asyncio.CancelledError:
            if began:
                raise
            answer = restarting().answer()
            headers = dict(answer.headers)
            await Response(answer.body, answer.status, headers, JSON)(scope, receive, send)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is answered
            _log.error("request failed", error=type(error).__name__, at=frame_of(error))
            if not began:
                answer = broken().answer()
                await Response(answer.body, answer.status, media_type=JSON)(scope, receive, send)
