"""Signatures: what is read of a name and of a drawing, and what is refused."""

import struct
import zlib
from base64 import b64encode
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.drawn_images import LONGEST, drawn_image
from resolvers.drawn_paths import drawn_path
from resolvers.signatures import (
    NameMissing,
    NotSigned,
    SignatureWish,
    SignedAs,
    signature_of,
)

HEAD = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, part: bytes) -> bytes:
    return struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))


def header(
    width: int = 8, height: int = 4, depth: int = 8, colour: int = 6, more: int = 0
) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, more))


def rows(width: int = 8, height: int = 4, samples: int = 4, filtered: int = 0) -> bytes:
    """Return a black line from corner to corner."""
    told = bytearray()
    for y in range(height):
        told.append(filtered)
        for x in range(width):
            told += b"\x00" * (samples - 1) + (b"\xff" if x == y else b"\x00")
    return bytes(told)


def png(*chunks: bytes) -> str:
    return url(HEAD + b"".join(chunks))


def url(data: bytes) -> str:
    return "data:image/png;base64," + b64encode(data).decode()


END, DATA = chunk(b"IEND", b""), chunk(b"IDAT", zlib.compress(rows()))
GOOD = png(header(), DATA, END)


def test_an_image_is_made_anew_without_what_it_need_not_hold() -> None:
    told = chunk(b"tEXt", b"Comment\0<script>") + chunk(b"eXIf", b"where it was drawn")
    parts = [zlib.compress(rows())[:5], zlib.compress(rows())[5:]]
    split = b"".join(chunk(b"IDAT", part) for part in parts)
    anew = drawn_image(png(header(), told, split, END + b"<html>"))
    assert anew == HEAD + header() + chunk(b"IDAT", zlib.compress(rows())) + END
    assert drawn_image(url(anew)) == anew


@pytest.mark.parametrize(
    ("colour", "depth", "more", "samples"),
    [(0, 8, b"", 1), (2, 8, b"", 3), (4, 8, b"", 2), (3, 8, chunk(b"PLTE", b"\0\0\0" * 256), 1)],
)
def test_every_kind_of_colour_that_a_canvas_gives(
    colour: int, depth: int, more: bytes, samples: int
) -> None:
    data = chunk(b"IDAT", zlib.compress(rows(samples=samples)))
    assert drawn_image(png(header(depth=depth, colour=colour), more, data, END))


@pytest.mark.parametrize(
    "told",
    [
        "",
        "data:image/png;base64,",
        "data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=",
        GOOD.replace("png", "jpeg"),
        GOOD.replace("base64,", "base64, "),
        GOOD + "\n",
        GOOD[:-8],
        url(b"GIF89a" + b"\0" * 64),
        url(HEAD),
        png(DATA, END),
        png(header(), END),
        png(header(), DATA),
        png(header(), header(), DATA, END),
        png(header(width=0), DATA, END),
        png(header(height=5), DATA, END),
        png(header(height=3), DATA, END),
        png(header(depth=16), DATA, END),
        png(header(colour=5), DATA, END),
        png(header(colour=3), DATA, END),
        png(header(more=1), DATA, END),
        png(header(width=2001), DATA, END),
        png(header(width=2_000_000_000, height=2_000_000_000), DATA, END),
        png(header(), chunk(b"PLTE", b"\0\0\0"), DATA, END),
        png(header(), chunk(b"ABCD", b""), DATA, END),
        png(header(), chunk(b"IDAT", b"no stream"), END),
        png(header(), chunk(b"IDAT", zlib.compress(rows(filtered=5))), END),
        png(header(), chunk(b"IDAT", zlib.compress(rows()) + b"more"), END),
        png(header(), chunk(b"IDAT", zlib.compress(b"\0" * 50_000_000)), END),
        url((HEAD + header() + DATA + END).replace(b"IDAT", b"IDAU")),
        url(HEAD + header()[:-1] + b"\0" + DATA + END),
        url(HEAD + header() + DATA + chunk(b"tEXt", b"x" * LONGEST) + END),
    ],
)
def test_what_is_no_image_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match="The drawing is"):
        drawn_image(told)


@pytest.mark.parametrize("byte", [b"\0", b"\xff"])
def test_an_empty_canvas_is_no_signature(byte: bytes) -> None:
    empty = (b"\0" + byte * 32) * 4
    with pytest.raises(ValueError, match="Nothing is drawn"):
        drawn_image(png(header(), chunk(b"IDAT", zlib.compress(empty)), END))


@given(st.binary(max_size=200), st.integers(0, 120), st.integers(1, 255))
def test_whatever_is_sent_it_is_an_image_or_refused(junk: bytes, at: int, turned: int) -> None:
    good = bytearray(HEAD + header() + DATA + END)
    good[at % len(good)] ^= turned
    for data in (bytes(good), HEAD + junk, HEAD + header() + chunk(b"IDAT", junk) + END):
        try:
            anew = drawn_image(url(data))
        except ValueError:
            continue
        assert drawn_image(url(anew)) == anew


@pytest.mark.parametrize(
    ("told", "anew", "box"),
    [
        ("M0 0L10 5", "M 0.00 0.00L 10.00 5.00", (0, 0, 10, 5)),
        ("m1,1 2,2 3-3", "M 1.00 1.00L 3.00 3.00L 6.00 0.00", (1, 0, 5, 3)),
        ("M0 0h5v5H0z", "M 0.00 0.00L 5.00 0.00L 5.00 5.00L 0.00 5.00Z", (0, 0, 5, 5)),
        (
            "M 1 1 q 1 1 2 0 t 2 0",
            "M 1.00 1.00Q 2.00 2.00 3.00 1.00T 5.00 1.00",
            (1, 1, 4, 1),
        ),
        (
            "M0 0c1 1 2 2 3 0s2-2 3 0",
            "M 0.00 0.00C 1.00 1.00 2.00 2.00 3.00 0.00S 5.00 -2.00 6.00 0.00",
            (0, -2, 6, 4),
        ),
        ("M.5.5L1e1-1.25", "M 0.50 0.50L 10.00 -1.25", ("0.5", "-1.25", "9.5", "1.75")),
        ("M0 0l1 1zl2 2", "M 0.00 0.00L 1.00 1.00ZL 2.00 2.00", (0, 0, 2, 2)),
        ("\n M 0 0\tL 9,9 ", "M 0.00 0.00L 9.00 9.00", (0, 0, 9, 9)),
    ],
)
def test_a_path_is_written_down_anew(told: str, anew: str, box: tuple[int | str, ...]) -> None:
    drawn = drawn_path(told)
    assert (drawn.told, drawn.box) == (anew, tuple(map(Decimal, box)))
    assert drawn_path(drawn.told) == drawn


@pytest.mark.parametrize(
    "told",
    [
        "",
        "M",
        "M0",
        "M0 0",
        "M0 0L",
        "M0 0L1",
        "L1 1",
        "0 0",
        "M0 0z1",
        "M0 0L1 1 M",
        "M0 0A5 5 0 0 1 9 9",
        "M0 0L1 1x",
        'M0 0L1 1"/><script>alert(1)</script>',
        "M0 0L1 1<",
        "M0 0 L 1 url(#a)",
        "M0 0L1 1e999",
        "M0 0L1 99999999999999999999",
        "M0 0L100001 0",
        "M0 0L1 --1",
        "M0 0L1 1.2.3.4.5.6e",
        "M0 0LNaN 1",
        "M0 0LInfinity 1",
        "M0 0L\uff11 1",
        "M5 5L5 5",
        "M0 0L1 1" + " " * 65536,
    ],
)
def test_what_is_no_path_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match=r"drawing|drawn"):
        drawn_path(told)


@pytest.mark.parametrize(
    "told",
    [
        "M0 0M5 5",
        "M0 0M5 5Z",
        "M0 0M9 9L9 9",
        "M0 0L0 0M5 5H5V5",
        "M0 0M9 9C9 9 9 9 9 9",
        "M0 0L0.001 0.004",
        "M0 0L1e-30 0",
        "M0 0M5 5" + "h0" * 100,
    ],
)
def test_a_pen_that_only_moves_leaves_no_signature(told: str) -> None:
    with pytest.raises(ValueError, match="Nothing is drawn"):
        drawn_path(told)


@given(st.text("MLHVCSQTZmlhvcsqtz0123456789.,-+ eE\n", max_size=60))
def test_whatever_is_sent_it_is_a_path_or_refused(told: str) -> None:
    try:
        drawn = drawn_path(told)
    except ValueError:
        return
    assert {*drawn.told} <= {*"MLCSQTZ0123456789.- "}
    assert drawn_path(drawn.told).told == drawn.told


def test_names_are_tidied() -> None:
    assert (
        signature_of(SignatureWish(typed_name="\tAnne\u0301  Marie \n")).signer == "Ann\u00e9 Marie"
    )
    for blank in (None, "", "  ", "\u00a0", "--", "\u200b"):
        with pytest.raises(NameMissing):
            signature_of(SignatureWish(typed_name=blank))
    assert signature_of(SignatureWish(typed_name="x" * 200)).kind is SignedAs.TYPED


def test_a_drawing_is_one_of_two() -> None:
    assert signature_of(SignatureWish(None, "Pat", "M0 0L9 9")).kind is SignedAs.PATH
    assert signature_of(SignatureWish(None, "Pat", None, GOOD)).kind is SignedAs.IMAGE
    for path, image in ((None, None), ("M0 0L9 9", GOOD), ("M0 0", None), (None, "x")):
        with pytest.raises(NotSigned):
            signature_of(SignatureWish(None, "Pat", path, image))
