"""How the log is written: JSON lines on standard error, readable ones on a terminal.

Whatever is logged, by us or by a library, passes the allow list of `log_fields` last. A log that
cannot be written stops nothing (LG-7).
"""

import logging
import sys
from contextlib import suppress
from typing import TextIO

import stamina
import structlog
from structlog.typing import Processor

from gateway.log_fields import allowed, first_line, placed, spelled_out

# Libraries that write addresses with their queries, or cached values, into the log.
_TALKATIVE = {
    **dict.fromkeys(("httpx", "httpcore", "uvicorn.error", "urllib3"), "WARNING"),
    "aiocache": "CRITICAL",
}

_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
_FOREIGN: tuple[Processor, ...] = (*_SHARED, structlog.stdlib.add_logger_name, first_line)
_GUARD: tuple[Processor, ...] = (placed, allowed)


class Unbreakable:
    """A stream whose reader may be gone: what cannot be written is lost, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be written."""
        with suppress(OSError, ValueError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        """Hand on what was written."""
        with suppress(OSError, ValueError):
            self._stream.flush()


def configure_logging(level: str) -> None:
    """Write lines from this level on (debug, info, warning, error), libraries' lines alike."""
    number = logging.getLevelNamesMapping()[level.upper()]
    stream = Unbreakable(sys.stderr)
    render = (*_GUARD, *_renderer())
    structlog.configure(
        processors=[*_SHARED, *render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(stream),  # type: ignore[arg-type]  # it writes and flushes
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_FOREIGN,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    logging.basicConfig(handlers=[handler], level=number, force=True)
    for name, at_least in _TALKATIVE.items():
        logging.getLogger(name).setLevel(at_least)
    # It would warn of every further attempt; each attempt has a line of its own, and is counted.
    stamina.instrumentation.set_on_retry_hooks(())


def _renderer() -> tuple[Processor, ...]:
    if sys.stderr.isatty():
        return spelled_out, structlog.dev.ConsoleRenderer()
    return (structlog.processors.JSONRenderer(),)
