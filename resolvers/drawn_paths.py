"""A signature drawn as an SVG path: read by a strict grammar, and written down anew."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

LONGEST: Final = 64 * 1024
"""How many characters a path may have."""

_FARTHEST = Decimal(100_000)
_CENT = Decimal("0.01")

_TOKEN: Final = re.compile(
    r"[ \t\r\n,]*(?:([MLHVCSQTZmlhvcsqtz])|"
    r"([+-]?(?:[0-9]{1,9}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?))"
)
_REST: Final = re.compile(r"[ \t\r\n]*\Z")
_TAKES: Final = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "Z": 0}

_Point = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class DrawnPath:
    """A drawing, in absolute commands and hundredths; `box` is its left, top, width and height."""

    told: str
    box: tuple[Decimal, Decimal, Decimal, Decimal]


def drawn_path(told: str) -> DrawnPath:
    """Return the drawing; raises ValueError, with a sentence, for what is none.

    Commands and numbers alone: nothing of what an SVG document can do beside is read. Arcs are not
    taken: no signature pad draws them.
    """
    if len(told) > LONGEST:
        raise ValueError("The drawing is too long.")
    pen = _Pen()
    for command, numbers in _steps(told):
        pen.draw(command, numbers)
    return pen.done()


def _steps(told: str) -> Iterator[tuple[str, list[Decimal]]]:
    """Return each command with as many numbers as it takes once; raises ValueError."""
    command, numbers, is_whole = "", list[Decimal](), True
    for sign, number in _tokens(told):
        if sign:
            if not is_whole:
                raise _unreadable()
            command, is_whole = sign, _TAKES[sign.upper()] == 0
            if is_whole:
                yield sign, []
            continue
        if _TAKES.get(command.upper(), 0) == 0:
            raise _unreadable()
        numbers.append(number)
        is_whole = len(numbers) == _TAKES[command.upper()]
        if is_whole:
            yield command, numbers
            numbers = []
            command = {"M": "L", "m": "l"}.get(command, command)  # more points are lines
    if not is_whole:
        raise _unreadable()


def _tokens(told: str) -> Iterator[tuple[str, Decimal]]:
    place = 0
    while (found := _TOKEN.match(told, place)) is not None:
        place = found.end()
        yield found[1] or "", Decimal(found[2] or 0)
    if _REST.match(told, place) is None:
        raise _unreadable()


class _Pen:
    """Follows the path: where it stands, what it has drawn, and how far that reaches."""

    def __init__(self) -> None:
        self._at: _Point = (Decimal(0), Decimal(0))
        self._began: _Point | None = None
        self._has_drawn = False
        self._points: list[_Point] = []
        self._words: list[str] = []

    def draw(self, command: str, numbers: list[Decimal]) -> None:
        kind = command.upper()
        if self._began is None and kind != "M":
            raise _unreadable()
        before = self._at
        points = self._absolute(kind, numbers, is_relative=command.islower())
        if kind == "Z":
            points = []
            self._at = self._began or self._at
        elif points:
            self._at = points[-1]
        if kind == "M":
            self._began = self._at
        elif any(_shown(point) != _shown(before) for point in points):
            self._has_drawn = True
        self._points.extend(points)
        told = "".join(f" {x:f} {y:f}" for x, y in map(_shown, points))
        self._words.append(("L" if kind in {"H", "V"} else kind) + told)

    def _absolute(self, kind: str, numbers: list[Decimal], *, is_relative: bool) -> list[_Point]:
        from_x, from_y = self._at if is_relative else (Decimal(0), Decimal(0))
        if kind == "H":
            points = [(from_x + numbers[0], self._at[1])]
        elif kind == "V":
            points = [(self._at[0], from_y + numbers[0])]
        else:
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            points = [(from_x + x, from_y + y) for x, y in pairs]
        if any(abs(along) > _FARTHEST for point in points for along in point):
            raise _unreadable()
        return points

    def done(self) -> DrawnPath:
        if not self._has_drawn:  # moves without lines, or lines that lead nowhere
            raise ValueError("Nothing is drawn.")
        left, right = min(x for x, _ in self._points), max(x for x, _ in self._points)
        top, bottom = min(y for _, y in self._points), max(y for _, y in self._points)
        box = (left, top, right - left, bottom - top)
        return DrawnPath("".join(self._words), box)


def _shown(point: _Point) -> _Point:
    x, y = point
    return x.quantize(_CENT), y.quantize(_CENT)


def _unreadable() -> ValueError:
    return ValueError("The drawing is not an SVG path that can be read.")
