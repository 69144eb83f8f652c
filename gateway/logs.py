"""How the log is written: JSON lines on standard error, readable ones on a terminal.

Whatever is logged, by us or by a library, passes the allow list of `log_fields` last. A log that
cannot be written stops nothing (LG-7).
"""

import asyncio
import logging
import sys
import time
from collections import deque
from contextvars import copy_context
from datetime import UTC, datetime
from typing import Final, TextIO

import msgspec
import stamina
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from gateway.lines import Spelling
from gateway.log_fields import allowed, first_line, placed, spelled_out
from gateway.telemetry import of_request

_BOUND: Final = structlog.contextvars.STRUCTLOG_KEY_PREFIX

# Libraries that write addresses with their queries, or cached values, into the log.
_TALKATIVE = {
    **dict.fromkeys(("httpx", "httpcore", "uvicorn.error", "urllib3"), "WARNING"),
    "aiocache": "CRITICAL",
}


class Stamped:
    """Tells of each line when it was written, in UTC to the microsecond; each second is said once.

    structlog's own takes three times as long, and every request has a line.
    """

    def __init__(self) -> None:
        self._said = (0, "")

    def __call__(self, _logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        """Add the time."""
        line["timestamp"] = self.text()
        return line

    def text(self) -> str:
        """Return the time."""
        seconds, nanos = divmod(time.time_ns(), 1_000_000_000)
        at, text = self._said
        if at != seconds:
            text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            self._said = seconds, text
        return f"{text}.{nanos // 1000:06}Z"


STAMPED: Final = Stamped()


class Unbreakable:
    """A stream whose reader may be gone: what cannot be written is lost, and nothing else.

    Lines of requests are written together, once for each round of the event loop: alone each would
    take a call to the system. No other overtakes them.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: deque[str] = deque()
        self._soon_in: asyncio.AbstractEventLoop | None = None

    def line(self, text: str) -> None:
        """Write a line before the event loop has gone round; where none runs, at once."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.write(f"{text}\n")
            self.flush()
            return
        self._lines.append(text)
        if self._soon_in is not loop:
            self._soon_in = loop
            loop.call_soon(self._end_round)

    def write(self, text: str) -> int:
        """Write what can be written, behind all lines that wait."""
        lines = []
        while self._lines:  # another thread may be at it
            lines.append(f"{self._lines.popleft()}\n")
        try:
            if lines:
                self._stream.write("".join(lines))
            return self._stream.write(text) if text else 0
        except (OSError, ValueError):
            return 0

    def _end_round(self) -> None:
        self._soon_in = None
        self.flush()

    def flush(self) -> None:
        """Hand on what was written, and all lines that wait."""
        self.write("")
        try:  # a context manager of its own would cost as much as the flushing
            self._stream.flush()
        except (OSError, ValueError):
            return


def bound_around(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Add what `structlog.contextvars` has bound, as its own `merge_contextvars` does.

    That asks three times for each variable of each library; every request has a line.
    """
    for variable, value in copy_context().items():
        if variable.name.startswith(_BOUND) and value is not Ellipsis:
            line.setdefault(variable.name.removeprefix(_BOUND), value)
    return line


_DELETE: Final = b"\x7f"
_BY_STRUCTLOG: Final = structlog.processors.JSONRenderer()
_encode: Final = msgspec.json.Encoder().encode
_format: Final = msgspec.json.format

_SHARED: tuple[Processor, ...] = (
    of_request,
    bound_around,
    structlog.processors.add_log_level,
    STAMPED,
)
_FOREIGN: tuple[Processor, ...] = (*_SHARED, structlog.stdlib.add_logger_name, first_line)
_GUARD: tuple[Processor, ...] = (placed, allowed)


def configure_logging(level: str) -> None:
    """Write lines from this level on (debug, info, warning, error), libraries' lines alike."""
    number = logging.getLevelNamesMapping()[level.upper()]
    stream = Unbreakable(sys.stderr)
    writing = structlog.WriteLogger(stream)  # type: ignore[arg-type]  # it writes and flushes
    render = (*_GUARD, *_renderer())
    structlog.configure(
        processors=[Spelling((*_SHARED, *render), number, stream.line)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: writing,
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
    return (as_json,)


def as_json(logger: WrappedLogger, method: str, line: EventDict) -> str | bytes:
    """Spell a line as JSON with nothing in it but printable ASCII (LG-5), as structlog does.

    msgspec is ten times as fast, and leaves other letters as they are: lines that have any, or
    what it does not know, are left to structlog.
    """
    try:
        spelled = _format(_encode(line), indent=0)
    except (TypeError, ValueError, OverflowError):
        return _BY_STRUCTLOG(logger, method, line)
    if spelled.isascii() and _DELETE not in spelled:
        return spelled.decode("ascii")
    return _BY_STRUCTLOG(logger, method, line)
