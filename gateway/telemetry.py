"""What a request leaves behind: an id on its answer and one line in the log, nothing personal."""

import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from secrets import token_hex

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.tracing import Step, Tracer, step, traced_by
from gateway.counts import Ended, StreetCounts
from gateway.routes import route_of
from gateway.security import seen_by
from resolvers.viewer import Viewer

MAX_PATH_LENGTH = 200
MOST_CODES = 10
SEALED_PATHS = ("/documents/", "/calendar/", "/links/exchange/")

_METHODS = frozenset(("GET", "HEAD", "POST", "OPTIONS"))
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_log = structlog.get_logger("http")
_notes: ContextVar[dict[str, object] | None] = ContextVar("notes", default=None)
"""What the line of the request at hand will tell beside; None outside of one."""


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
    seen_by(viewer)


def note_operation(ended: Ended) -> None:
    """Have the request's line tell how its operation ended; without one (a WebSocket) write it.

    Neither tells what was asked but by its name and a digest, nor anything of what was answered.
    """
    told: dict[str, object] = {
        "kind": ended.kind.value,
        "operation": ended.name,
        "document": ended.document,
        "calls": ended.calls,
        "saved": ended.saved,
        "stale_seconds": ended.stale_seconds,
    }
    if ended.codes:
        told["codes"] = list(dict.fromkeys(ended.codes))[:MOST_CODES]
    notes = _notes.get()
    if notes is None:
        _log.info("operation", ms=round(ended.seconds * 1000, 1), **told)
    else:
        notes.update(told)


def frame_of(error: BaseException) -> str:
    """Return `file:line` of where an exception was raised: a place, and no values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    name = trace.tb_frame.f_globals.get("__name__", "unknown")
    return f"{name}:{trace.tb_lineno}"


class TraceRequests:
    """Middleware: whatever a request or a WebSocket has done is told to this tracer."""

    def __init__(self, app: ASGIApp, *, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""
        with traced_by(self._tracer):
            await self._app(scope, receive, send)


class RequestLog:
    """Middleware: an id for each request (a safe incoming `X-Request-Id` is kept), one log line.

    Requests are counted in `counts`, by route and status.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        counts: StreetCounts | None = None,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._counts = counts or StreetCounts()
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note how it ended; what is no HTTP passes untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, given = self._now(), 0, _given_id(scope)
        notes: dict[str, object] = {}
        before = _notes.set(notes)
        structlog.contextvars.bind_contextvars(request_id=given)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = given
            await send(message)

        route = route_of(scope["path"])
        try:
            with step("request", _told(scope, route, given)) as taken:
                await self._app(scope, receive, send_with_id)
                _tell(taken, status)
        finally:
            self._counts.requests[route, status] += 1
            _log.info(
                "request",
                method=scope["method"],
                path=_safe_path(scope["path"]),
                status=status,
                ms=round((self._now() - began) * 1000, 1),
                **notes,
            )
            structlog.contextvars.clear_contextvars()
            _notes.reset(before)


def _told(scope: Scope, route: str, given: str) -> dict[str, str]:
    method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
    return {"http.request.method": method, "http.route": route, "portal.request_id": given}


def _tell(taken: Step, status: int) -> None:
    taken.tell("http.response.status_code", status)


def _safe_path(path: str) -> str:
    """Leave out of a path what opens a document for whoever holds it."""
    for front in SEALED_PATHS:
        if path.startswith(front):
            return f"{front}…"
    return path[:MAX_PATH_LENGTH]


def _given_id(scope: Scope) -> str:
    incoming = Headers(scope=scope).get("x-request-id", "")
    return incoming if _SAFE_ID.fullmatch(incoming) else token_hex(8)
