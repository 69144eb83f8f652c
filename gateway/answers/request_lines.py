"""Lines of the log of requests that are answered at the threshold: those alike are spelled once."""

from contextvars import Token, copy_context
from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

from gateway.counts import Ended
from gateway.routes import route_of
from gateway.same_lines import ID as ID_TO_COME
from gateway.same_lines import MS, SameLine, same_line
from gateway.telemetry import AtHand, RequestLog, note_operation, note_viewer
from resolvers.viewer import Viewer

OK: Final = 200
"""The status of every answer at the threshold."""


@dataclass(frozen=True, slots=True)
class RequestLines:
    """Requests of one viewer's to one place, as the log tells of them."""

    log: RequestLog
    viewer: Viewer
    scope: dict[str, str]
    route: str

    def begin(self, given: str, at: float) -> tuple[AtHand, Token[AtHand | None]]:
        """Have every line that is written from now on tell of one of them."""
        begun = self.log.begin_as(given, self.route, at)
        note_viewer(self.viewer)
        return begun

    def spelled(self, ended: Ended) -> SameLine | None:
        """Return the line of each that ends so, as it is spelled here and now."""
        return copy_context().run(self._spelled, ended)

    def _spelled(self, ended: Ended) -> SameLine | None:
        at_hand, _ = self._ended(ID_TO_COME, ended, 0.0)
        return same_line({**self.log.told(self.scope, at_hand), "ms": MS, "event": "request"})

    def write(
        self, line: SameLine | None, given: str, ended: Ended, at: float, seconds: float
    ) -> bool:
        """Count one that ended so after so long, and write its line; was it written by this one?"""
        if line is not None and line.say(given, round(seconds * 1000, 1)):
            self.log.counts.requests[self.route, OK] += 1
            return True
        self.log.end(self.scope, *self._ended(given, ended, at))
        return False

    def _ended(self, given: str, ended: Ended, at: float) -> tuple[AtHand, Token[AtHand | None]]:
        at_hand, noted = self.begin(given, at)
        note_operation(ended)
        at_hand.status = OK
        return at_hand, noted


def lines_of(log: RequestLog, viewer: Viewer, scope: Scope) -> RequestLines:
    """Return how the log tells of whatever this viewer sends to where this was sent."""
    return RequestLines(
        log, viewer, {of: scope[of] for of in ("method", "path")}, route_of(scope["path"])
    )
