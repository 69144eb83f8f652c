"""Estimates as they come: what is read of them, and what their status says."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from adapters.servicetitan.decoding import decode
from adapters.servicetitan.estimates import (
    Estimate,
    EstimateItem,
    EstimateState,
    EstimateStatusField,
    ReviewStatus,
    Sku,
)
from adapters.servicetitan.model import (
    BusinessUnitId,
    CustomerId,
    EstimateId,
    JobId,
    LocationId,
    ProjectId,
)


def _read(**row: object) -> tuple[Estimate, Counter[str]]:
    oddities: Counter[str] = Counter()
    body = msgspec.json.encode({"hasMore": False, "data": [{"id": 1, **row}]})
    return decode(Estimate, body, "rows", oddities).data[0], oddities


def test_an_estimate_as_it_was_seen() -> None:
    sku: dict[str, object] = {
        "id": 101354823,
        "name": "PL100",
        "displayName": "Pipe Liner",
        "type": "Service",
        "soldHours": 0.0,
        "generalLedgerAccountName": "Revenue",
    }
    item: dict[str, object] = {
        "id": 101909067,
        "sku": sku,
        "skuAccount": "Revenue",
        "description": "Clean line.<br>Cure liner.",
        "membershipTypeId": None,
        "qty": 1.0,
        "unitRate": 16987.0,
        "total": 16987.0,
        "unitCost": 0.0,
        "totalCost": 0.0,
        "itemGroupName": None,
        "chargeable": None,
    }
    row, oddities = _read(
        id=101909061,
        jobId=101886381,
        projectId=101886380,
        locationId=101645511,
        customerId=101645506,
        name="40 ft liner ",
        jobNumber="101886381",
        status={"value": 0, "name": "Open"},
        reviewStatus="None",
        summary="…",
        createdOn="2024-03-13T17:58:02.661Z",
        modifiedOn="2024-03-13T18:06:06.3220711Z",
        soldOn=None,
        soldBy=None,
        active=True,
        items=[item],
        externalLinks=[],
        subtotal=8987.0,
        businessUnitId=20080189,
        businessUnitName="Drains Residential",
    )
    assert oddities == Counter()
    assert row.state is EstimateState.OPEN
    assert row == Estimate(
        id=EstimateId(101909061),
        job_id=JobId(101886381),
        project_id=ProjectId(101886380),
        location_id=LocationId(101645511),
        customer_id=CustomerId(101645506),
        name="40 ft liner",
        job_number="101886381",
        status=EstimateStatusField(value=0, name="Open"),
        review_status=ReviewStatus.NONE,
        summary="…",
        created_on=datetime(2024, 3, 13, 17, 58, 2, 661000, tzinfo=UTC),
        modified_on=datetime(2024, 3, 13, 18, 6, 6, 322071, tzinfo=UTC),
        items=(
            EstimateItem(
                id=101909067,
                sku=Sku(display_name="Pipe Liner", name="PL100"),
                description="Clean line.<br>Cure liner.",
                qty=Decimal("1.0"),
                unit_rate=Decimal("16987.0"),
                total=Decimal("16987.0"),
            ),
        ),
        subtotal=Decimal("8987.0"),
        business_unit_id=BusinessUnitId(20080189),
    )
    assert (row.tax, row.is_recommended, row.require_deposit_on_signature) == (None, False, None)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"value": 0, "name": "Open"}, EstimateState.OPEN),
        ({"value": 1, "name": "Sold"}, EstimateState.SOLD),
        ({"value": 2, "name": "Dismissed"}, EstimateState.DISMISSED),
        ({"value": 9, "name": "Sold"}, EstimateState.SOLD),
        ({"name": " sold "}, EstimateState.SOLD),
        ({"value": 0, "name": "Withdrawn"}, EstimateState.UNKNOWN),
        ({"value": 0, "name": "UNKNOWN"}, EstimateState.UNKNOWN),
        ({"value": 2}, EstimateState.DISMISSED),
        ({"value": 1, "name": None}, EstimateState.SOLD),
        ({"value": 0, "name": ""}, EstimateState.OPEN),
        ({"value": 3}, EstimateState.UNKNOWN),
        ({"value": -1}, EstimateState.UNKNOWN),
        ({}, EstimateState.UNKNOWN),
        (None, EstimateState.UNKNOWN),
        ("Open", EstimateState.UNKNOWN),
        (0, EstimateState.UNKNOWN),
        ([], EstimateState.UNKNOWN),
        ({"value": "0"}, EstimateState.UNKNOWN),
        ({"value": 0, "name": 0}, EstimateState.OPEN),
    ],
)
def test_r38_a_status_is_its_word_and_without_one_its_number(
    status: object, state: EstimateState
) -> None:
    assert _read(status=status)[0].state is state


def test_without_a_status_nothing_is_known() -> None:
    assert _read()[0].state is EstimateState.UNKNOWN


def test_a_discount_is_a_line_that_takes_away() -> None:
    row, oddities = _read(items=[{"id": 1, "qty": 1, "unitRate": -50.0, "total": -50.0}])
    assert row.items is not None
    assert (row.items[0].unit_rate, row.items[0].total) == (Decimal("-50.0"), Decimal("-50.0"))
    assert oddities == Counter()


@pytest.mark.parametrize("items", [[{"id": 1}, {}], [{"id": "1"}], [1], {}, "?", [None]])
def test_items_that_are_not_whole_say_nothing(items: object) -> None:
    row, oddities = _read(items=items, subtotal=5)
    assert (row.items, row.subtotal, oddities) == (None, Decimal(5), Counter({"rows.items": 1}))


def test_a_price_nobody_could_mean_costs_no_other() -> None:
    row, oddities = _read(subtotal="NaN", tax=1.5, items=[{"id": 1, "total": "1e9", "qty": 2}])
    assert (row.subtotal, row.tax) == (None, Decimal("1.5"))
    assert row.items == (EstimateItem(id=1, qty=Decimal(2)),)
    assert oddities == Counter({"rows.subtotal": 1, "rows.items.total": 1})
