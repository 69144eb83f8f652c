"""Amounts, quantities, prose and cursors as the graph spells them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.cursors import Cursors, Spot
from resolvers.errors import BadCursor
from resolvers.ids import global_id, number_of, read_id
from resolvers.prose import cleaned, plain
from schema.scalars import SCALARS, URL, Day, Instant, Money, RichText, money_text, quantity_text

AMOUNTS = st.decimals(min_value=-(10**13), max_value=10**13, places=4, allow_nan=False)
SPOTS = st.builds(Spot, st.none() | st.dates(), st.integers(0, 2**63 - 1))
CURSORS = Cursors(b"a key of the tests")


def told_as(kind: object, value: object) -> object:
    """Return the value as answers have it."""
    tell = SCALARS[kind].serialize
    assert tell is not None
    return tell(value)


def read_as(kind: object, told: object) -> object:
    """Return the value of an argument."""
    read = SCALARS[kind].parse_value
    assert read is not None
    return read(told)


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("0", "0.00"),
        ("-0.001", "0.00"),
        ("1234.5", "1234.50"),
        ("0.005", "0.01"),
        ("-12.345", "-12.35"),
        ("1.0000000000000000000", "1.00"),
        ("1234567890123456.07", "1234567890123456.07"),
    ],
)
def test_money_has_two_digits(amount: str, told: str) -> None:
    assert money_text(Decimal(amount)) == told


@given(AMOUNTS)
def test_money_loses_no_cent(amount: Decimal) -> None:
    told = money_text(amount)
    assert abs(Decimal(told) - amount) <= Decimal("0.005")
    assert told[-3] == "."
    assert told != "-0.00"


@pytest.mark.parametrize(
    ("amount", "told"),
    [("1.0000000000000000000", "1"), ("0.50", "0.5"), ("10", "10"), ("100.00", "100"), ("0", "0")],
)
def test_a_quantity_has_no_needless_zeros(amount: str, told: str) -> None:
    assert quantity_text(Decimal(amount)) == told


@pytest.mark.parametrize(
    "address", ["https://example.com/x?y=1#z", "http://localhost:8000", "https://"]
)
def test_an_address_of_the_web_is_told_as_it_is(address: str) -> None:
    assert told_as(URL, address) == address


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://x",
        "//x",
        "/x",
        "",
        "HTTPS://x",
        " https://x",
    ],
)
def test_no_other_address_is_told(address: str) -> None:
    with pytest.raises(
        ValueError, match=r"^An address of the web begins with https:// or http://\.$"
    ):
        told_as(URL, address)


@pytest.mark.parametrize("kind", [Day, Instant, RichText, URL])
@pytest.mark.parametrize("told", ["2026-11-22", "https://x", "", 5, None])
def test_what_no_argument_has_is_never_read(kind: object, told: object) -> None:
    with pytest.raises(ValueError, match=r"^No argument of this graph has this type\.$"):
        read_as(kind, told)


@pytest.mark.parametrize(
    "told",
    [
        *("", ".", "1.", ".5", "01", "00", "1.234", "12345678901234", "-1", "+1", "1e3", "1_000"),
        *(" 1", "1 ", "1\n", "1,00", "\uff11", "\u0661", "NaN", "Infinity", 5, 5.5, True, None, []),
    ],
)
def test_m7_an_amount_has_one_spelling(told: object) -> None:
    with pytest.raises(
        ValueError, match=r'^Write an amount as a string of digits, such as "1234\.50"\.$'
    ):
        read_as(Money, told)


@pytest.mark.parametrize("told", ["0", "0.00", "0.5", "1234.50", "9999999999999.99"])
def test_m7_an_amount_is_read_as_it_is_spelled(told: str) -> None:
    assert str(read_as(Money, told)) == told


@pytest.mark.parametrize(
    ("office", "html", "text"),
    [
        (None, None, None),
        ("", None, None),
        ("<p></p>", "<p></p>", None),
        ("Fixed it", "Fixed it", "Fixed it"),
        ("A < B & C", "A &lt; B &amp; C", "A < B & C"),
        ("<p>One</p><p>Two</p>", "<p>One</p><p>Two</p>", "One\nTwo"),
        ("a<br/>b<BR>c", "a<br>b<br>c", "a\nb\nc"),
        ("<ul><li>x</li><li>y</li></ul>", "<ul><li>x</li><li>y</li></ul>", "x\ny"),
        ("<script>alert(1)</script>done", "done", "done"),
        ('<a href="javascript:x()">here</a>', "here", "here"),
        ('<img src=x onerror="x()">seen', "seen", "seen"),
        ("<p style='color:red' class=MsoNormal>red</p>", "<p>red</p>", "red"),
        ("<!-- private --><b>ok</b>", "<b>ok</b>", "ok"),
    ],
)
def test_r83_rich_text_is_cleaned_and_has_a_plain_twin(
    office: str | None, html: str | None, text: str | None
) -> None:
    assert cleaned(office) == html
    assert plain(office) == text


@given(st.text())
def test_r83_nothing_that_runs_is_left(office: str) -> None:
    safe = cleaned(office + "<script>x</script><p onclick=x>y</p>") or ""
    assert "<script" not in safe.lower()
    assert "onclick=" not in safe.split("y</p>")[-2][-20:]


@given(SPOTS, st.text(max_size=20), st.text(max_size=20))
def test_a_cursor_opens_for_who_it_was_sealed_for(spot: Spot, viewer: str, of: str) -> None:
    cursor = CURSORS.seal(spot, viewer, of)
    assert CURSORS.open(cursor, viewer, of) == spot
    with pytest.raises(BadCursor):
        CURSORS.open(cursor, viewer + "x", of)
    with pytest.raises(BadCursor):
        Cursors(b"another key").open(cursor, viewer, of)


@given(st.text())
def test_no_text_opens_by_chance_or_breaks(cursor: str) -> None:
    with pytest.raises(BadCursor):
        CURSORS.open(cursor, "viewer", "list")


def test_a_cursor_of_a_far_day_keeps_it() -> None:
    spot = Spot(date.max, 1)
    assert CURSORS.open(CURSORS.seal(spot, "v", "l"), "v", "l") == spot


@given(st.integers(1, 2**63 - 1))
def test_a_global_id_is_read_back(number: int) -> None:
    assert number_of(global_id("Invoice", number), "Invoice") == number
    assert number_of(global_id("Invoice", number), "Job") is None


@given(st.text())
def test_an_id_has_one_spelling(told: str) -> None:
    read = read_id(told)
    assert read is None or global_id(*read) == told
