"""A CSV file that the office exports or writes: every line good, or what is wrong with each."""

import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

Readings = Mapping[str, Callable[[str], object]]
"""How the cell of each column is read: ValueError says what is wrong, beginning with "must"."""

_LARGEST_ID, _DIGITS = 2**63 - 1, 19


class Keyed(Protocol):
    """A row that says what no two of a file may share."""

    @property
    def key(self) -> tuple[object, ...]: ...  # noqa: D102  # its class says so


R = TypeVar("R", bound=Keyed)


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


def read_file(
    lines: Iterable[str], readings: Readings, row_of: Callable[[Mapping[str, Any]], R], what: str
) -> list[tuple[int, R]]:
    """Read every row of a CSV file with a header, each with its line; raises BadFile.

    The columns are those of `readings`, in any order; others are passed over, and so are blank
    lines. `what` is what a row is called.
    """
    reader = csv.DictReader(lines, strict=True, skipinitialspace=True)
    reader.fieldnames = _header(reader, readings)
    rows: dict[tuple[object, ...], tuple[int, R]] = {}
    faults: list[Fault] = []
    for line, told in _cells(reader, faults):
        try:
            row = row_of(_read(told, readings))
        except ValueError as error:
            faults.append(Fault(line, str(error)))
            continue
        before, _ = rows.setdefault(row.key, (line, row))
        if before != line:
            faults.append(Fault(line, f"this {what} stands on line {before} already"))
    if faults:
        raise BadFile(faults)
    return list(rows.values())


def number(cell: str) -> int:
    """Read one of ServiceTitan's numbers; raises ValueError."""
    found = int(cell) if cell.isascii() and cell.isdecimal() and len(cell) <= _DIGITS else 0
    if not 0 < found <= _LARGEST_ID:
        raise ValueError(f"must be ServiceTitan's number, not {cell!r}")
    return found


def _header(reader: "csv.DictReader[str]", columns: Collection[str]) -> list[str]:
    try:
        names = [name.strip().casefold() for name in reader.fieldnames or ()]
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadFile([Fault(1, _unreadable(error))]) from error
    wrong = [f"there is no column {name}" for name in columns if name not in names]
    wrong += [f"there are two columns {name}" for name in columns if names.count(name) > 1]
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


def _read(told: Mapping[str, object], readings: Readings) -> Mapping[str, Any]:
    """Read the cells of a line; raises ValueError that tells everything that is wrong with it."""
    if None in told:
        raise ValueError("it has more cells than the header; put quotes around a comma")
    wrong: list[str] = []
    read: dict[str, object] = {}
    for name, reading in readings.items():
        try:
            read[name] = reading(str(told.get(name) or "").strip())
        except ValueError as error:
            wrong.append(f"{name} {error}")
    if wrong:
        raise ValueError("; ".join(wrong))
    return read
