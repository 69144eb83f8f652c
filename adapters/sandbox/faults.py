"""Faults to order: which calls go wrong, how, and how often."""

import re
from typing import Annotated

import msgspec

from adapters.sandbox.problems import problem

Positive = Annotated[int, msgspec.Meta(ge=1)]
Count = Annotated[int, msgspec.Meta(ge=0)]


class Fault(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What goes wrong with calls whose path matches.

    `status`, `body` and `retry_after` (seconds, as a header) make the whole answer;
    otherwise the true answer is given, after `latency_ms`, cut after `truncate_at` bytes of its
    body, with everybody's rows (`ignore_filters`), or not at all (`reset`). With `after` the call
    is carried out first, and then goes wrong: what it was to do is done, and its answer is lost.
    """

    path: str
    method: str | None = None
    times: Positive = 1
    status: Annotated[int, msgspec.Meta(ge=200, le=599)] | None = None
    body: object = msgspec.UNSET
    retry_after: Count | None = None
    latency_ms: Count = 0
    truncate_at: Count | None = None
    reset: bool = False
    after: bool = False
    ignore_filters: bool = False

    def __post_init__(self) -> None:
        """Refuse a path that is no regular expression."""
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from None

    def matches(self, method: str, path: str) -> bool:
        """Does this call go wrong?"""
        return (self.method is None or self.method.upper() == method) and bool(
            re.search(self.path, path)
        )

    def answers(self) -> bool:
        """Does the fault make the whole answer itself?"""
        return (
            self.status is not None
            or self.body is not msgspec.UNSET
            or self.retry_after is not None
        )

    def answer(self) -> tuple[int, bytes]:
        """Return the status and the body; without a body, ServiceTitan's for that status."""
        status = self.status or (200 if self.retry_after is None else 429)
        if self.body is msgspec.UNSET:
            return status, b"" if status < 400 else problem(status)  # noqa: PLR2004  # errors begin there
        text = self.body.encode() if isinstance(self.body, str) else msgspec.json.encode(self.body)
        return status, text


class Faults:
    """The faults ordered and not yet served, in order."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Fault, int]] = []

    def add(self, fault: Fault) -> None:
        """Order a fault, behind those already waiting."""
        self._waiting.append((fault, fault.times))

    def clear(self) -> None:
        """Cancel all of them."""
        self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Return the first fault that matches, and count it down."""
        for place, (fault, left) in enumerate(self._waiting):
            if fault.matches(method, path):
                self._waiting[place : place + 1] = [(fault, left - 1)] if left > 1 else []
                return fault
        return None
