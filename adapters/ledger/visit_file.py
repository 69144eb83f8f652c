"""A file of agreement visits, as the office exports it: every line good, or what is wrong."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from adapters.ledger.planned_visits import PlannedStatus, VisitRow

COLUMNS = ("agreement", "location", "name", "due", "status", "job")
_LONGEST_NAME = 200
_LARGEST_ID, _DIGITS = 2**63 - 1, 19
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BETWEEN = re.compile(r"[\s_-]+")
_STATUSES = {status.value.casefold(): status for status in PlannedStatus}
_STATUSES["cancelled"] = PlannedStatus.CANCELED
_MEANT = ", ".join(status.value for status in PlannedStatus)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line; the header is line 1."""

    line: int
    because: str


class BadFile(Exception):  # noqa: N818  # what the office is told
    """A file that cannot be taken over; `faults` names every bad line."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} bad lines")
        self.faults = faults


def read_visit_file(lines: Iterable[str]) -> list[VisitRow]:
    """Read every visit of a CSV file with a header; raises BadFile, which names each bad line.

    The columns are those of COLUMNS, in any order; others are passed over, and so are blank lines.
    """
    reader = csv.DictReader(lines, strict=True, skipinitialspace=True)
    reader.fieldnames = _header(reader)
    rows: dict[tuple[object, ...], tuple[int, VisitRow]] = {}
    faults: list[Fault] = []
    for line, told in _cells(reader, faults):
        try:
            row = _row(told)
        except ValueError as error:
            faults.append(Fault(line, str(error)))
            continue
        before, _ = rows.setdefault(row.key, (line, row))
        if before != line:
            faults.append(Fault(line, f"this visit stands on line {before} already"))
    if faults:
        raise BadFile(faults)
    return [row for _, row in rows.values()]


def _header(reader: "csv.DictReader[str]") -> list[str]:
    try:
        names = [name.strip().casefold() for name in reader.fieldnames or ()]
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadFile([Fault(1, _unreadable(error))]) from error
    wrong = [f"there is no column {name}" for name in COLUMNS if name not in names]
    wrong += [f"there are two columns {name}" for name in COLUMNS if names.count(name) > 1]
    if wrong:
        raise BadFile([Fault(1, "; ".join(wrong))])
    return names


def _cells(
    reader: "csv.DictReader[str]", faults: list[Fault]
) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Go through the lines that can be taken apart; one that cannot ends the file."""
    line = 2
    while True:
        try:
            told = next(reader, None)
        except (csv.Error, UnicodeDecodeError) as error:
            faults.append(Fault(max(line, reader.line_num), _unreadable(error)))
            return
        if told is None:
            return
        line = reader.line_num
        if any(told.values()):
            yield line, told
        line += 1


def _unreadable(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8; save the file as CSV UTF-8"
    return f"no CSV from here on: {error}"


def _row(told: Mapping[str, object]) -> VisitRow:
    """Read a line; raises ValueError that tells everything that is wrong with it."""
    if None in told:
        raise ValueError("it has more cells than the header; put quotes around a comma")
    wrong: list[str] = []
    read: dict[str, Any] = {}
    for name, reading in _READINGS.items():
        try:
            read[name] = reading(str(told.get(name) or "").strip())
        except ValueError as error:
            wrong.append(f"{name} {error}")
    if wrong:
        raise ValueError("; ".join(wrong))
    return VisitRow(
        agreement_id=read["agreement"],
        location_id=read["location"],
        name=read["name"],
        due_on=read["due"],
        status=read["status"],
        job_id=read["job"],
    )


def _number(cell: str) -> int:
    number = int(cell) if cell.isascii() and cell.isdecimal() and len(cell) <= _DIGITS else 0
    if not 0 < number <= _LARGEST_ID:
        raise ValueError(f"must be ServiceTitan's number, not {cell!r}")
    return number


def _name(cell: str) -> str:
    if not cell or len(cell) > _LONGEST_NAME or not cell.isprintable():
        raise ValueError(f"must be 1 to {_LONGEST_NAME} letters on one line")
    return cell


def _day(cell: str) -> date:
    if not _DAY.fullmatch(cell):
        raise ValueError(f"must be a day such as 2026-07-14, not {cell!r}")
    try:
        return date.fromisoformat(cell)
    except ValueError as error:
        raise ValueError(f"must be a day of the calendar, not {cell!r}") from error


def _status(cell: str) -> PlannedStatus:
    status = _STATUSES.get(_BETWEEN.sub("", cell.casefold()))
    if status is None:
        raise ValueError(f"must be one of {_MEANT}, not {cell!r}")
    return status


def _job(cell: str) -> int | None:
    return _number(cell) if cell else None


_READINGS: Mapping[str, Callable[[str], object]] = {
    "agreement": _number,
    "location": _number,
    "name": _name,
    "due": _day,
    "status": _status,
    "job": _job,
}
