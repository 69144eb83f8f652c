"""A drawn signature as a picture that can be printed."""

import struct
from decimal import Decimal
from typing import Final

from adapters.documents.papers import Picture

# What is wider than this in proportion to its height is bounded by its width on the page.
_WIDE: Final = Decimal(4)
_PEN: Final = Decimal(150)
_INK: Final = "#1b2b38"


def path_picture(path: str, box: tuple[Decimal, Decimal, Decimal, Decimal]) -> Picture:
    """Return a path that was read, drawn with a round pen; what is closed is filled.

    `box` is its left, top, width and height.
    """
    left, top, width, height = box
    pen = max(width, height) / _PEN
    edge = 2 * pen
    view = " ".join(
        f"{of:f}" for of in (left - edge, top - edge, width + 2 * edge, height + 2 * edge)
    )
    fill = _INK if "Z" in path else "none"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="{width + 2 * edge:f}" '
        f'height="{height + 2 * edge:f}"><path d="{path}" fill="{fill}" stroke="{_INK}" '
        f'stroke-width="{pen:f}" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
    is_wide = width + 2 * edge > _WIDE * (height + 2 * edge)
    return Picture(data=svg.encode(), is_wide=is_wide)


def image_picture(png: bytes) -> Picture:
    """Return a PNG image that was read."""
    width, height = struct.unpack_from(">II", png, 16)
    return Picture(data=png, is_wide=width > _WIDE * height)
