"""The log of payments, which is for nobody to read here, but for what it may never tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from structlog.testing import capture_logs

ALLOWED: Final = frozenset(
    ("event", "log_level", "attempt", "state", "processor", "problem", "error", "count")
)
"""A payment is told of by its id and its state alone: no amount, nobody's name, no reference."""


@contextmanager
def unheard() -> Iterator[None]:
    """Have nothing printed, and see that each line holds what it may."""
    with capture_logs() as lines:
        yield
    for line in lines:
        assert line.keys() <= ALLOWED, line
