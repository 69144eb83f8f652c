"""A file of agreement visits, as the office exports it: every line good, or what is wrong."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from adapters.ledger.office_file import Readings, number, read_file
from adapters.ledger.planned_visits import PlannedStatus, VisitRow

_LONGEST_NAME = 200
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BETWEEN = re.compile(r"[\s_-]+")
_STATUSES = {status.value.casefold(): status for status in PlannedStatus}
_STATUSES["cancelled"] = PlannedStatus.CANCELED
_MEANT = ", ".join(status.value for status in PlannedStatus)


def read_visit_file(lines: Iterable[str]) -> list[VisitRow]:
    """Read every visit of a CSV file with a header; raises BadFile, which names each bad line.

    The columns are those of COLUMNS, in any order.
    """
    return [row for _, row in read_file(lines, _READINGS, _row, "visit")]


def _row(read: Mapping[str, Any]) -> VisitRow:
    return VisitRow(
        agreement_id=read["agreement"],
        location_id=read["location"],
        name=read["name"],
        due_on=read["due"],
        status=read["status"],
        job_id=read["job"],
    )


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
    return number(cell) if cell else None


_READINGS: Readings = {
    "agreement": number,
    "location": number,
    "name": _name,
    "due": _day,
    "status": _status,
    "job": _job,
}
COLUMNS = tuple(_READINGS)
