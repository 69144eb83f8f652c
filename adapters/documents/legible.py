"""Text as it may be printed: what is invisible, or turns what is seen around, is left out."""

import re
import unicodedata
from typing import Any

# Controls, marks that change the direction of reading, private and unassigned signs.
_LEFT_OUT = {"Cc", "Cf", "Cs", "Co", "Cn"}
_KEPT = {"\n", "\N{ZERO WIDTH NON-JOINER}", "\N{ZERO WIDTH JOINER}"}

# A word as long as a line would run off the page: it may break here.
_ENDLESS = re.compile(r"(\S{40})(?=\S)")
_MAY_BREAK = "\\1\N{ZERO WIDTH SPACE}"


def legible(told: Any) -> Any:  # noqa: ANN401  # anything that JSON can tell
    """Return the same with every text in it made legible."""
    if isinstance(told, str):
        return _ENDLESS.sub(_MAY_BREAK, "".join(sign for sign in told if _is_printed(sign)))
    if isinstance(told, dict):
        return {name: legible(part) for name, part in told.items()}
    return [legible(part) for part in told] if isinstance(told, list | tuple) else told


def _is_printed(sign: str) -> bool:
    return sign in _KEPT or unicodedata.category(sign) not in _LEFT_OUT
