"""The signed estimate as PDF: what was shown, with the signature, whatever became of it since."""

import asyncio
import struct
import zlib
from base64 import b64encode
from typing import Any

import msgspec
import pytest

from adapters.documents.papers import SignedEstimatePaper
from adapters.documents.stationery import Stationery
from adapters.documents.typesetter import Order, typeset
from resolvers.beginning import begin
from resolvers.context import Context
from resolvers.errors import NotFound
from resolvers.policy import Documents
from resolvers.signed_papers import signed_paper
from resolvers.viewer import Viewer, ViewerKind
from tests.accepting.conftest import PLAIN, WITH_DEPOSIT, Office, deposit, opened, selling
from tests.pdf_text import read_pdf

PATH = "M10 80C40 10 65 10 95 80S150 150 180 80q20-60 40 0t40 0"


def _chunk(kind: bytes, part: bytes) -> bytes:
    return struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))


def drawing(width: int = 300, height: int = 100) -> str:
    """Return a line from corner to corner, as a canvas gives it."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows += b"\0\0\0\xff" if abs(x * height - y * width) < width else b"\0\0\0\0"
    parts = [
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(bytes(rows))),
        _chunk(b"IEND", b""),
    ]
    return "data:image/png;base64," + b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode()


SIGNATURES = {
    "typed": {"typedName": "Pat Sullivan"},
    "path": {"drawn": {"name": "Pat Sullivan", "svgPath": PATH}},
    "image": {"drawn": {"name": "Pat Sullivan", "pngDataUrl": drawing()}},
}


async def fetched(office: Office, told: dict[str, Any]) -> bytes:
    """Return the signed estimate, opened by its address."""
    path = told["acceptance"]["signedPdfUrl"].removeprefix("http://gateway")
    answer = await office.house.gateway.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="Signed-estimate-600101.pdf"'
    return answer.content


@pytest.mark.parametrize("kind", [*SIGNATURES])
async def test_it_says_who_signed_what_and_when(office: Office, kind: str) -> None:
    wish = await office.wish(PLAIN, signature=SIGNATURES[kind])
    told = await office.send(wish)
    read = read_pdf(await fetched(office, told))
    text = read.text
    assert read.is_tagged
    assert read.title == "Signed estimate 600101"
    for said in (
        "Furnace only",
        "$6,156.60",
        "Pat Sullivan",
        "July 14, 2026 at 12:00 PM CDT",
        told["acceptance"]["confirmationNumber"],
        wish["version"],
    ):
        assert said in text, said
    how = "Signed by typing this name" if kind == "typed" else "Signature of Pat Sullivan"
    assert how in text


@pytest.mark.parametrize("kind", [*SIGNATURES])
async def test_a_drawing_is_drawn(office: Office, kind: str) -> None:
    """Without it the page looks otherwise."""
    await office.accept(PLAIN, signature=SIGNATURES[kind])
    (kept,) = await office.till.acceptances.listed()
    paper = await signed_paper(await _context(office), kept.id)
    looks = await asyncio.to_thread(_looks, paper)
    plain = await asyncio.to_thread(_looks, msgspec.structs.replace(paper, picture=None))
    assert (looks == plain) is (kind == "typed")


async def _context(office: Office, email: str = "pat@example.com") -> Context:
    viewer = Viewer(ViewerKind.CUSTOMER, "key", email)
    return await begin(viewer, office.house.moment(), office.doors, "1", "a test")


def _looks(paper: SignedEstimatePaper) -> bytes:
    made = typeset(Order(paper=paper, stationery=Stationery()), "png")
    return b"".join(made) if isinstance(made, list) else made


async def test_it_is_what_was_shown_then(office: Office) -> None:
    told = await office.accept(PLAIN)
    await office.house.put("estimates", PLAIN, subtotal=1.0, name="Something else", items=[])
    text = read_pdf(await fetched(office, told)).text
    assert "Furnace only" in text
    assert "$6,156.60" in text
    assert "Something else" not in text


async def test_without_a_template_for_estimates_what_was_signed_can_be_read_all_the_same() -> None:
    policy = msgspec.structs.replace(selling(), documents=Documents(estimates=False))
    async with opened(policy) as office:
        told = await office.accept(PLAIN)
        assert "Furnace only" in read_pdf(await fetched(office, told)).text


async def test_what_was_not_accepted_has_no_signed_copy(office: Office) -> None:
    await office.accept(WITH_DEPOSIT, deposit=deposit("sandbox_card_declined"))
    (kept,) = await office.till.acceptances.listed()
    with pytest.raises(NotFound):
        await signed_paper(await _context(office), kept.id)


async def test_r14_nobody_else_opens_it(office: Office) -> None:
    await office.accept(PLAIN)
    (kept,) = await office.till.acceptances.listed()
    for who in ("riley@example.com", "jordan@example.com", "casey@example.com"):
        with pytest.raises(NotFound):
            await signed_paper(await _context(office, who), kept.id)
