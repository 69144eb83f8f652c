"""Where a trace hears of what the ground floor does: named steps, and nothing where nobody listens.

No library of traces is known here. Whoever traces a request says so by `traced_by`; what is done
for it, in tasks it began too, is told to that tracer.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from types import MappingProxyType, TracebackType
from typing import Protocol

Told = str | int | float | bool
_NONE_TOLD: Mapping[str, Told] = MappingProxyType({})


class Step(Protocol):
    """A step that is being taken."""

    def tell(self, name: str, value: Told) -> None:
        """Tell one thing more of it: a name of the field's own, and never a person's."""


class Tracer(Protocol):
    """Who takes note of steps, with how long they took and whether they failed."""

    def step(self, name: str, told: Mapping[str, Told]) -> AbstractContextManager[Step]:
        """Take note of a step for as long as the block lasts; what is raised in it goes on."""


class _Nothing:
    """A step that nobody takes note of: one for all, it keeps nothing."""

    __slots__ = ()

    def __enter__(self) -> Step:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def tell(self, name: str, value: Told) -> None:
        """Keep nothing."""


_NOTHING = _Nothing()
_tracer: ContextVar[Tracer | None] = ContextVar("tracer", default=None)


def step(name: str, told: Mapping[str, Told] = _NONE_TOLD) -> AbstractContextManager[Step]:
    """Take a step under this name; it costs a look where nobody traces.

    What is told are names and numbers of ours: no query, no id of a record, no amount, no text that
    a person wrote.
    """
    tracer = _tracer.get()
    return _NOTHING if tracer is None else tracer.step(name, told)


@contextmanager
def traced_by(tracer: Tracer) -> Iterator[None]:
    """Have steps within this block, and in tasks begun within it, told to this tracer."""
    before = _tracer.set(tracer)
    try:
        yield
    finally:
        _tracer.reset(before)
