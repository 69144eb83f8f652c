"""The press: text is only ever text, and a template can do no more than print."""

import asyncio
import re
import time
from base64 import b64decode
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from adapters.documents.papers import (
    AnyPaper,
    EstimatePaper,
    InvoicePaper,
    Item,
    Letterhead,
    PaidPart,
    Party,
    ReceiptPaper,
    SettledPart,
    Sum,
)
from adapters.documents.press import NotPrinted, Press
from adapters.documents.stationery import Stationery
from adapters.documents.typesetter import Order, typeset
from tests.pdf_text import Read, read_pdf

HOSTILE = (
    '#panic("owned") $x^2$ *bold* _under_ `raw` [content] \\ @label <tag> // no comment '
    '/* none */ "quoted" = heading - list + sum ~ #read("/etc/passwd") https://example.com'
)
PLAIN = Stationery()


def invoice(told: str, items: int = 1) -> InvoicePaper:
    party = Party(name=told, address=(told,))
    return InvoicePaper(
        number=told,
        dated=date(2026, 7, 14),
        day=told,
        letterhead=Letterhead(name=told, lines=(told,), address=(told,), phone=told, email=told),
        currency="USD",
        message=told,
        due=told,
        terms=told,
        job=told,
        bill_to=party,
        service_at=party,
        summary=told,
        items=(Item(name=told, description=told, quantity=told, price=told, amount=told),) * items,
        sums=(Sum(label=told, amount=told),),
        total=told,
        settled=(Sum(label=told, amount=told),),
        balance=told,
        is_paid=False,
        is_overdue=True,
        payments=(PaidPart(day=told, method=told, amount=told),),
    )


def receipt(told: str) -> ReceiptPaper:
    part = SettledPart(number=told, day=told, service=told, amount=told, balance=told)
    return ReceiptPaper(
        number=told,
        dated=date(2026, 7, 14),
        day=told,
        letterhead=Letterhead(name=told),
        currency="USD",
        message=told,
        method=told,
        bill_to=Party(name=told),
        parts=(part,),
        total=told,
    )


def estimate(told: str) -> EstimatePaper:
    return EstimatePaper(
        number=told,
        dated=date(2026, 7, 14),
        day=told,
        letterhead=Letterhead(name=told),
        currency="USD",
        name=told,
        option=told,
        is_recommended=True,
        job=told,
        prepared_for=Party(name=told),
        service_at=None,
        summary=told,
        items=(Item(name=told, amount=told),),
        sums=(Sum(label=told, amount=told),),
        total=told,
        deposit=told,
        is_accepted=False,
        accepted=None,
        terms=told,
    )


def printed(paper: AnyPaper, stationery: Stationery = PLAIN) -> Read:
    made = typeset(Order(paper=paper, stationery=stationery))
    assert isinstance(made, bytes)
    return read_pdf(made)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("paper", [invoice, receipt, estimate])
def test_what_means_something_to_typst_is_printed_as_it_is(
    paper: Callable[[str], AnyPaper],
) -> None:
    made = printed(paper(HOSTILE))
    asked = msgspec.json.encode(paper("\x00")).count(b"\\u0000")
    # Every place it was put in shows it; the letterhead's phone and number come more than once.
    assert squeezed(made.text).count(squeezed(HOSTILE)) >= asked
    assert HOSTILE in made.title


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x17F), min_size=1, max_size=60))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_at_all_breaks_a_document(told: str) -> None:
    made = printed(invoice(told))
    assert made.pages[-1].splitlines()[-1].startswith("Page ")


@pytest.mark.parametrize(
    "told", ["", " ", "\n\n\n", "\u202e\u0000", "日本語 العربية 🚀", "x" * 5000]
)
def test_odd_texts_are_printed_too(told: str) -> None:
    assert printed(invoice(told)).pages
    assert printed(estimate(told)).pages


def test_a_word_longer_than_a_line_is_broken_and_what_turns_text_around_left_out() -> None:
    made = printed(invoice("W" * 100 + " a\u202eb\u0007c"))
    assert max(map(len, re.findall("W+", made.text))) == 40
    assert "abc" in made.text


@pytest.mark.parametrize("paper", [invoice, receipt, estimate])
def test_a_document_can_be_read_aloud_and_says_what_it_is(
    paper: Callable[[str], AnyPaper],
) -> None:
    made = printed(paper("Harbor"))
    kind = paper.__name__.capitalize()
    assert (made.title, made.author, made.language) == (f"{kind} Harbor", "Harbor", "en-US")
    assert made.is_tagged


def test_a_long_table_goes_on_with_its_head_on_every_page() -> None:
    made = printed(invoice("Harbor", items=120))
    assert len(made.pages) > 3
    for number, page in enumerate(made.pages, 1):
        lines = page.splitlines()
        assert lines[-1] == f"Page {number} of {len(made.pages)}"
        assert "Description" in lines or number == len(made.pages)
        assert ("Invoice Harbor" in lines) == (number > 1)


def test_the_same_order_gives_the_same_bytes() -> None:
    orders = [Order(paper=invoice("Harbor", items=9), stationery=PLAIN) for _ in range(2)]
    assert typeset(orders[0]) == typeset(orders[1])


SHOWS = "#let paper = json(bytes(sys.inputs.paper))\n#set page(width: 4in)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tenant's own templates: an invoice for all, another one for one business unit, a logo."""
    (tmp_path / "hvac").mkdir()
    (tmp_path / "invoice.typ").write_text(SHOWS + "Ours: #paper.number")
    (tmp_path / "hvac" / "invoice.typ").write_text(
        '#import "/built-in/letter.typ": *\n#show: letter.with("Invoice")\n'
        '#import "words.typ": words\n#words: #paper.number'
    )
    (tmp_path / "hvac" / "words.typ").write_text('#let words = "HVAC"')
    (tmp_path / "logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>x</text></svg>'
    )
    return tmp_path


@pytest.mark.parametrize(
    ("unit", "logo", "first"),
    [(None, None, "Ours: 7"), ("plumbing", None, "Ours: 7"), ("hvac", "logo.svg", "HVAC: 7")],
)
def test_a_business_units_template_goes_before_the_tenants_and_that_before_ours(
    folder: Path, unit: str | None, logo: str | None, first: str
) -> None:
    stationery = Stationery(folder=str(folder), unit=unit, logo=logo)
    assert printed(invoice("7"), stationery).text.splitlines()[0] == first
    assert printed(receipt("7"), stationery).title == "Receipt 7"


def test_the_logo_stands_on_our_templates_with_the_business_for_its_words(folder: Path) -> None:
    with_logo = typeset(
        Order(paper=receipt("Harbor"), stationery=Stationery(folder=str(folder), logo="logo.svg"))
    )
    without = typeset(Order(paper=receipt("Harbor"), stationery=Stationery(logo="logo.svg")))
    assert isinstance(with_logo, bytes)
    assert isinstance(without, bytes)
    assert b"/Alt(Harbor)" in with_logo
    assert b"/Alt(Harbor)" not in without


PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def test_a_logo_may_be_a_png_and_no_picture_in_the_folder_breaks_a_document(folder: Path) -> None:
    (folder / "logo.png").write_bytes(PIXEL)
    (folder / "invoice.typ").write_text(
        '#import "/built-in/letter.typ": *\n#set document(title: "Own")\n'
        '#image(picture("/logo.png"), alt: "A pixel") #paper.number'
    )
    for logo in (None, "logo.png"):
        stationery = Stationery(folder=str(folder), logo=logo)
        made = typeset(Order(paper=receipt("Harbor"), stationery=stationery))
        assert isinstance(made, bytes)
        assert (b"/Alt(Harbor)" in made) is (logo is not None)
        assert "7" in printed(invoice("7"), stationery).text


BROKEN = {
    "what is no template": ("#let", "invoice.typ:3"),
    "another file of this machine": ('#read("/etc/hostname")', "invoice.typ:3"),
    "what is beside the templates": ('#read("../secret.txt")', "invoice.typ:3"),
    "a package of the network": ('#import "@preview/cetz:0.3.0"', "invoice.typ:3"),
    "what stands on the document": ("#panic(paper.number)", "invoice.typ:3"),
}


@pytest.mark.parametrize("case", list(BROKEN))
async def test_a_template_that_breaks_is_told_by_its_place_alone(tmp_path: Path, case: str) -> None:
    source, place = BROKEN[case]
    (tmp_path / "secret.txt").write_text("secret")
    own = tmp_path / "own"
    own.mkdir()
    (own / "invoice.typ").write_text(SHOWS + source)
    with capture_logs() as logs, pytest.raises(NotPrinted) as caught:
        await Press().pdf(invoice("Pat"), Stationery(folder=str(own)))
    assert "Pat" not in str(caught.value)
    assert [line for line in logs if line["log_level"] == "error"] == [
        {
            "event": "document not made",
            "log_level": "error",
            "kind": "invoice",
            "problem": f"its template breaks at {place}",
        }
    ]


ENDLESS = "#let turn(n) = range(n)\n#for a in turn(9000) { for b in turn(9000) { let c = a * b } }"


async def test_a_document_that_takes_too_long_is_ended_and_the_next_has_its_turn(
    tmp_path: Path,
) -> None:
    (tmp_path / "invoice.typ").write_text(SHOWS + ENDLESS)
    press, own = Press(at_once=1, seconds=1.0), Stationery(folder=str(tmp_path))
    began = time.monotonic()
    with capture_logs() as logs, pytest.raises(NotPrinted):
        await press.pdf(invoice("7"), own)
    assert time.monotonic() - began < 5
    assert [line["problem"] for line in logs] == ["it took too long"]
    assert (await press.pdf(receipt("7"), own)).startswith(b"%PDF")


async def test_more_than_it_can_make_wait_for_their_turn_and_not_for_ever(tmp_path: Path) -> None:
    (tmp_path / "invoice.typ").write_text(SHOWS + ENDLESS)
    press, own = Press(at_once=1, seconds=1.5), Stationery(folder=str(tmp_path))
    with capture_logs() as logs:
        first = asyncio.create_task(press.pdf(invoice("7"), own))
        await asyncio.sleep(0)
        second = asyncio.create_task(Press.pdf(press, invoice("8"), own))
        await asyncio.wait([first, second])
    assert all(isinstance(task.exception(), NotPrinted) for task in (first, second))
    assert logs[0]["problem"] in {"it took too long", "too many documents at once"}
