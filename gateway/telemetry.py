"""What a request leaves behind: an id on its answer and one line in the log, nothing personal."""

import time
from collections.abc import Callable
from contextvars import ContextVar, Token
from dataclasses import dataclass, field

import structlog
from starlette.types import Scope
from structlog.typing import EventDict, WrappedLogger

from gateway.counts import Ended, StreetCounts
from gateway.lines import say
from gateway.request_ids import given_id, new_id
from gateway.routes import route_of
from gateway.security import seen_by
from resolvers.viewer import Viewer

MAX_PATH_LENGTH = 200
MOST_CODES = 10
SEALED_PATHS = ("/documents/", "/calendar/", "/links/exchange/")

_METHODS = frozenset(("GET", "HEAD", "POST", "OPTIONS"))

_log = structlog.get_logger("http")


@dataclass(slots=True)
class AtHand:
    """A request, or a WebSocket, of which there will be lines in the log.

    Every line tells what is `bound`; `notes` are for its own line alone, and None of a WebSocket,
    each of whose operations has a line. `status` is 0 until it is answered.
    """

    id: str
    bound: dict[str, object]
    notes: dict[str, object] | None = None
    route: str = ""
    began: float = 0.0
    status: int = 0


_at_hand: ContextVar[AtHand | None] = ContextVar("at_hand", default=None)
"""The request at hand; None outside of one."""


def of_request(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Have a line of the log tell which request it belongs to, and who asks."""
    at_hand = _at_hand.get()
    if at_hand is not None:
        for name, value in at_hand.bound.items():
            line.setdefault(name, value)
    return line


def request_id() -> str:
    """Return the id of the request at hand; outside of one, an empty text."""
    at_hand = _at_hand.get()
    return "" if at_hand is None else at_hand.id


def begin_connection() -> str:
    """Begin a WebSocket; return the id that its lines in the log have."""
    given = new_id()
    _at_hand.set(AtHand(given, {"request_id": given}))
    return given


def end_connection() -> None:
    """Take in that the WebSocket at hand has ended."""
    _at_hand.set(None)


def note_viewer(viewer: Viewer) -> None:
    """Remember by which door the viewer came in, for this request's lines in the log.

    Of staff their key is told too, so that whoever looks through a customer's eyes is known.
    """
    at_hand = _at_hand.get()
    if at_hand is not None:
        at_hand.bound["viewer"] = viewer.kind.value
        if viewer.staff is not None:
            at_hand.bound["staff"] = viewer.staff.key
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
    at_hand = _at_hand.get()
    if at_hand is None or at_hand.notes is None:
        _log.info("operation", ms=round(ended.seconds * 1000, 1), **told)
    else:
        at_hand.notes.update(told)


def frame_of(error: BaseException) -> str:
    """Return `file:line` of where an exception was raised: a place, and no values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    name = trace.tb_frame.f_globals.get("__name__", "unknown")
    return f"{name}:{trace.tb_lineno}"


@dataclass(slots=True)
class RequestLog:
    """An id for each request (a safe incoming `X-Request-Id` is kept), and one line in the log.

    Requests are counted in `counts`, by route and status. `now` counts seconds.
    """

    counts: StreetCounts = field(default_factory=StreetCounts)
    now: Callable[[], float] = time.perf_counter

    def begin(self, scope: Scope) -> tuple[AtHand, Token[AtHand | None]]:
        """Begin a request; what is noted from now on is noted of it."""
        return self.begin_as(given_id(scope), route_of(scope["path"]), self.now())

    def begin_as(self, given: str, route: str, at: float) -> tuple[AtHand, Token[AtHand | None]]:
        """Begin one of this id that came to this route at this moment."""
        at_hand = AtHand(given, {"request_id": given}, {}, route, at)
        return at_hand, _at_hand.set(at_hand)

    def end(self, scope: Scope, at_hand: AtHand, token: Token[AtHand | None]) -> None:
        """Count a request and write its line."""
        self.counts.requests[at_hand.route, at_hand.status] += 1
        say("request", **self.told(scope, at_hand))
        _at_hand.reset(token)

    def told(self, scope: Scope, at_hand: AtHand) -> dict[str, object]:
        """Return what the line of a request tells beside what is bound."""
        return {
            "method": scope["method"],
            "path": _safe_path(scope["path"]),
            "status": at_hand.status,
            "ms": round((self.now() - at_hand.began) * 1000, 1),
            **(at_hand.notes or {}),
        }


def told_of(scope: Scope, at_hand: AtHand) -> dict[str, str]:
    """Return what a trace is told of a request."""
    return {
        "http.request.method": scope["method"] if scope["method"] in _METHODS else "_OTHER",
        "http.route": at_hand.route,
        "portal.request_id": at_hand.id,
    }


def _safe_path(path: str) -> str:
    """Leave out of a path what opens a document for whoever holds it."""
    if path.startswith(SEALED_PATHS):
        return next(f"{front}…" for front in SEALED_PATHS if path.startswith(front))
    return path[:MAX_PATH_LENGTH]
