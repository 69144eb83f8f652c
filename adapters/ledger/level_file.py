"""A file of access levels, as the office writes it: every line good, or what is wrong."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from adapters.ledger.access_levels import AccessChoice, LevelChange
from adapters.ledger.emails import folded
from adapters.ledger.office_file import Readings, number, read_file

_LONGEST = 254
_EMAIL = re.compile(r"""[^@\s,;<>"]+@[^@\s,;<>"]+""")
_BETWEEN = re.compile(r"[\s_-]+")
_CHOICES = {_BETWEEN.sub("", choice.value.casefold()): choice for choice in AccessChoice}
_MEANT = ", ".join(choice.value for choice in AccessChoice)


def read_level_file(lines: Iterable[str]) -> list[tuple[int, LevelChange]]:
    """Read every choice of a CSV file with a header, each with its line; raises BadFile.

    The columns are email, customer, location (empty for the customer itself) and level.
    """
    return read_file(lines, _READINGS, _change, "level")


def _change(read: Mapping[str, Any]) -> LevelChange:
    return LevelChange(read["email"], read["customer"], read["level"], read["location"])


def _email(cell: str) -> str:
    if len(cell) > _LONGEST or not cell.isprintable() or _EMAIL.fullmatch(cell) is None:
        raise ValueError(f"must be one email, not {cell[:_LONGEST]!r}")
    return folded(cell)


def _location(cell: str) -> int | None:
    return number(cell) if cell else None


def _level(cell: str) -> AccessChoice:
    choice = _CHOICES.get(_BETWEEN.sub("", cell.casefold()))
    if choice is None:
        raise ValueError(f"must be one of {_MEANT}, not {cell!r}")
    return choice


_READINGS: Readings = {
    "email": _email,
    "customer": number,
    "location": _location,
    "level": _level,
}
