"""What is charged, written into ServiceTitan's books once, whatever these answer."""

import pytest

from adapters.sandbox.homes import TIME_ZONE
from resolvers.policy import Payments, Tenant, WhenRefused
from tests.house import HOME, House, demo_policy, ready_house
from tests.paying.asking import (
    OPEN,
    PAT,
    PAY,
    codes,
    movements,
    pay,
    row_of,
    wish,
)
from tests.paying.recorded import (
    LEFT,
    ON_ITS_WAY,
    ONCE,
    PAID_IN_PART,
    POSTS,
    RECORDS,
    WHOLE,
    Json,
    house,
    in_books,
    later,
    only,
    owed,
    part,
    state,
)

__all__ = ["house"]


async def test_it_is_recorded_under_its_number_and_owed_no_more(house: House) -> None:
    await house.calls()
    told = await pay(house, part())
    assert (told["payment"]["state"], told["payment"]["recording"]) == ("SUCCEEDED", "RECORDED")
    assert (await house.calls())["payments?"] == 1
    assert await in_books(house) == ONCE
    assert await owed(house) == PAID_IN_PART
    assert await movements(house) == [("CHARGE", "100.00")]


LOST: dict[str, tuple[Json, str]] = {
    "refused at the door": ({"status": 429, "retryAfter": 0}, "RECORD_PENDING"),
    "out of order before it": ({"status": 503}, "RECORD_PENDING"),
    "out of order after it": ({"status": 503, "after": True}, "RECORD_PENDING"),
    "no answer before it": ({"reset": True}, "RECORD_PENDING"),
    "no answer after it": ({"reset": True, "after": True}, "RECORD_PENDING"),
    "half an answer": ({"truncateAt": 5}, "RECORD_PENDING"),
    "an answer of another shape": ({"status": 200, "body": "[]", "after": True}, "RECORD_PENDING"),
}


@pytest.mark.parametrize("case", LOST)
async def test_pa13_a_lost_answer_of_the_books_records_once(house: House, case: str) -> None:
    fault, stands = LOST[case]
    await house.fault(POSTS, method="POST", **fault)
    told = await pay(house, part())
    assert (told["payment"]["state"], told["userErrors"]) == ("SUCCEEDED", [])
    assert await state(house) == stands
    assert (await owed(house))[0] in {LEFT, "236.50"}  # too low for a while, and never too high
    for _ in range(8):
        await later(house, minutes=2)
    assert await state(house) == "RECORDED"
    assert await in_books(house) == ONCE
    assert await owed(house) == PAID_IN_PART
    assert await movements(house) == [("CHARGE", "100.00")]


async def test_while_the_books_cannot_be_searched_nothing_is_written_anew(house: House) -> None:
    await house.fault(POSTS, method="POST", reset=True, after=True)
    await pay(house, part())
    await house.fault(POSTS, method="GET", ignoreFilters=True, times=3)
    for _ in range(3):
        assert await later(house, minutes=31) == "RECORD_PENDING"
    assert await later(house, minutes=31) == "RECORDED"
    assert await in_books(house) == ONCE


async def test_pa17_what_is_refused_for_good_is_handed_to_the_office(house: House) -> None:
    await house.fault(POSTS, method="POST", status=400)
    told = await pay(house, part())
    assert (told["payment"]["state"], told["payment"]["recording"]) == ("SUCCEEDED", "HANDED_OFF")
    assert await owed(house) == ON_ITS_WAY
    assert await in_books(house) == []
    for _ in range(3):
        assert await later(house, hours=9) == "HANDED_OFF"
    assert await owed(house) == ON_ITS_WAY
    assert await codes(house, wish(OPEN, idempotencyKey="key 2")) == ["BALANCE_CHANGED"]
    assert await movements(house) == [("CHARGE", "100.00")]


async def test_pa17_or_sent_back_where_the_tenant_says_so() -> None:
    payments = Payments(**RECORDS, when_refused=WhenRefused.REFUND)
    async with ready_house(demo_policy(payments=payments)) as house:
        await house.fault(POSTS, method="POST", status=400)
        told = await pay(house, part())
        assert (told["payment"]["state"], told["payment"]["recording"]) == ("REFUNDED", "NOT_DUE")
        assert await movements(house) == [("CHARGE", "100.00"), ("REFUND", "100.00")]
        assert await owed(house) == WHOLE


async def test_recorded_twice_in_the_books_is_taken_in_and_said(house: House) -> None:
    await house.fault(POSTS, method="POST", reset=True, after=True)
    await pay(house, part())
    marker = (await only(house)).confirmation
    for number in (70000418, 70000419):
        row = {"customer": {"id": HOME}, "memo": f"portal {marker.lower()}", "active": True}
        await house.put("payments", number, **row, total="100.00", typeId="9")
    assert await later(house, minutes=6) == "RECORDED"
    [said] = [line for line in house.logs if line["event"] == "recorded more than once"]
    assert (said["log_level"], said["count"]) == ("error", 3)
    assert marker not in str(said)


async def test_a_choice_that_changes_meanwhile_is_gone_by(house: House) -> None:
    await house.fault(POSTS, method="POST", status=503)
    await pay(house, part())
    await house.choose(demo_policy(payments=Payments(allow_partial=True)))
    assert await later(house, minutes=6) == "HANDED_OFF"
    assert await owed(house) == ON_ITS_WAY
    assert await in_books(house) == []


async def test_the_least_that_there_is(house: House) -> None:
    await house.put("invoices", row_of(OPEN), total="0.01", balance="0.01")
    assert await codes(house, wish(OPEN, total="0.01")) == []
    assert await in_books(house) == [("0.01", "9")]
    assert await owed(house) == ("0.00", "0.00", False)
    assert await movements(house) == [("CHARGE", "0.01")]


NOT_SHOWN: Json = {"page": 1, "pageSize": 500, "totalCount": 0, "hasMore": False, "data": []}


async def test_refused_because_it_stands_there_already_it_does_not_go_back() -> None:
    payments = Payments(**RECORDS, when_refused=WhenRefused.REFUND)
    async with ready_house(demo_policy(payments=payments)) as house:
        await house.fault(POSTS, method="POST", reset=True, after=True)
        await pay(house, wish(OPEN))
        await house.fault(POSTS, method="GET", status=200, body=NOT_SHOWN)
        assert await later(house, minutes=6) == "HANDED_OFF"  # it was refused: nothing is owed
        assert await movements(house) == [("CHARGE", "436.50")]
        assert await later(house, minutes=16) == "RECORDED"
        assert await in_books(house) == [("436.50", "9")]


async def test_refused_after_it_certainly_was_not_told_it_does_go_back() -> None:
    payments = Payments(**RECORDS, when_refused=WhenRefused.REFUND)
    async with ready_house(demo_policy(payments=payments)) as house:
        await house.fault(POSTS, method="POST", status=429, retryAfter=0)
        await pay(house, part())
        await house.fault(POSTS, method="POST", status=400)
        assert await later(house, minutes=6) == "REFUNDED"
        assert await movements(house) == [("CHARGE", "100.00"), ("REFUND", "100.00")]
        assert await owed(house) == WHOLE


async def test_a_currency_without_cents() -> None:
    yen = Tenant(time_zone=TIME_ZONE, currency="JPY")
    policy = demo_policy(tenant=yen, payments=Payments(**RECORDS))
    async with ready_house(policy) as house:
        assert await codes(house, wish(OPEN)) == ["NOT_AVAILABLE"]  # it has cents: 436.50
        await house.put("invoices", row_of(OPEN), total="437.00", balance="437.00")
        told = wish(OPEN, total="437", amount="0.50", idempotencyKey="key 2")
        [error] = (await house.ask(PAT, PAY, input=told))["errors"]
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
        told = wish(OPEN, total="437.0", amount="100", idempotencyKey="key 3")
        assert await codes(house, told) == []
        assert await movements(house) == [("CHARGE", "100")]
        assert await in_books(house) == ONCE
        assert (await owed(house))[0] == "337.00"
