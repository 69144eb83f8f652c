"""The program that makes one PDF: an order in, the file out, and then it ends.

A process of its own for each document: it can be ended at its deadline, whatever a template does,
and what it used of memory goes with it. Started by `press`, as `python -m`.
"""

import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final, Literal, cast

import msgspec
import typst
from msgspec.structs import replace

from adapters.documents.legible import legible
from adapters.documents.papers import AnyPaper, SignedEstimatePaper, kind_of
from adapters.documents.stationery import BUILT_IN, Stationery

BROKEN_TEMPLATE: Final = 3
"""The exit code for a template that does not compile; where it breaks is told on stderr."""

# Typst's stubs know of no folder in memory, and want files and folders to be of one type.
_compile = cast("Callable[..., Any]", typst.compile)
_ROOT = Path(__file__).parent / "templates"
_PLACE = re.compile(r"┌─ (\S+?:\d+):\d+")


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A document to be made, and what to print it on."""

    paper: AnyPaper
    stationery: Stationery


def typeset(order: Order, image: Literal["pdf", "png"] = "pdf") -> bytes | list[bytes]:
    """Return the document, the same bytes for the same order; raises TypstError, OSError.

    Ours are held to the standard for accessible documents. Where a sign is in none of our fonts
    they cannot be, and are printed with what fonts this machine has. With `png` it is a picture of
    each page, to look at.
    """
    files = order.stationery.files()
    template = order.stationery.template(kind_of(order.paper), files)
    files["main"] = b"#include " + msgspec.json.encode(f"/{template}")
    if image == "pdf" and template.startswith(BUILT_IN):
        with suppress(typst.TypstError):
            return _made(order, files, pdf_standards="ua-1", ignore_system_fonts=True)
    return _made(order, files, format=image, ppi=110)


def _made(order: Order, files: dict[str, bytes], **more: object) -> bytes | list[bytes]:
    paper, inputs = order.paper, dict[str, str]()
    if order.stationery.logo in files:
        inputs["logo"] = f"/{order.stationery.logo}"
    if isinstance(paper, SignedEstimatePaper) and paper.picture is not None:
        files = files | {"signature": paper.picture.data}
        paper = replace(paper, picture=replace(paper.picture, data=b""))
    files, inputs["pictures"] = _apart(files)
    inputs["paper"] = msgspec.json.encode(legible(msgspec.to_builtins(paper))).decode()
    made: bytes | list[bytes] = _compile(
        files,  # a folder in memory
        root=_ROOT,  # nothing else of this machine can be read
        font_paths=order.stationery.fonts(),
        sys_inputs=inputs,
        timestamp=datetime.combine(order.paper.dated, time(), UTC),
        **more,
    )
    return made


def _apart(files: dict[str, bytes]) -> tuple[dict[str, bytes], str]:
    """Return the files that are text, and the others as JSON, by path, byte for byte.

    A folder in memory takes no file that is not text: one picture in it would break every document.
    """
    texts = {path: told for path, told in files.items() if _is_text(path)}
    others = {f"/{path}": list(told) for path, told in files.items() if path not in texts}
    return texts, msgspec.json.encode(others).decode()


def _is_text(path: str) -> bool:
    return path == "main" or path.lower().endswith((".typ", ".svg"))


def _place_of(error: typst.TypstError) -> str:
    """Where does the template break? No more than that: a message may hold what it prints."""
    place = _PLACE.search(error.diagnostic)
    return os.path.relpath(place[1], _ROOT) if place else type(error).__name__


def main() -> int:
    """Read an order, write its PDF; return the exit code."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    try:
        sys.stdout.buffer.write(cast("bytes", typeset(order)))
    except typst.TypstError as error:
        sys.stderr.write(_place_of(error))
        return BROKEN_TEMPLATE
    return 0


if __name__ == "__main__":
    sys.exit(main())
