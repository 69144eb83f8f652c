"""How a line of the log is spelled: as the standard library would, whoever spells it."""

import json
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Any

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.logs import Stamped, as_json
from tests.telemetry.conftest import Lines


class Word(StrEnum):
    """A word that is a text too."""

    WORD = "wörd"


class Number(IntEnum):
    """A number that has a name."""

    ONE = 1


VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9).map(
        lambda number: round(number, 3)
    )
    | st.text(st.characters(codec=None))
    | st.sampled_from([Word.WORD, Number.ONE])
)


@given(st.dictionaries(st.text(max_size=8), VALUES | st.lists(VALUES, max_size=3), max_size=5))
@example({"path": '/a\n"\\\x1b\x7f\x9b[31m\u2028\ud800'})
@example({"path": "\x7f"})
@example({"rows": 2**70, "count": -(2**63)})
def test_lg5_a_line_is_spelled_in_ascii_as_the_standard_library_spells_it(
    line: dict[str, Any],
) -> None:
    told = as_json(None, "info", dict(line))
    assert told == json.dumps(line)
    assert isinstance(told, str)
    assert all(" " <= sign <= "~" for sign in told)


@pytest.mark.parametrize(
    ("nanos", "text"),
    [
        (1_783_944_000_000_000_000, "2026-07-13T12:00:00.000000Z"),
        (1_783_944_000_000_000_999, "2026-07-13T12:00:00.000000Z"),
        (1_783_944_000_999_999_999, "2026-07-13T12:00:00.999999Z"),
        (1_783_944_001_000_001_000, "2026-07-13T12:00:01.000001Z"),
        (1_783_943_999_000_000_000, "2026-07-13T11:59:59.000000Z"),
    ],
)
def test_a_line_tells_its_moment_to_the_microsecond(
    monkeypatch: pytest.MonkeyPatch, nanos: int, text: str
) -> None:
    stamped = Stamped()
    monkeypatch.setattr("time.time_ns", lambda: 1_783_944_000_500_000_000)
    assert stamped(None, "info", {}) == {"timestamp": "2026-07-13T12:00:00.500000Z"}
    monkeypatch.setattr("time.time_ns", lambda: nanos)
    assert stamped(None, "info", {"timestamp": "never"}) == {"timestamp": text}


def test_the_moment_is_now(lines: Lines) -> None:
    before = datetime.now(UTC)
    structlog.get_logger().info("now")
    (line,) = lines()
    assert before <= datetime.fromisoformat(line["timestamp"]) <= datetime.now(UTC)
