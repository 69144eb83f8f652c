"""A file of access levels: every line good, or every bad one told."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ledger.access_levels import AccessChoice, LevelChange
from adapters.ledger.level_file import read_level_file
from adapters.ledger.office_file import BadFile, Fault

HEADER = "email,customer,location,level"


def read(*lines: str) -> list[tuple[int, LevelChange]]:
    return read_level_file(f"{line}\n" for line in lines)


def faults(*lines: str) -> list[tuple[int, str]]:
    with pytest.raises(BadFile) as caught:
        read(*lines)
    return [(fault.line, fault.because) for fault in caught.value.faults]


def test_every_choice_is_read_in_any_spelling_with_its_line() -> None:
    assert read(
        "Level, Location ,notes,CUSTOMER,email",
        "BILLING,,x,1, Pat@Example.com ",
        "non-billing,5,x,1,pat@example.com",
        "",
        "Non Billing,6,x,1,pat@example.com",
        "none,7,,9223372036854775807,zoë@bücher.example",
        "inherit,,,2,pat@example.com",
    ) == [
        (2, LevelChange("pat@example.com", 1, AccessChoice.BILLING)),
        (3, LevelChange("pat@example.com", 1, AccessChoice.NON_BILLING, 5)),
        (5, LevelChange("pat@example.com", 1, AccessChoice.NON_BILLING, 6)),
        (6, LevelChange("zoë@bücher.example", 2**63 - 1, AccessChoice.NONE, 7)),
        (7, LevelChange("pat@example.com", 2, AccessChoice.INHERIT)),
    ]


def test_every_bad_line_is_told_with_all_that_is_wrong() -> None:
    number = "must be ServiceTitan's number, not"
    levels = "must be one of BILLING, NON_BILLING, NONE, INHERIT, not"
    assert faults(
        HEADER,
        "pat,1,,BILLING",
        "a@x.example,0,-1,all",
        "a@x.example,1,,BILLING",
        "A@X.example,1,,NONE",
        "a@x.example b@x.example,1,,NONE",
        ",1,,NONE",
        "a@x.example,1,,",
        "a@x.example,1,2,3,NONE",
        f"{'a' * 250}@x.example,1,,NONE",
    ) == [
        (2, "email must be one email, not 'pat'"),
        (3, f"customer {number} '0'; location {number} '-1'; level {levels} 'all'"),
        (5, "this level stands on line 4 already"),
        (6, "email must be one email, not 'a@x.example b@x.example'"),
        (7, "email must be one email, not ''"),
        (8, f"level {levels} ''"),
        (9, "it has more cells than the header; put quotes around a comma"),
        (10, f"email must be one email, not '{'a' * 250}@x.e'"),
    ]


def test_a_missing_column_is_told() -> None:
    assert faults("email,customer,level,level", "x") == [
        (1, "there is no column location; there are two columns level")
    ]


CELL = st.text(max_size=12)


@given(st.lists(st.tuples(CELL, CELL, CELL, CELL), max_size=4))
def test_no_file_is_anything_but_read_or_told(rows: list[tuple[str, str, str, str]]) -> None:
    written = StringIO()
    csv.writer(written).writerows([HEADER.split(","), *rows])
    written.seek(0)
    wrong: list[Fault] = []
    try:
        found = len(read_level_file(written))
    except BadFile as error:
        found, wrong = 0, error.faults
    assert bool(wrong) <= bool(rows)
    assert found + len(wrong) <= len(rows)
