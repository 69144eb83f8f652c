"""What a line of the log may hold: fields of an allow list, bounded, with nobody in them."""

import re
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final

from structlog.typing import EventDict, WrappedLogger

FIELDS: Final = frozenset(
    (
        *("event", "level", "timestamp", "logger"),
        *("request_id", "worker", "viewer", "staff", "viewer_key"),
        *("method", "path", "status", "ms", "code", "what", "network"),
        *("operation", "kind", "document", "calls", "saved", "stale_seconds", "codes"),
        *("error", "at", "frames", "problem", "reason"),
        *("host", "port", "pid", "workers", "again_in"),
        *("resource", "values", "call", "feed", "channel", "rows", "count"),
        *("events", "occurrence", "attempts", "given_up"),
        *("changed", "expected", "headers", "refused"),
        *("attempt", "acceptance", "state", "processor"),
    )
)
"""Every name that a line may carry; what has another is left out, and counted in `dropped`."""

LONGEST: Final = 300
"""How many characters a text may have."""
MOST_PARTS: Final = 64
"""How many parts a list may have."""
MOST_FRAMES: Final = 12
"""Of a failure, how many of the innermost places are told."""

_SECRET: Final = re.compile(
    r"[^\s@<>\"'(]+@[^\s@<>\"')]+"  # an email, or what stands before a host in an address
    r"|\beyJ[\w-]+(?:\.[\w-]*)*"  # a token
    r"|(?i:\b(?:bearer|basic)\s+\S+)"
    r"|\b(?:\d[ -]?){12,18}\d\b"  # a card's number
)
_SHORTEST: Final = 13
"""A text of fewer characters is no token and no card's number."""
_SCRUBBED: Final = "[…]"
_PLAIN: Final = frozenset((int, float, bool, type(None)))
_OWN: Final = "timestamp"
"""What the log itself puts into every line, whatever stood there."""
_SUSPECT: Final = re.compile(r"@|eyJ|\d[\d -]{11}|(?i:bearer|basic)")


class Dropped:
    """How many fields were left out of lines since the start of this process."""

    def __init__(self) -> None:
        self.count = 0


DROPPED: Final = Dropped()
"""Of this process: the log is one for all of it, and configured once."""


def allowed(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Leave out of a line what no line may carry, and bound the rest (LG-1, LG-5)."""
    if not FIELDS.issuperset(line):
        extra = line.keys() - FIELDS
        for name in extra:
            del line[name]
        DROPPED.count += sum(not name.startswith("_") for name in extra)
    for name, value in line.items():
        kind = type(value)
        if kind is str:
            if (len(value) >= _SHORTEST or "@" in value) and name != _OWN:
                line[name] = scrubbed(value)
        elif kind not in _PLAIN and name != _OWN:
            line[name] = _bounded(value)
    return line


def first_line(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Of what a library says keep the first line: what follows spells out objects and errors."""
    line["event"] = str(line.get("event", "")).partition("\n")[0]
    return line


def placed(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Tell an exception by its type and where it came from: its words may hold anything (LG-2)."""
    told = line.pop("exc_info", None)
    error = _error_of(told)
    if error is not None:
        line.setdefault("error", type(error).__name__)
        line["frames"] = frames_of(error.__traceback__)
    return line


def frames_of(trace: TracebackType | None) -> list[str]:
    """Return `module:line` of each place, the innermost last: places, and no values."""
    frames: list[str] = []
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_globals.get('__name__', 'unknown')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return frames[-MOST_FRAMES:]


def spelled_out(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Spell control characters out, for a terminal would obey them (LG-5)."""
    for name, value in line.items():
        if isinstance(value, str) and not value.isprintable():
            line[name] = "".join(sign if sign.isprintable() else _spelled(sign) for sign in value)
    return line


def _spelled(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def _error_of(told: Any) -> BaseException | None:  # noqa: ANN401  # what `logging` allows for exc_info
    match told:
        case BaseException():
            return told
        case (_, BaseException() as error, _):
            return error
        case None | False | ():
            return None
        case _:
            return sys.exc_info()[1]


def _bounded(value: object) -> object:
    """Return a value that JSON knows, no larger than it may be; of any other only its type."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return scrubbed(value)
        case Sequence() | set() | frozenset():
            return [_bounded(part) for part in list(value)[:MOST_PARTS]]
        case _:
            return type(value).__name__


def scrubbed(value: str) -> str:
    """Return a text as a line may hold it."""
    if len(value) < _SHORTEST and "@" not in value:
        return value
    if len(value) > LONGEST:
        value = f"{value[:LONGEST]}…"
    return _SECRET.sub(_SCRUBBED, value) if _SUSPECT.search(value) else value
