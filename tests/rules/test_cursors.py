"""Cursors, byte for byte: pages that a front end kept still open after an upgrade."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date

import pytest

from resolvers.cursors import Cursors, Spot
from resolvers.errors import BadCursor

CURSORS = Cursors(b"a key of the tests")
KEPT = {
    Spot(date(2026, 7, 14), 500106): "C0njAAAAAAAHoYrkrZ92u5fFFKjiz-I",
    Spot(None, 1): "AAAAAAAAAAAAAAHsR7kliav1Ju4f5Nc",
    Spot(date(1, 1, 1), -1): "AAAB__________-JIRh2j7xHVh-Fkuo",
}


def open_(cursor: str) -> Spot:
    return CURSORS.open(cursor, "me", "invoices")


@pytest.mark.parametrize("spot", KEPT, ids=repr)
def test_a_cursor_is_written_in_one_way_for_ever(spot: Spot) -> None:
    assert CURSORS.seal(spot, "me", "invoices") == KEPT[spot]
    assert open_(KEPT[spot]) == spot


def test_a_viewer_and_a_list_cannot_be_mistaken_for_each_other() -> None:
    told = CURSORS.seal(Spot(None, 1), "me", "invoices")
    for viewer, of in (("mei", "nvoices"), ("me\0invoices", ""), ("", "me\0invoices")):
        with pytest.raises(BadCursor):
            CURSORS.open(told, viewer, of)


def test_what_is_cut_or_goes_on_is_no_cursor() -> None:
    whole = KEPT[Spot(None, 1)]
    raw = urlsafe_b64decode(whole + "=")
    assert len(raw) == 23
    for other in (raw[:-1], raw + b"\0", raw[:11], b""):
        with pytest.raises(BadCursor):
            open_(urlsafe_b64encode(other).decode().rstrip("="))


@pytest.mark.parametrize("more", ["=", "==", "\n", " ", "A", "\u0130"])
def test_a_cursor_has_one_spelling(more: str) -> None:
    with pytest.raises(BadCursor):
        open_(KEPT[Spot(None, 1)] + more)
