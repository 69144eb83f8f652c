"""`visits import`: what the office is told, and what is in the ledger afterwards."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from adapters.ledger.planned_visits import Imported
from gateway.cli import app
from gateway.commands.bars import LONG
from gateway.visit_import import import_visits, visits_in

HEADER = "agreement,location,name,due,status,job"
SPRING = "930801,2101,Spring,2026-04-01,Completed,310169"
FALL = "930801,2101,Fall,2026-10-01,Unscheduled,"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/ledger.db"


def run(tmp_path: Path, *lines: str, url: str | None = None, encoding: str = "utf-8") -> Result:
    path = tmp_path / "visits.csv"
    path.write_bytes("\r\n".join((*lines, "")).encode(encoding))
    environ = {"PORTAL_DATABASE_URL": url or f"sqlite:///{tmp_path}/ledger.db"}
    arguments = ("visits", "import", str(path))
    return CliRunner().invoke(app, arguments, env=environ, catch_exceptions=False)


def rows(tmp_path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        return connection.execute(
            "SELECT agreement_id, location_id, name, due_on, status, job_id "
            "FROM agreement_visits ORDER BY id"
        ).fetchall()


def test_a_file_is_taken_over_and_summed_up(tmp_path: Path) -> None:
    first = run(tmp_path, HEADER, SPRING, FALL, encoding="utf-8-sig")
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout == "2 new, 0 changed, 0 unchanged: 2 visits in all.\n"
    booked = FALL.replace("Unscheduled,", "Scheduled,310001")
    second = run(tmp_path, HEADER, SPRING, booked, FALL.replace("Fall", "Summer"))
    assert second.stdout == "1 new, 1 changed, 1 unchanged: 3 visits in all.\n"
    assert rows(tmp_path) == [
        (930801, 2101, "Spring", "2026-04-01", "Completed", 310169),
        (930801, 2101, "Fall", "2026-10-01", "Scheduled", 310001),
        (930801, 2101, "Summer", "2026-10-01", "Unscheduled", None),
    ]


def test_one_bad_line_stops_them_all_and_each_is_told(tmp_path: Path) -> None:
    run(tmp_path, HEADER, SPRING)
    result = run(tmp_path, HEADER, FALL, "930801,here,Fall,2026-10-01,Open,", "", FALL)
    assert (result.exit_code, result.stdout) == (1, "")
    statuses = "Unscheduled, Scheduled, InProgress, Completed, Canceled, Dismissed, Deleted"
    assert result.stderr == (
        "visits.csv, line 3: location must be ServiceTitan's number, not 'here'; "
        f"status must be one of {statuses}, not 'Open'.\n"
        "visits.csv, line 5: this visit stands on line 2 already.\n"
        "Nothing was imported.\n"
    )
    assert [row[2] for row in rows(tmp_path)] == ["Spring"]


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    result = run(
        tmp_path, HEADER, FALL, SPRING.replace("Spring", "Fr\xfchjahr"), encoding="latin-1"
    )
    assert result.exit_code == 1
    assert result.stderr == (
        "visits.csv, line 3: not UTF-8; save the file as CSV UTF-8.\nNothing was imported.\n"
    )


def test_a_ledger_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = run(tmp_path, HEADER, SPRING, url="sqlite:////nowhere/ledger.db")
    assert result.exit_code == 1
    assert result.stderr == (
        "The ledger's database (PORTAL_DATABASE_URL) fails: OperationalError. "
        "Nothing was imported.\n"
    )


def test_a_wrong_address_is_a_wrong_setting(tmp_path: Path) -> None:
    result = run(tmp_path, HEADER, SPRING, url="mysql://db/portal")
    assert result.exit_code == 2
    assert result.stderr.startswith("PORTAL_DATABASE_URL is wrong: it must be the address of")


@pytest.mark.parametrize(("count", "has_bar"), [(LONG - 1, False), (LONG, True)])
def test_a_long_file_has_a_bar_to_look_at(
    tmp_path: Path, url: str, count: int, *, has_bar: bool
) -> None:
    path = tmp_path / "visits.csv"
    lines = (f"930801,2101,Visit {turn},2026-04-01,Completed,\n" for turn in range(count))
    path.write_text("".join((f"{HEADER}\n", *lines)), "utf-8")
    told = Console(record=True, force_terminal=True, width=80, quiet=False, file=None)
    with told.capture() as shown:
        done = import_visits(url, visits_in(path), told)
    assert done == Imported(count, 0, 0)
    assert (f"{LONG}/{LONG}" in shown.get()) == has_bar
