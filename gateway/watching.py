"""One operation, watched from its document to its answer: for the counts, the log and the trace."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final

from graphql import OperationDefinitionNode

from adapters.cache.usage import Usage
from adapters.tracing import Step, step
from gateway.counts import Ended, Kind, Outcome, StreetCounts
from gateway.guesses import Guesses
from gateway.security import tell_codes
from gateway.telemetry import note_operation
from resolvers.viewer import Viewer

LONGEST_NAME: Final = 64
MOST_ERRORS: Final = 1000
"""Of one operation so many errors are counted: a subscription may run for hours."""

_NOT_FOUND: Final = "NOT_FOUND"
_DIGEST: Final = "graphql.document.digest"
_KINDS: Final = {kind.value: kind for kind in Kind}


_UNUSED: Final = Usage()
"""What an operation cost that never began; nothing is added to it."""


@dataclass(slots=True)
class Watched:
    """What is known of an operation so far."""

    kind: Kind = Kind.UNREAD
    name: str | None = None
    outcome: Outcome = Outcome.FAILED
    codes: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=lambda: _UNUSED)

    def runs(self, operation: OperationDefinitionNode | None) -> None:
        """Take in which operation of the document runs; its name is one by GraphQL's grammar."""
        if operation is not None:
            self.kind = _KINDS[operation.operation.value]
            self.name = None if operation.name is None else operation.name.value[:LONGEST_NAME]

    def told(self, answer: Mapping[str, Any]) -> None:
        """Take in an answer: of a subscription each, and the last one is how it ended."""
        errors = answer.get("errors") or ()
        room = MOST_ERRORS - len(self.codes)
        self.codes += [error["extensions"]["code"] for error in errors[:room]]
        if not errors:
            self.outcome = Outcome.WHOLE
        else:
            self.outcome = Outcome.PARTIAL if _holds(answer.get("data")) else Outcome.FAILED


@dataclass(frozen=True, slots=True)
class Watch:
    """Watches operations: counts each, notes it for the log, and takes it as a step of a trace."""

    counts: StreetCounts = field(default_factory=StreetCounts)
    guesses: Guesses = field(default_factory=Guesses)
    now: Callable[[], float] = time.perf_counter

    def operation(self, text: str, viewer: Viewer) -> "Watching":
        """Watch the operation that the block answers; what is raised in it counts as a failure."""
        document = digest_of(text)
        return Watching(self, document, viewer, step("graphql", {_DIGEST: document}))

    @contextmanager
    def subscription(self, text: str, viewer: Viewer) -> Iterator[Watched]:
        """Watch a subscription, open while the block lasts: that is no step, it may take hours."""
        self.counts.subscriptions += 1
        try:
            with Watching(self, digest_of(text), viewer) as watched:
                yield watched
        finally:
            self.counts.subscriptions -= 1

    def take_in(self, ended: Ended, viewer: Viewer) -> None:
        """Count an operation that ended, and note it for the log."""
        self.counts.ended(ended)
        if ended.codes:
            missed = ended.codes.count(_NOT_FOUND)
            if missed:
                self.counts.not_found[viewer.kind.value] += missed
                self.guesses.add(viewer.key, missed)
            tell_codes(ended.codes)
        note_operation(ended)


class Watching:
    """A block in which an operation is answered; a generator's would cost as much as the counting.

    What is raised in it goes on.
    """

    __slots__ = ("_began", "_document", "_step", "_taken", "_viewer", "_watch", "_watched")

    def __init__(
        self,
        watch: Watch,
        document: str,
        viewer: Viewer,
        taking: AbstractContextManager[Step] | None = None,
    ) -> None:
        self._watch = watch
        self._document = document
        self._viewer = viewer
        self._step = taking
        self._taken: Step | None = None
        self._watched = Watched()
        self._began = 0.0

    def __enter__(self) -> Watched:
        """Begin to watch."""
        if self._step is not None:
            self._taken = self._step.__enter__()
        self._began = self._watch.now()
        return self._watched

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take in how it ended."""
        watched = self._watched
        try:
            seconds = self._watch.now() - self._began
            self._watch.take_in(_ended(watched, seconds, self._document), self._viewer)
            if self._taken is not None and error is None:
                _tell(self._taken, watched)
        finally:
            if self._step is not None:
                self._step.__exit__(kind, error, trace)


def _holds(data: Mapping[str, object] | None) -> bool:
    """Was anything answered at all?"""
    return data is not None and any(value is not None for value in data.values())


def _ended(watched: Watched, seconds: float, document: str) -> Ended:
    usage = watched.usage
    return Ended(
        watched.kind,
        watched.outcome,
        seconds,
        tuple(watched.codes),
        watched.name,
        document,
        usage.calls,
        usage.saved,
        usage.stale_seconds,
    )


def _tell(taken: Step, watched: Watched) -> None:
    taken.tell("graphql.operation.type", watched.kind.value)
    if watched.name is not None:
        taken.tell("graphql.operation.name", watched.name)
    taken.tell("portal.outcome", watched.outcome.value)
    taken.tell("portal.upstream.calls", watched.usage.calls)
    taken.tell("portal.upstream.saved", watched.usage.saved)


def digest_of(text: str) -> str:
    """Return what tells documents apart, and nothing of what stands in them (LG-4)."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]
