"""R44: the version of an estimate, a digest of everything that is shown of it."""

import re
from decimal import Decimal
from typing import Any

import pytest

from resolvers.estimate_versions import version_of
from tests.estimate_rows import SOLD, estimate

LINE: dict[str, Any] = {
    "id": 1,
    "sku": {"name": "F-80", "displayName": "Furnace"},
    "description": "<b>80k BTU</b>",
    "qty": 1,
    "unitRate": 100,
    "total": 100,
}
READ: dict[str, Any] = {
    "name": "Furnace",
    "summary": "<p>All in.</p>",
    "subtotal": 100,
    "tax": 8,
    "items": [LINE],
}


def test_r44_a_version_is_the_same_in_every_process_and_has_192_bits() -> None:
    told = version_of(estimate(**READ))
    assert told == "7ycgNZrxbP9pw_SF1S83dVxY6VyOd-oj"
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", told)


CHANGES: list[dict[str, Any]] = [
    {"id": 8},
    {"name": "Furnaces"},
    {"proposalTagName": "Good"},
    {"isRecommended": True},
    {"summary": "<p>All in!</p>"},
    {"subtotal": 100.01},
    {"subtotal": None},
    {"tax": 8.01},
    {"requireDepositOnSignature": True},
    {"depositAmount": 10},
    {"depositPercent": 10},
    {"items": None},
    {"items": []},
    {"items": [LINE, LINE]},
    *(
        {"items": [LINE | change]}
        for change in (
            {"id": 2},
            {"sku": {"name": "F-80", "displayName": "Boiler"}},
            {"description": "<b>90k BTU</b>"},
            {"qty": 2},
            {"unitRate": 99},
            {"total": 99},
            {"total": None},
        )
    ),
]


@pytest.mark.parametrize("change", CHANGES)
def test_r44_whatever_is_shown_otherwise_is_another_version(change: dict[str, Any]) -> None:
    assert version_of(estimate(**READ | change)) != version_of(estimate(**READ))


@pytest.mark.parametrize(
    "change",
    [
        {"status": SOLD, "soldOn": "2026-07-01T12:00:00Z"},
        {"modifiedOn": "2026-07-01T12:00:00Z"},
        {"subtotal": 100.0, "tax": Decimal("8.0000000")},
        {"summary": "<p onclick='x()'>All in.</p><script>x()</script>"},
        {"items": [LINE | {"qty": Decimal("1.000")}]},
        {"items": [LINE | {"sku": {"name": "F-81", "displayName": "Furnace"}}]},
    ],
)
def test_r44_what_is_not_shown_and_being_accepted_make_no_other_version(
    change: dict[str, Any],
) -> None:
    assert version_of(estimate(**READ | change)) == version_of(estimate(**READ))
