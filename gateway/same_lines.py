"""Lines of the log that differ in nothing but when, for whom, and how long: spelled once."""

import json
from typing import Final

from gateway.lines import Spelling, in_force
from gateway.logs import STAMPED

ID: Final = "the request's own"
"""Stands for the id of a request where a line is spelled beforehand."""

MS: Final = 86_399_999.5
"""Stands for how long it took, in milliseconds."""


class SameLine:
    """The line of a request that is told again and again, as this spelling spells it.

    It is good for as long as that one is in force.
    """

    def __init__(self, spelling: Spelling, text: str, stamp: str) -> None:
        slots = {f'"{ID}"': '"{0}"', str(MS): "{1}", f'"{stamp}"': '"{2}"'}
        form = text.replace("{", "{{").replace("}", "}}")
        self.is_one_of_each = all(text.count(of) == 1 for of in slots)
        for of, slot in slots.items():
            form = form.replace(of, slot)
        self._spelling = spelling
        self._spelled = form.format

    def say(self, request_id: str, ms: float) -> bool:
        """Write it, unless lines are spelled otherwise now; the id is one that is kept."""
        spelling = self._spelling
        if in_force() is not spelling:
            return False
        if spelling.tells_info:
            spelling.write(self._spelled(request_id, ms, STAMPED.text()))
        return True


def same_line(told: dict[str, object]) -> SameLine | None:
    """Return the line that tells this, where lines are written as JSON.

    What differs is `ID` and `MS` in it, and the time.
    """
    spelling = in_force()
    if spelling is None:
        return None
    text = spelling(None, "info", dict(told))
    try:
        stamp = json.loads(text)["timestamp"]
    except ValueError:
        return None
    line = SameLine(spelling, text, stamp)
    return line if line.is_one_of_each else None
