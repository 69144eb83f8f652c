"""What a request leaves behind: an id on its answer and one line in the log, nothing personal."""

import re
import time
from collections.abc import Callable
from secrets import token_hex

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resolvers.viewer import Viewer

MAX_PATH_LENGTH = 200
SEALED_PATHS = ("/documents/", "/calendar/", "/links/exchange/")

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_log = structlog.get_logger("http")


def request_id() -> str:
    """Return the id of the request at hand; outside of one, an empty text."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def begin_connection() -> str:
    """Bind an id to the connection at hand, a WebSocket, for its lines in the log; return it."""
    given = token_hex(8)
    structlog.contextvars.bind_contextvars(request_id=given)
    return given


def note_viewer(viewer: Viewer) -> None:
    """Remember by which door the viewer came in, for this request's lines in the log.

    Of staff their key is told too, so that whoever looks through a customer's eyes is known.
    """
    staff = {} if viewer.staff is None else {"staff": viewer.staff.key}
    structlog.contextvars.bind_contextvars(viewer=viewer.kind.value, **staff)


def frame_of(error: BaseException) -> str:
    """Return `file:line` of where an exception was raised: a place, and no values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    name = trace.tb_frame.f_globals.get("__name__", "unknown")
    return f"{name}:{trace.tb_lineno}"


class RequestLog:
    """Middleware: an id for each request (a safe incoming `X-Request-Id` is kept), one log line."""

    def __init__(self, app: ASGIApp, *, now: Callable[[], float] = time.perf_counter) -> None:
        self._app = app
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note how it ended; what is no HTTP passes untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, given = self._now(), 0, _given_id(scope)
        structlog.contextvars.bind_contextvars(request_id=given)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = given
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            _log.info(
                "request",
                method=scope["method"],
                path=_safe_path(scope["path"]),
                status=status,
                ms=round((self._now() - began) * 1000, 1),
            )
            structlog.contextvars.clear_contextvars()


def _safe_path(path: str) -> str:
    """Leave out of a path what opens a document for whoever holds it."""
    for front in SEALED_PATHS:
        if path.startswith(front):
            return f"{front}…"
    return path[:MAX_PATH_LENGTH]


def _given_id(scope: Scope) -> str:
    incoming = Headers(scope=scope).get("x-request-id", "")
    return incoming if _SAFE_ID.fullmatch(incoming) else token_hex(8)
