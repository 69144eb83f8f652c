"""What a PDF says to whoever selects its text, or has it read aloud.

As much of the format as Typst writes: text is found by way of the pages' fonts and their own tables
from glyphs to characters (ToUnicode), so a document whose text were only drawn would say nothing.
"""

import re
import zlib
from dataclasses import dataclass

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\bendobj", re.DOTALL)
_FONTS = re.compile(rb"/Font<<(.*?)>>", re.DOTALL)
_FONT = re.compile(rb"/(\w+) (\d+) 0 R")
_MAPPED = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
_STRING = rb"\(((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*)\)"
_TOKEN = re.compile(
    rb"|".join(
        (
            rb"/ActualText" + _STRING,
            rb"\b(EMC)\b",
            rb"/(\w+) [\d.]+ Tf",
            rb"/(?:Lang|Alt)" + _STRING,
            _STRING,
            rb"\b(ET)\b",
        )
    ),
    re.DOTALL,
)
_END = re.compile(rb"(?<!\\)\)(?=[/>])")
_NO_GLYPH = 0
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@dataclass(frozen=True)
class Read:
    """A document as it was read: its text by pages, its title, author and language."""

    pages: tuple[str, ...]
    title: str
    author: str
    language: str
    is_tagged: bool

    @property
    def text(self) -> str:
        """All of it, one run of text a line."""
        return "\n".join(self.pages)


def read_pdf(pdf: bytes) -> Read:
    """Read a PDF that Typst made."""
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(pdf)}
    pages = [body for body in objects.values() if b"/Type/Page/" in body]
    return Read(
        pages=tuple(_page(page, objects) for page in pages),
        title=_said(objects, b"/Title(", b"/Author("),
        author=_said(objects, b"/Author(", b"/Creator("),
        language=_said(objects, b"/Lang(", b"/StructTreeRoot"),
        is_tagged=any(b"/MarkInfo<</Marked true" in body for body in objects.values()),
    )


def _said(objects: dict[int, bytes], name: bytes, beside: bytes) -> str:
    for body in objects.values():
        if name in body and beside in body:
            told = body.split(name, 1)[1]
            return _characters(_unescaped(_END.split(told, maxsplit=1)[0]))
    return ""


def _page(page: bytes, objects: dict[int, bytes]) -> str:
    resources = objects[_reference(page, b"Resources")]
    (fonts,) = _FONTS.findall(resources)
    tables = {name: _table(objects[int(of)], objects) for name, of in _FONT.findall(fonts)}
    return "\n".join(_runs(_stream(objects[_reference(page, b"Contents")]), tables))


def _reference(body: bytes, name: bytes) -> int:
    (of,) = re.findall(rb"/" + name + rb" (\d+) 0 R", body)
    return int(of)


def _table(font: bytes, objects: dict[int, bytes]) -> dict[int, str]:
    told = _stream(objects[_reference(font, b"ToUnicode")])
    return {_NO_GLYPH: "\N{REPLACEMENT CHARACTER}"} | {
        int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for glyph, text in _MAPPED.findall(told.split(b"beginbfchar", 1)[1])
    }


def _runs(content: bytes, tables: dict[bytes, dict[int, str]]) -> list[str]:
    runs, table, run, stands_for = list[str](), dict[int, str](), "", False
    for actual, over, font, _aside, shown, ends in _TOKEN.findall(content):
        if actual:  # the characters that the glyphs up to EMC stand for
            run, stands_for = run + _characters(_unescaped(actual)), True
        elif over:
            stands_for = False
        elif font:
            table = tables[font]
        elif ends:
            runs.append(run)
            run = ""
        elif not stands_for:
            raw = _unescaped(shown)
            glyphs = (raw[at : at + 2] for at in range(0, len(raw), 2))
            run += "".join(table[int.from_bytes(glyph)] for glyph in glyphs)
    return runs


def _characters(raw: bytes) -> str:
    return raw.decode("utf-16") if raw.startswith(b"\xfe\xff") else raw.decode("latin-1")


def _unescaped(raw: bytes) -> bytes:
    return _ESCAPED.sub(
        lambda found: (
            bytes([int(found[1], 8) & 0xFF])
            if found[1].isdigit()
            else _CONTROLS.get(found[1], found[1])
        ),
        raw,
    )


def _stream(body: bytes) -> bytes:
    head, _, rest = body.partition(b"stream\n")
    raw = rest[: rest.rindex(b"endstream")]
    return zlib.decompress(raw) if b"FlateDecode" in head else raw
