"""An event loop whose time passes only while everybody waits: hours take no time."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

VIRTUALLY = pytest.mark.asyncio(loop_factories=["virtual time"])
"""Marks a test that runs in virtual time; tests/servicetitan/conftest.py knows the name."""


class _Leaping(selectors.SelectSelector):
    """Looks at what is ready; where nothing is, time leaps to the next moment that matters."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for nothing."""
        if timeout is None:
            raise RuntimeError("everybody waits for somebody, and nobody for the time")
        ready = super().select(0)
        if not ready:
            self.now += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """For what waits for time alone, not for the network; it begins at 0."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        """Tell the time, in seconds."""
        return self._leaping.now


def in_virtual_time(doing: Coroutine[Any, Any, T]) -> T:
    """Run it to its end."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(doing)
