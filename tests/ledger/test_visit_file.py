"""The office's file: every line good, or each bad one told with its number."""

import csv
from datetime import date
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ledger.office_file import BadFile, Fault
from adapters.ledger.planned_visits import PlannedStatus, VisitRow
from adapters.ledger.visit_file import COLUMNS, read_visit_file

HEADER = "agreement,location,name,due,status,job"
GOOD = "930801,2101,Spring visit,2026-04-01,Completed,310169"
ROW = VisitRow(930801, 2101, "Spring visit", date(2026, 4, 1), PlannedStatus.COMPLETED, 310169)


def faults(*lines: str) -> list[tuple[int, str]]:
    with pytest.raises(BadFile) as caught:
        read_visit_file(f"{line}\n" for line in lines)
    return [(fault.line, fault.because) for fault in caught.value.faults]


def test_a_file_is_read() -> None:
    told = [HEADER, GOOD, "", '930801,2102,"Fall, late",2026-10-01,unscheduled,', ",,,,,"]
    assert read_visit_file(told) == [
        ROW,
        VisitRow(930801, 2102, "Fall, late", date(2026, 10, 1), PlannedStatus.UNSCHEDULED),
    ]


def test_columns_stand_in_any_order_and_others_are_passed_over() -> None:
    header = "Job , STATUS,note,due,name,location,agreement"
    told = [header, "310169,Completed,hello,2026-04-01, Spring visit ,2101,930801"]
    assert read_visit_file(told) == [ROW]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("In Progress", PlannedStatus.IN_PROGRESS),
        ("in-progress", PlannedStatus.IN_PROGRESS),
        ("INPROGRESS", PlannedStatus.IN_PROGRESS),
        ("Cancelled", PlannedStatus.CANCELED),
        *[(status.value, status) for status in PlannedStatus],
    ],
)
def test_statuses_are_read_as_people_write_them(told: str, status: PlannedStatus) -> None:
    (row,) = read_visit_file([HEADER, f"1,2,Visit,2026-04-01,{told},"])
    assert row.status is status


NUMBER = "must be ServiceTitan's number, not "
STATUSES = "Unscheduled, Scheduled, InProgress, Completed, Canceled, Dismissed, Deleted"


@pytest.mark.parametrize(
    ("line", "because"),
    [
        ("x,2,V,2026-04-01,Completed,", f"agreement {NUMBER}'x'"),
        ("1,0,V,2026-04-01,Completed,", f"location {NUMBER}'0'"),
        ("1,-2,V,2026-04-01,Completed,", f"location {NUMBER}'-2'"),
        ("1,2.0,V,2026-04-01,Completed,", f"location {NUMBER}'2.0'"),
        ("٣,2,V,2026-04-01,Completed,", f"agreement {NUMBER}'٣'"),
        (f"{2**63},2,V,2026-04-01,Completed,", f"agreement {NUMBER}'{2**63}'"),
        ("1,2,,2026-04-01,Completed,", "name must be 1 to 200 letters on one line"),
        (f"1,2,{'n' * 201},2026-04-01,Completed,", "name must be 1 to 200 letters on one line"),
        ("1,2,a\x07b,2026-04-01,Completed,", "name must be 1 to 200 letters on one line"),
        ("1,2,V,04/01/2026,Completed,", "due must be a day such as 2026-07-14, not '04/01/2026'"),
        ("1,2,V,20260401,Completed,", "due must be a day such as 2026-07-14, not '20260401'"),
        ("1,2,V,,Completed,", "due must be a day such as 2026-07-14, not ''"),
        (
            "1,2,V,2026-02-30,Completed,",
            "due must be a day of the calendar, not '2026-02-30'",
        ),
        ("1,2,V,2026-04-01,,", f"status must be one of {STATUSES}, not ''"),
        ("1,2,V,2026-04-01,Won,", f"status must be one of {STATUSES}, not 'Won'"),
        ("1,2,V,2026-04-01,Completed,J7", f"job {NUMBER}'J7'"),
        (
            "1,2,V,2026-04-01,Completed,7,8",
            "it has more cells than the header; put quotes around a comma",
        ),
        (
            "x,2,V,2026-04-01,Completed,y",
            f"agreement {NUMBER}'x'; job {NUMBER}'y'",
        ),
    ],
)
def test_a_bad_line_is_told(line: str, because: str) -> None:
    assert faults(HEADER, GOOD, line) == [(3, because)]


def test_every_bad_line_is_told() -> None:
    bad = "1,2,V,soon,Completed,"
    assert [line for line, _ in faults(HEADER, bad, GOOD, "", bad, "1,2")] == [2, 5, 6]


def test_a_visit_that_is_told_twice_names_the_line_before() -> None:
    again = GOOD.replace("Completed", "Canceled")
    assert faults(HEADER, GOOD, again, again) == [
        (3, "this visit stands on line 2 already"),
        (4, "this visit stands on line 2 already"),
    ]


@pytest.mark.parametrize(
    ("header", "because"),
    [
        ("", "; ".join(f"there is no column {name}" for name in COLUMNS)),
        ("agreement,location,name,due,status", "there is no column job"),
        (f"{HEADER},Name", "there are two columns name"),
        (HEADER.replace(",", ";"), "; ".join(f"there is no column {name}" for name in COLUMNS)),
    ],
)
def test_a_header_that_lacks_something_is_told(header: str, because: str) -> None:
    assert faults(header, GOOD) == [(1, because)]


def test_what_is_no_csv_is_told_from_where_on() -> None:
    (fault,) = faults(HEADER, GOOD, '1,2,"open,2026-04-01,Completed,')
    assert fault[0] == 3
    assert fault[1].startswith("no CSV from here on: ")


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=9)
ROWS = st.builds(
    VisitRow,
    agreement_id=st.integers(1, 2**63 - 1),
    location_id=st.integers(1, 2**63 - 1),
    name=NAMES,
    due_on=st.dates(),
    status=st.sampled_from(PlannedStatus),
    job_id=st.none() | st.integers(1, 2**63 - 1),
)


@given(st.lists(ROWS, unique_by=lambda row: row.key))
def test_whatever_a_spreadsheet_writes_is_read_back(rows: list[VisitRow]) -> None:
    told = StringIO(newline="")
    lines = csv.writer(told)
    lines.writerow(COLUMNS)
    for row in rows:
        day, job = row.due_on.isoformat(), row.job_id or ""
        lines.writerow((row.agreement_id, row.location_id, row.name, day, row.status.value, job))
    told.seek(0)
    assert read_visit_file(told) == rows


@given(st.text())
def test_any_text_is_read_or_its_faults_are_told(text: str) -> None:
    lines = f"{HEADER}\n{text}".splitlines(keepends=True)
    told: list[Fault] = []
    try:
        assert read_visit_file(lines) == []  # no line of six good cells comes up by chance
    except BadFile as error:
        told = error.faults
    assert all(1 < fault.line <= len(lines) + 1 and fault.because for fault in told)
