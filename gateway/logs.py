"""How the log is written: JSON lines on standard error, readable ones on a terminal."""

import logging
import sys

import stamina
import structlog
from structlog.typing import Processor

# Libraries that write addresses with their queries, or cached values, into the log.
_TALKATIVE = {
    **dict.fromkeys(("httpx", "httpcore", "uvicorn.error"), "WARNING"),
    "aiocache": "CRITICAL",
}

_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure_logging(level: str) -> None:
    """Write lines from this level on (debug, info, warning, error), libraries' lines alike."""
    number = logging.getLevelNamesMapping()[level.upper()]
    render = _renderer()
    structlog.configure(
        processors=[*_SHARED, *render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    logging.basicConfig(handlers=[handler], level=number, force=True)
    for name, at_least in _TALKATIVE.items():
        logging.getLogger(name).setLevel(at_least)
    # It would warn of every further attempt; each attempt has a line of its own, and is counted.
    stamina.instrumentation.set_on_retry_hooks(())


def _renderer() -> list[Processor]:
    if sys.stderr.isatty():
        return [structlog.dev.ConsoleRenderer()]
    return [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
