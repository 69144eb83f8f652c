"""A signature drawn as a PNG image: taken apart, looked through, and put together anew.

Only what makes the picture is kept: no text, no profile, no time, nothing behind its end.
"""

import struct
import zlib
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 64 * 1024
"""How many bytes an image may have."""
WIDEST: Final = 2000
TALLEST: Final = 1000
"""How many pixels it may measure."""

_PREFIX: Final = "data:image/png;base64,"
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HEADER: Final = struct.Struct(">IIBBBBB")
_FILTERS: Final = frozenset(range(5))
_INDEXED: Final = 3
# Which depths each kind of colour may have, and of how many samples a pixel is.
_DEPTHS: Final = {0: {1, 2, 4, 8}, 2: {8}, 3: {1, 2, 4, 8}, 4: {8}, 6: {8}}
_SAMPLES: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


@dataclass(frozen=True, slots=True)
class _Shape:
    width: int
    height: int
    depth: int
    colour: int

    @property
    def row(self) -> int:
        """How many bytes a row of pixels takes, its filter not counted."""
        return -(-self.width * self.depth * _SAMPLES[self.colour] // 8)


def drawn_image(told: str) -> bytes:
    """Return the image of this data URL, made anew; raises ValueError, with a sentence."""
    if not told.startswith(_PREFIX) or len(told) > len(_PREFIX) + (LONGEST + 2) // 3 * 4:
        raise _unreadable()
    try:
        data = b64decode(told[len(_PREFIX) :], validate=True)
    except Error:
        raise _unreadable() from None
    return _anew(data)


def is_image(data: bytes) -> bool:
    """Is this a PNG image?"""
    return data.startswith(_SIGNATURE)


def _anew(data: bytes) -> bytes:
    if len(data) > LONGEST or not is_image(data):
        raise _unreadable()
    chunks = list(_chunks(data))
    kinds = [kind for kind, _ in chunks]
    if kinds[:1] != [b"IHDR"] or kinds.count(b"IHDR") != 1 or kinds[-1] != b"IEND":
        raise _unreadable()
    shape = _shape_of(chunks[0][1])
    kept = [(kind, part) for kind, part in chunks if kind in {b"PLTE", b"tRNS"}]
    if [kind for kind, _ in kept] not in ([], [b"PLTE"], [b"tRNS"], [b"PLTE", b"tRNS"]):
        raise _unreadable()
    _require_palette(shape, dict(kept))
    rows = _rows(shape, b"".join(part for kind, part in chunks if kind == b"IDAT"))
    whole = [chunks[0], *kept, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return _SIGNATURE + b"".join(_chunk(kind, part) for kind, part in whole)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Return each chunk, up to the end; raises ValueError for one that is not whole."""
    place, kind = len(_SIGNATURE), b""
    while kind != b"IEND":
        if place + 12 > len(data):
            raise _unreadable()
        length, kind = struct.unpack_from(">I4s", data, place)
        part = data[place + 8 : place + 8 + length]
        check = data[place + 8 + length : place + 12 + length]
        if len(part) != length or check != _check_of(kind, part):
            raise _unreadable()
        if kind[:1].isupper() and kind not in {b"IHDR", b"PLTE", b"IDAT", b"IEND"}:
            raise _unreadable()
        yield kind, part
        place += 12 + length


def _shape_of(header: bytes) -> _Shape:
    if len(header) != _HEADER.size:
        raise _unreadable()
    width, height, depth, colour, packed, filtered, interlaced = _HEADER.unpack(header)
    if depth not in _DEPTHS.get(colour, ()) or (packed, filtered, interlaced) != (0, 0, 0):
        raise _unreadable()
    if not (0 < width <= WIDEST and 0 < height <= TALLEST):
        raise ValueError("The drawing is too large.")
    return _Shape(width, height, depth, colour)


def _require_palette(shape: _Shape, kept: dict[bytes, bytes]) -> None:
    palette, clear = kept.get(b"PLTE"), kept.get(b"tRNS")
    if shape.colour == _INDEXED:
        entries = len(palette or b"") // 3
        if palette is None or len(palette) % 3 or not 0 < entries <= 1 << shape.depth:
            raise _unreadable()
        if clear is not None and len(clear) > entries:
            raise _unreadable()
    elif palette is not None or len(clear or b"") not in {0, 2, 6}:
        raise _unreadable()


def _rows(shape: _Shape, packed: bytes) -> bytes:
    """Return the rows as they are stored; raises ValueError where they are not all, or more."""
    size = (shape.row + 1) * shape.height
    unpacking = zlib.decompressobj()
    try:
        rows = unpacking.decompress(packed, size + 1)
    except zlib.error:
        raise _unreadable() from None
    if len(rows) != size or not unpacking.eof or unpacking.unused_data:
        raise _unreadable()
    if not _FILTERS.issuperset(rows[:: shape.row + 1]):
        raise _unreadable()
    if _is_blank([rows[at : at + shape.row] for at in range(1, size, shape.row + 1)]):
        raise ValueError("Nothing is drawn.")
    return rows


def _is_blank(rows: list[bytes]) -> bool:
    """Are all rows below the first the same? So they are of an empty page, however it is packed."""
    return all(row == rows[-1] for row in rows[1:])


def _chunk(kind: bytes, part: bytes) -> bytes:
    return struct.pack(">I", len(part)) + kind + part + _check_of(kind, part)


def _check_of(kind: bytes, part: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(kind + part))


def _unreadable() -> ValueError:
    return ValueError("The drawing is not a PNG image that can be read.")
