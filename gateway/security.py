"""Security events: who was refused what, where; each has a line, and a flood is told in numbers.

LG-8: an event is written where it happens, by `tell`, and its request adds from where it came. In
one request, and in one operation of a WebSocket, each kind is told once.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar, Token
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

import structlog
from starlette.requests import HTTPConnection
from starlette.types import Scope

from gateway.routes import route_of
from resolvers.origins import origin_of
from resolvers.viewer import Viewer, ViewerKind

AddressOf = Callable[[HTTPConnection], str]

WINDOW_SECONDS: Final = 60.0
LINES_EACH: Final = 5
"""How many lines a minute one kind of event may have of one asker; what follows is counted."""
LINES_IN_ALL: Final = 600
"""How many lines a minute all of them may have in this process."""
REMEMBERED: Final = 10_000

_log = structlog.get_logger("security")


class What(StrEnum):
    """What happened; the words stand in the log's `what`, and in the metric's label."""

    CREDENTIALS = "credentials refused"
    SIGN_IN = "sign-in refused"
    ACCESS = "access denied"
    SIGNATURE = "signature refused"
    LINK = "link refused"
    LIMIT = "limit hit"
    GUESSES = "records guessed"


_BY_CODE: Final = {
    "FORBIDDEN": What.ACCESS,
    "UNAUTHENTICATED": What.ACCESS,
    "DOCUMENT_NOT_TRUSTED": What.ACCESS,
    "LIMIT_EXCEEDED": What.LIMIT,
    "RATE_LIMITED": What.LIMIT,
}


@dataclass(slots=True)
class _Window:
    """What one asker did of one kind since `began`: lines written, and events `left` untold."""

    began: float
    told: Mapping[str, object]
    lines: int = 0
    left: int = 0


@dataclass(slots=True)
class SecurityEvents:
    """The events of this process: all are counted, as many as are readable are written.

    What had no line is told with the first event after its minute is over, as a `count`.
    """

    now: Callable[[], float] = time.monotonic
    counts: Counter[str] = field(default_factory=Counter)
    _windows: OrderedDict[tuple[What, str], _Window] = field(default_factory=OrderedDict)
    _minute: float = 0.0
    _lines: int = 0
    _left: int = 0

    def add(self, what: What, asker: str, told: Mapping[str, object]) -> None:
        """Take in an event of this asker; `told` is what its line says beside."""
        self.counts[what.value] += 1
        now = self.now()
        self._end_minutes(now)
        window = self._windows.get((what, asker))
        if window is None:
            window = self._windows[what, asker] = _Window(now, told)
            if len(self._windows) > REMEMBERED:
                self._left += self._windows.popitem(last=False)[1].left
        if window.lines >= LINES_EACH:
            window.left += 1
        elif self._lines >= LINES_IN_ALL:
            self._left += 1
        else:
            window.lines += 1
            self._lines += 1
            _write(what, told)

    def _end_minutes(self, now: float) -> None:
        """Tell what was left untold in minutes that are over, by asker and in all."""
        for (what, _), window in self._over(now):
            if window.left:
                _write(what, {**window.told, "count": window.left})
        if now - self._minute >= WINDOW_SECONDS:
            if self._left:
                _log.warning("security events without a line", count=self._left)
            self._minute, self._lines, self._left = now, 0, 0

    def _over(self, now: float) -> Iterator[tuple[tuple[What, str], _Window]]:
        """Take out the windows that are over; they stand in the order in which they began."""
        while self._windows:
            first = next(iter(self._windows.values()))
            if now - first.began < WINDOW_SECONDS:
                return
            yield self._windows.popitem(last=False)


@dataclass(slots=True)
class Scene:
    """A request or a WebSocket, as far as it is known: by whom, and what was told of it."""

    scenes: "Scenes"
    scope: Scope
    viewer: Viewer | None = None
    told: frozenset[What] = frozenset()

    def add(self, what: What, told: Mapping[str, object]) -> None:
        """Tell it, unless it was told of this request."""
        if what in self.told:
            return
        self.told |= {what}
        address = self.scenes.address_of(HTTPConnection(self.scope))
        viewer, network = self.viewer, origin_of(address, None).address_class
        whence = {"path": route_of(self.scope["path"]), "network": network}
        asker = network or ""
        if viewer is not None and viewer.kind is not ViewerKind.ANONYMOUS:
            whence["viewer_key"] = viewer.key
            asker = viewer.key if viewer.staff is None else viewer.staff.key
        self.scenes.events.add(what, asker, {**whence, **told})


_scene: ContextVar[Scene | None] = ContextVar("scene", default=None)
"""The request at hand; None outside of one."""


def peer_of(asked: HTTPConnection) -> str:
    """Return who the connection is with; empty where that is nobody with an address."""
    return asked.client.host if asked.client else ""


@dataclass(frozen=True, slots=True)
class Scenes:
    """What is refused to a request or a WebSocket is told to `events`, with where it came from."""

    events: SecurityEvents = field(default_factory=SecurityEvents)
    address_of: AddressOf = peer_of

    def begin(self, scope: Scope) -> Token[Scene | None]:
        """Begin a request: what is told from now on is told of it."""
        return _scene.set(Scene(self, scope))

    def end(self, token: Token[Scene | None]) -> None:
        """Take in that a request has ended."""
        _scene.reset(token)


def tell(what: What, reason: str | None = None, count: int | None = None) -> None:
    """Tell an event of the request at hand.

    `reason` is in words of ours and holds nothing that was sent. Outside of a request the line is
    all there is.
    """
    told: dict[str, object] = {} if reason is None else {"reason": reason}
    if count is not None:
        told["count"] = count
    scene = _scene.get()
    if scene is None:
        _write(what, told)
    else:
        scene.add(what, told)


def tell_codes(codes: Iterable[str]) -> None:
    """Tell what these codes of an answer's errors say of who asked."""
    for code in dict.fromkeys(codes):
        what = _BY_CODE.get(code)
        if what is not None:
            tell(what, code)


def tell_refused(status: int, code: str) -> None:
    """Tell a request that was refused as too many, or as too much; 503 is nobody's doing."""
    if status == 429 or code == "LIMIT_EXCEEDED":  # noqa: PLR2004  # the status says it better
        tell(What.LIMIT, code)


def seen_by(viewer: Viewer) -> None:
    """Take in who asks."""
    scene = _scene.get()
    if scene is not None:
        scene.viewer = viewer


def begin_again() -> None:
    """Begin another operation of the same connection: what was told of others is told of it too."""
    scene = _scene.get()
    if scene is not None:
        _scene.set(replace(scene, told=frozenset()))


def _write(what: What, told: Mapping[str, object]) -> None:
    _log.warning("security", what=what.value, **told)
