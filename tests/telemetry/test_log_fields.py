"""What a line of the log may hold, whoever writes it."""

import ast
import asyncio
import gc
import io
import json
import logging
import sys
from contextlib import redirect_stderr
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from gateway.log_fields import DROPPED, FIELDS, LONGEST, allowed
from gateway.logs import configure_logging
from tests.telemetry.conftest import Lines

HOUSE = Path(__file__).parents[2]
FLOORS = ("gateway", "schema", "resolvers", "adapters")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
LOGS = {"_log", "_ledger_log", "log", "say"}


def said() -> list[tuple[str, int, str | None]]:
    """Return every field that a line of the house's log is given: file, line, name."""
    found = []
    for floor in FLOORS:
        for path in sorted((HOUSE / floor).rglob("*.py")):
            if "sandbox" in path.parts or "console" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and _logs(node.func):
                    where = str(path.relative_to(HOUSE))
                    found += [(where, node.lineno, keyword.arg) for keyword in node.keywords]
    return found


def _logs(called: ast.expr) -> bool:
    if isinstance(called, ast.Attribute) and called.attr in LEVELS:
        return isinstance(called.value, ast.Name) and called.value.id in LOGS
    return isinstance(called, ast.Name) and called.id == "say"


SPELLED = {
    ("adapters/servicetitan/calls.py", "status"),
    ("gateway/lines.py", "event"),
    ("gateway/security.py", "network"),
    ("gateway/telemetry.py", "kind"),
}
"""Given as a mapping: each file that does so, with a name that its mapping is known to hold."""


def test_every_field_that_the_house_logs_is_on_the_list() -> None:
    fields = said()
    assert len(fields) > 60
    strangers = [each for each in fields if each[2] is not None and each[2] not in FIELDS]
    assert strangers == []
    assert {of for of, _, name in fields if name is None} == {of for of, _ in SPELLED}
    assert {name for _, name in SPELLED} <= FIELDS


def test_what_is_not_on_the_list_is_left_out_and_counted(lines: Lines) -> None:
    before = DROPPED.count
    structlog.get_logger().info("paid", amount="120.00", email="pat@example.com", status=200)
    (line,) = lines()
    assert line.keys() == {"event", "level", "timestamp", "status"}
    assert DROPPED.count == before + 2


async def test_what_is_bound_to_a_request_passes_the_list_too(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(customer="Pat Sullivan", request_id="r1"):
        structlog.get_logger().info("asked")
    (line,) = lines()
    assert line.keys() == {"event", "level", "timestamp", "request_id"}


TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwYXQifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("pat@example.com is no contact", "[…] is no contact"),
        ("postgresql://portal:hunter2@db/portal fails", "[…] fails"),
        (f"refused {TOKEN}", "refused […]"),
        ("Authorization: Bearer abc.def", "Authorization: […]"),
        ("basic dXNlcjpwYXNz", "[…]"),
        ("card 4111 1111 1111 1111 declined", "card […] declined"),
        ("card 4111-1111-1111-1111", "card […]"),
        ("row 300106 of 2026-07-14", "row 300106 of 2026-07-14"),
    ],
)
def test_lg1_what_names_somebody_or_opens_something_is_taken_out_of_a_text(
    lines: Lines, told: str, written: str
) -> None:
    structlog.get_logger().warning("policy kept", problem=told, headers=[told])
    (line,) = lines()
    assert (line["problem"], line["headers"]) == (written, [written])


def test_lg5_a_long_text_is_cut_and_a_long_list_too(lines: Lines) -> None:
    structlog.get_logger().warning("policy kept", problem="x" * 1_000_000, changed=["y"] * 1000)
    (line,) = lines()
    assert line["problem"] == "x" * LONGEST + "…"
    assert line["changed"] == ["y"] * 64


def test_a_value_that_is_no_plain_one_is_told_by_its_type(lines: Lines) -> None:
    structlog.get_logger().warning("odd", problem=ValueError("hunter2"), values={"a": "hunter2"})
    (line,) = lines()
    assert (line["problem"], line["values"]) == ("ValueError", "dict")


def raises_with_a_secret() -> None:
    secret = "hunter2"
    raise RuntimeError(f"secret={secret} /srv/app.py")


def test_lg2_an_exception_is_told_by_its_type_and_its_places(lines: Lines) -> None:
    try:
        raises_with_a_secret()
    except RuntimeError:
        structlog.get_logger().exception("subscription failed")
        logging.getLogger("sqlalchemy.pool").exception("Exception during reset")
    ours, library = lines()
    for line in (ours, library):
        assert line["error"] == "RuntimeError"
        first, last = line["frames"]
        assert first.startswith(f"{__name__}:")
        assert last.startswith(f"{__name__}:")
        assert "hunter2" not in json.dumps(line)
        assert "exception" not in line
    assert (library["event"], library["logger"]) == ("Exception during reset", "sqlalchemy.pool")


async def test_lg2_a_task_that_nobody_asked_after_does_not_spell_its_error(lines: Lines) -> None:
    async def fails() -> None:
        raise RuntimeError("hunter2")

    task = asyncio.ensure_future(fails())
    await asyncio.sleep(0)
    del task
    gc.collect()
    (line,) = [line for line in lines() if line.get("logger") == "asyncio"]
    assert (line["event"], line["error"]) == (
        "Task exception was never retrieved",
        "RuntimeError",
    )
    assert "hunter2" not in json.dumps(line)


class Terminal(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_lg5_a_terminal_is_told_no_control_characters() -> None:
    written = Terminal()
    with redirect_stderr(written):
        configure_logging("info")
        structlog.get_logger().info("request", path="/a\x1b]0;owned\x07\n{}\u2028")
    (line,) = written.getvalue().splitlines()
    assert r"/a\x1b]0;owned\x07\n{}\u2028" in line
    assert "\x07" not in line


class Broken(io.StringIO):
    """A stream whose reader has gone."""

    def write(self, text: str) -> int:
        """Fail."""
        raise BrokenPipeError(text)

    def flush(self) -> None:
        """Fail."""
        raise ValueError("I/O operation on closed file.")


def test_lg7_a_log_that_cannot_be_written_stops_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", Broken())
    configure_logging("info")
    structlog.get_logger().info("request", status=200)
    logging.getLogger("library").warning("something")


@given(
    st.dictionaries(
        st.sampled_from([*sorted(FIELDS - {"timestamp"}), "email", "amount", "_record"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=400),
            lambda inner: st.lists(inner, max_size=4) | st.binary() | st.tuples(inner),
            max_leaves=6,
        ),
    )
)
def test_whatever_is_logged_is_a_line_of_known_names(line: dict[str, object]) -> None:
    told = allowed(None, "info", dict(line))
    assert set(told) <= FIELDS
    assert set(told) == set(line) & FIELDS
    assert "\n" not in json.dumps(told)
