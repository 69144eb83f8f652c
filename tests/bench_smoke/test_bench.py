"""The benchmarks run from end to end, in a process of their own as `make bench` runs them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
from typer.testing import CliRunner

import tests.bench.run as bench
from tests.bench.__main__ import app
from tests.bench.failure import BenchFailed

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(330)
COMMAND = (sys.executable, "-m", "tests.bench")


@dataclass(frozen=True)
class Run:
    """What a run printed, and what it wrote down."""

    printed: str
    found: dict[str, Any]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    file = tmp_path_factory.mktemp("bench") / "found.json"
    ended = subprocess.run(  # noqa: S603  # our own command
        [*COMMAND, "--quick", "--json", str(file)],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
        timeout=270,
    )
    assert ended.returncode == 0, ended.stderr
    return Run(ended.stdout, json.loads(file.read_text("utf-8")))


def test_the_tables_have_a_row_for_everything_measured(run: Run) -> None:
    measured = [row for part in ("warm", "cold", "costs") for row in run.found[part]]
    assert len(measured) == 4 + 2 + 11
    for part in ("directory", "freshness", "answered", "mailings"):
        measured += run.found[part]
    for row in measured:
        assert f"\n{row['name']} " in run.printed


def test_each_server_answered_under_load(run: Run) -> None:
    rows = {row["name"]: row for row in run.found["warm"]}
    assert list(rows) == [
        "the gateway",
        "plain Strawberry",
        "… with documents cached",
        "same bytes from memory",
    ]
    for row in rows.values():
        assert row["requests"] > 0
        assert 0 < row["p50"] <= row["p95"] <= row["p99"]


def test_the_warm_read_calls_nobody(run: Run) -> None:
    (gateway,) = (row for row in run.found["warm"] if row["name"] == "the gateway")
    assert gateway["upstream_calls"] == 0


def test_the_cold_reads_make_the_fewest_calls(run: Run) -> None:
    for way in ("compiled", "by_core"):
        calls = {row["name"]: row[way]["calls"] for row in run.found["cold"]}
        assert calls == {
            "customer, 20 invoices, items, job": [3],  # invoices, jobs, job types
            "Jobs screen of 2,000, 20 with appointments": [6],  # 2 pages, 3 of visits, job types
        }


def test_the_costs_are_of_as_many_rows_as_there_are(run: Run) -> None:
    assert [row["of"] for row in run.found["costs"]] == [
        *(2000, 2000),  # tabs
        1500,  # may_see_invoice
        1,  # reach_of
        *(1000, 500),  # whole pages
        1500,  # remembered invoices
        *(1500, 1500),  # cursors
        *(500, 500),  # the way to a place and back
    ]
    assert all(row["micros"] > 0 for row in run.found["costs"])


def test_the_directory_is_measured_in_every_database_there_is(run: Run) -> None:
    rows = run.found["directory"]
    assert [row["name"] for row in rows] in (["SQLite"], ["SQLite", "PostgreSQL"])
    for row in rows:
        assert (row["rows"], row["contacts"]) == (4100, 2000)
        assert 0 < row["cold_p50"] <= row["cold_p99"]
        assert 0 < row["warm_p50"] <= row["warm_p99"]


def test_events_reach_every_worker_there_is(run: Run) -> None:
    rows = run.found["freshness"]
    names = ["one worker, in memory", "the worker that was told", "another worker"]
    assert [row["name"] for row in rows] in (names[:1], names)
    assert {len(row["ms"]) for row in rows} == {2}


def test_events_are_answered_where_workers_are_alone_and_where_they_are_two(run: Run) -> None:
    rows = run.found["answered"]
    names = ["one worker, SQLite", "two workers, PostgreSQL"]
    assert [row["name"] for row in rows] in (names[:1], names)
    assert {len(row["ms"]) for row in rows} == {8}


def test_nothing_failed(run: Run) -> None:
    assert run.found["failed"] == []


def test_a_mailing_is_answered_with_the_fewest_calls(run: Run) -> None:
    invoices, tasks = run.found["mailings"]
    assert (invoices["people"], invoices["calls"], invoices["fewest"]) == (20, 20, 20)
    assert (tasks["people"], tasks["calls"], tasks["fewest"]) == (20, 80, 80)
    for row in (invoices, tasks):
        assert (row["at_once"], row["told_again"], row["too_many"]) == (20, 0, 0)
        assert (row["askings"], row["most_askings"], row["halved"]) == (20, 1, 0)


def test_a_crowd_is_told_of_at_each_time(run: Run) -> None:
    floods, overload = run.found["floods"], run.found["overload"]
    assert [row["others"]["name"] for row in floods] == [
        "nobody floods",
        "ten a second",
        "ten times theirs",
        "three hundred at once",
    ]
    assert [row["flood"] is None for row in floods] == [True, False, False, False]
    assert overload["capacity"] > 0
    for kind in ("reading", "paying", "told"):
        assert [row["name"] for row in overload[kind]] == [
            "a tenth of it",
            "half of it",
            "three times it, first second",
            "three times it",
            "half of it, after",
        ]
    came = sum(row["answered"] for row in overload["reading"])
    assert came > 0
    for title in ("A flood of one viewer's", "Overload, 0.8 s", "Sent away", "Money and events"):
        assert f"\n{title}" in run.printed


def test_memory_is_told_round_by_round(run: Run) -> None:
    rows = run.found["memory"]
    assert len(rows) == 2
    assert 0 < rows[0]["requests"] < rows[1]["requests"]
    assert all(row["mb"] > 0 and row["files"] > 0 and row["threads"] > 0 for row in rows)


def test_a_part_that_there_is_not_is_refused() -> None:
    refused = CliRunner().invoke(app, ["--quick", "--only", "everything"])
    assert refused.exit_code == 2
    assert "No such part: everything." in refused.stderr


def test_a_part_that_fails_says_so_and_the_others_run_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def found(*_: object) -> list[object]:
        return []

    async def unknown(*_: object) -> None:
        return

    async def fails(*_: object) -> NoReturn:
        raise BenchFailed("The gateway does not tell what an event said.")

    monkeypatch.setattr(bench, "sandbox_running", nothing_running)
    monkeypatch.setattr(bench, "measure_warm", fails)
    monkeypatch.setattr(bench, "measure_freshness", fails)
    for name in ("cold", "mailings", "floods", "memory"):
        monkeypatch.setattr(bench, f"measure_{name}", found)
    monkeypatch.setattr(bench, "measure_overload", unknown)
    for name in ("_measure_costs", "_measure_directory"):
        monkeypatch.setattr(bench, name, found)
    ended = CliRunner().invoke(app, ["--quick"])
    assert ended.exit_code == 1
    why = "gave no figures: The gateway does not tell what an event said.\n"
    assert ended.stderr.endswith(f"warm read {why}events {why}")


@asynccontextmanager
async def nothing_running() -> AsyncIterator[None]:
    """Run nothing."""
    yield


@pytest.fixture
def running() -> Iterator[subprocess.Popen[str]]:
    """A run that is under way."""
    with subprocess.Popen(  # noqa: S603  # our own command
        [*COMMAND, "--quick"], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def test_a_run_that_is_stopped_leaves_nothing_behind(running: subprocess.Popen[str]) -> None:
    children = _children(running.pid)
    deadline = time.monotonic() + 20
    while len(children) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
        children = _children(running.pid)
    assert len(children) >= 2, "no server was started"
    running.terminate()
    _, told = running.communicate(timeout=20)
    assert running.returncode == 1
    assert told.endswith("Stopped.\n")
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def _children(pid: int) -> list[int]:
    """Return the ids of a process's children, where the system tells them."""
    told = Path(f"/proc/{pid}/task/{pid}/children")
    if not told.exists():
        pytest.skip("this system does not tell a process's children (/proc)")
    return [int(child) for child in told.read_text("ascii").split()]
