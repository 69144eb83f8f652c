"""A line of the log, from what it tells to its text: in one step, for every request has one."""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from structlog.typing import Processor, WrappedLogger

_log: Final = structlog.get_logger()


class Spelling:
    """Spells a line as it is written: all of structlog's processors in one.

    `level` is from which on lines are written, by its number, and `write` writes one. Who has very
    many lines gives them to `info`, where it `tells_info`: a logger is made anew for each.
    """

    def __init__(
        self, steps: Sequence[Processor], level: int, write: Callable[[str], object]
    ) -> None:
        self.tells_info = level <= logging.INFO
        self.write = write
        self._steps = steps

    def __call__(self, logger: WrappedLogger, method: str, line: Any) -> Any:  # noqa: ANN401  # of a processor
        """Spell it."""
        for step in self._steps:
            line = step(logger, method, line)
        return line

    def info(self, line: dict[str, object]) -> None:
        """Write a line of this level."""
        if self.tells_info:
            self.write(self(None, "info", line))


def say(event: str, **told: object) -> None:
    """Write a line of the level info, as every logger's `info` does."""
    spelling = in_force()
    if spelling is None:
        _log.info(event, **told)
        return
    told["event"] = event
    spelling.info(told)


def in_force() -> Spelling | None:
    """Return what spells lines now; None where it is not our log that is written."""
    first = structlog.get_config()["processors"][0]
    return first if type(first) is Spelling else None
