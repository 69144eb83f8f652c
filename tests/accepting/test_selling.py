"""A sale whose answer is lost, refused or late: sold once, or left to the office."""

import asyncio
from typing import Any

import pytest

from adapters.changes.bus import Change
from tests.accepting.conftest import (
    DUE,
    PAT,
    PLAIN,
    WITH_DEPOSIT,
    Office,
    deposit,
    errors,
)
from tests.estimate_rows import DISMISSED, SOLD

VISA = deposit("sandbox_card_visa")
_SELL = "/estimates/600101/sell$"
LISTED = """{ viewer { proposals { nodes { hasAcceptedOption estimates {
  number status depositDue acceptedBy } } } tasks { proposalsToReview { estimates {
  number status } } } } }"""


async def state(office: Office) -> str:
    (kept,) = await office.till.acceptances.listed()
    return kept.state.value


async def sold(office: Office) -> int:
    """Return how often ServiceTitan was told to sell, since the last time."""
    calls = await office.house.calls()
    return sum(count for call, count in calls.items() if call.endswith("/sell?"))


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 504, "after": True},
        {"reset": True},
        {"reset": True, "after": True},
        {"status": 429, "retryAfter": 0},
    ],
)
async def test_what_is_not_known_is_looked_up_before_it_is_sold_again(
    office: Office, fault: dict[str, Any]
) -> None:
    await office.house.fault(_SELL, **fault)
    wish = await office.wish(PLAIN)
    told = await office.send(wish)
    assert (errors(told), told["acceptance"]["recording"]) == ([], "PENDING")
    assert told["estimate"]["status"] == "ACCEPTED"
    assert await state(office) == "SELL_PENDING"
    assert await sold(office) == 1
    await office.finish()
    assert await state(office) == "SOLD"
    assert await sold(office) == (0 if "after" in fault else 1)
    assert (await office.row(PLAIN))["status"]["name"] == "Sold"
    done = await office.send(wish)
    assert done["acceptance"]["recording"] == "RECORDED"


async def test_a_seller_that_servicetitan_does_not_know_leaves_it_to_the_office(
    office: Office,
) -> None:
    await office.house.fault(_SELL, status=400)
    told = await office.accept(PLAIN)
    assert told["acceptance"]["recording"] == "HANDED_OFF"
    await office.finish()
    assert await state(office) == "HANDED_OFF"


async def test_sold_by_somebody_else_in_the_last_moment_is_sold(office: Office) -> None:
    """Signed as it was sold: it cannot be told by whom, and the customer has what they signed."""
    wish = await office.wish(PLAIN)
    await office.house.fault(_SELL, status=409)
    row = await office.row(PLAIN)
    await office.house.put("estimates", PLAIN, status=SOLD)
    envelope = {"page": 1, "pageSize": 200, "hasMore": False, "totalCount": 1, "data": [row]}
    await office.house.fault("/estimates$", body=envelope, method="GET")
    told = await office.send(wish)
    assert told["acceptance"]["recording"] == "RECORDED"


async def test_what_is_accepted_by_hand_is_open_nowhere(by_hand: Office) -> None:
    told = await by_hand.accept(PLAIN)
    assert told["acceptance"]["recording"] == "HANDED_OFF"
    assert await sold(by_hand) == 0
    assert (await by_hand.row(PLAIN))["status"]["name"] == "Open"
    after = await by_hand.house.data(PAT, LISTED)
    estimates = {
        row["number"]: row
        for node in after["viewer"]["proposals"]["nodes"]
        for row in node["estimates"]
    }
    assert estimates[str(PLAIN)] == {
        "number": str(PLAIN),
        "status": "ACCEPTED",
        "depositDue": None,
        "acceptedBy": "Pat Sullivan",
    }
    (task,) = after["viewer"]["tasks"]["proposalsToReview"]
    assert {"number": str(PLAIN), "status": "ACCEPTED"} in task["estimates"]
    assert errors(await by_hand.accept(PLAIN, "another")) == ["ALREADY_ACCEPTED"]


@pytest.mark.parametrize(
    ("change", "then", "status"),
    [
        ({}, "HANDED_OFF", "ACCEPTED"),
        ({"subtotal": 1.0}, "HANDED_OFF", "ACCEPTED"),
        ({"status": SOLD}, "SOLD", "ACCEPTED"),
        ({"status": DISMISSED}, "REFUSED", None),
    ],
)
async def test_what_is_handed_off_is_watched(
    by_hand: Office, change: dict[str, Any], then: str, status: str | None
) -> None:
    await by_hand.accept(PLAIN)
    await by_hand.house.put("estimates", PLAIN, **change)
    await by_hand.finish(minutes=31)
    assert await state(by_hand) == then
    nodes = (await by_hand.house.data(PAT, LISTED))["viewer"]["proposals"]["nodes"]
    shown = {row["number"]: row["status"] for node in nodes for row in node["estimates"]}
    assert shown.get(str(PLAIN)) == status


async def test_a_deposit_goes_back_where_the_office_withdraws_what_it_was_to_sell(
    by_hand: Office,
) -> None:
    await by_hand.accept(WITH_DEPOSIT, deposit=VISA)
    await by_hand.house.put("estimates", WITH_DEPOSIT, status=DISMISSED)
    await by_hand.finish(minutes=31)
    await by_hand.finish()
    assert await state(by_hand) == "REFUSED"
    assert await by_hand.moved() == [("CHARGE", DUE), ("REFUND", DUE)]


async def test_changed_after_a_sale_that_did_not_come_there_is_the_offices_to_judge(
    office: Office,
) -> None:
    await office.house.fault(_SELL, status=500)
    await office.accept(PLAIN)
    await office.house.put("estimates", PLAIN, subtotal=1.0)
    await office.finish()
    assert await state(office) == "HANDED_OFF"
    assert await sold(office) == 1


async def test_what_cannot_be_read_is_asked_again_later(office: Office) -> None:
    await office.house.fault(_SELL, status=500)
    await office.accept(PLAIN)
    await office.house.fault("/estimates$", method="GET", status=404, times=5)
    await office.finish()
    assert await state(office) == "SELL_PENDING"
    await office.house.sandbox.delete("/_sandbox/faults")
    await office.finish(minutes=5)
    assert await state(office) == "SOLD"


async def test_two_who_finish_it_sell_it_once(office: Office) -> None:
    await office.house.fault(_SELL, status=500)
    await office.accept(PLAIN)
    await office.house.calls()
    await asyncio.gather(*(office.finish() for _ in range(4)))
    assert await sold(office) == 1
    assert await state(office) == "SOLD"


async def test_who_looks_at_it_hears_of_it(office: Office) -> None:
    with office.till.desk.selling.desk.changes.subscribe() as listener:
        await office.accept(PLAIN)
        heard = [await listener.next(), *listener.more(10)]
    (change,) = [each for each in heard if isinstance(each, Change)]
    assert (change.record, change.customers) == (("estimates", PLAIN), (1001,))
