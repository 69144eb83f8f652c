"""An estimate as it is shown: its texts, its figures, financing and version."""

from decimal import Decimal
from typing import Any

import pytest

from resolvers.ids import global_id
from resolvers.policy import Financing
from tests.house import House, demo_policy, ready_house

PAT = "pat@example.com"
FIRST = global_id("Estimate", 600101)


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, True),
        ({"status": {"value": 1, "name": "Sold"}}, True),
        ({"subtotal": 5765.01}, False),
        ({"summary": "<p>Without the permit.</p>"}, False),
    ],
)
async def test_r44_a_version_outlives_being_accepted_and_no_other_change(
    house: House, change: dict[str, Any], *, kept: bool
) -> None:
    await house.put("estimates", 600101, **change)
    query = f'{{ estimate(id: "{FIRST}") {{ version }} }}'
    version = (await house.data(PAT, query))["estimate"]["version"]
    assert (version == "wkK5eGDnkHrYc_IRJ_L9-GM9AM-Y6dqL") is kept


async def test_r40_financing_stands_beside_open_options_alone() -> None:
    offered = Financing(
        enabled=True,
        label="Pay by the month",
        apply_url="https://bank.example/apply",
        monthly_factor=Decimal("0.0125"),
    )
    async with ready_house(demo_policy(financing=offered)) as house:
        told = await house.viewer(
            PAT,
            "proposals { nodes { estimates { number financing { label asLowAs applyUrl } } } }",
        )
    shown = {"label": "Pay by the month", "applyUrl": "https://bank.example/apply"}
    assert [row["estimates"] for row in told["proposals"]["nodes"]] == [
        [{"number": "600104", "financing": None}],
        [
            {"number": number, "financing": shown | {"asLowAs": monthly}}
            for number, monthly in (
                ("600101", "76.96"),  # 6156.60 x 0.0125 = 76.9575
                ("600102", "147.55"),  # 147.545
                ("600103", "197.65"),  # 197.6475
            )
        ],
    ]


async def test_r83_texts_are_cleaned_and_twinned(house: House) -> None:
    item = {"id": 60010101, "description": "Quiet &amp; <b>warm</b><img src=x onerror=alert(1)>"}
    await house.put(
        "estimates",
        600101,
        summary="<p onclick=steal()>Two days.</p><script>alert(1)</script>",
        items=[item | {"sku": {"id": 1, "name": "F-80", "displayName": ""}, "qty": 1.50}],
    )
    query = f"""{{ estimate(id: "{FIRST}") {{ summary summaryHtml items {{
        name description descriptionHtml quantity unitPrice total }} }} }}"""
    assert (await house.data(PAT, query))["estimate"] == {
        "summary": "Two days.",
        "summaryHtml": "<p>Two days.</p>",
        "items": [
            {
                "name": "F-80",
                "description": "Quiet & warm",
                "descriptionHtml": "Quiet &amp; <b>warm</b>",
                "quantity": "1.5",
                "unitPrice": "0.00",
                "total": "0.00",
            }
        ],
    }


@pytest.mark.parametrize("field", ["subtotal", "total", "depositDue"])
async def test_r84_what_cannot_be_read_is_an_error_and_no_smaller_number(
    house: House, field: str
) -> None:
    await house.put(
        "estimates", 600101, subtotal=None, requireDepositOnSignature=True, depositPercent=10
    )
    page = await house.viewer(PAT, "proposals { nodes { estimates { number } } }")
    numbers = [one["number"] for row in page["proposals"]["nodes"] for one in row["estimates"]]
    assert numbers == ["600104", "600101", "600102", "600103"]
    query = f'{{ estimate(id: "{FIRST}") {{ number {field} }} }}'
    told = await house.ask(PAT, query)
    stands = {"number": "600101", "depositDue": None} if field == "depositDue" else None
    assert told["data"] == {"estimate": stands}
    (error,) = told["errors"]
    assert error["path"] == ["estimate", field]
    assert error["extensions"] == {"code": "UPSTREAM_REJECTED"}
    assert error["message"] == "An amount of this estimate cannot be read. Call the office."


async def test_r84_items_that_were_not_told_are_an_error(house: House) -> None:
    await house.put("estimates", 600101, items=None)
    query = f'{{ estimate(id: "{FIRST}") {{ items {{ name }} }} }}'
    told = await house.ask(PAT, query)
    assert told["data"] == {"estimate": None}
    assert told["errors"][0]["extensions"] == {"code": "UPSTREAM_REJECTED"}
