"""What changes in ServiceTitan is what the next answer says: by event, by feed, in any order."""

import asyncio
from pathlib import Path
from typing import Any

from adapters.ledger.ledger import Ledger
from adapters.ledger.seen_events import SeenEvents, Told
from adapters.sandbox.homes import PEOPLE
from tests.changes.hearing import (
    INVOICE,
    KEYS,
    PAT,
    balance,
    hearing_house,
    quietly,
    soon,
)
from tests.house import House, gid, open_house

MORGAN = next(person for person in PEOPLE if person.email == "morgan@example.com")
NEW_JOB = {
    "jobStatus": "Completed",
    "completedOn": "2026-07-13T15:00:00Z",
    "customerId": 1001,
    "locationId": 2001,
    "jobNumber": "399999",
}


async def invoices(house: House) -> dict[str, str]:
    """Return what is open, by number, of Pat's list."""
    viewer = await house.viewer(PAT, "invoices(first: 100) { nodes { number balance } }")
    return {row["number"]: row["balance"] for row in viewer["invoices"]["nodes"]}


async def completed(house: House, email: str = PAT) -> set[str]:
    """Return the numbers of somebody's completed jobs."""
    viewer = await house.viewer(email, "jobs(tab: COMPLETED, first: 100) { nodes { number } }")
    return {row["number"] for row in viewer["jobs"]["nodes"]}


async def asked(house: House, times: int) -> None:
    """Wait until ServiceTitan was asked so often for the invoice."""

    async def count() -> int:
        made = (await house.sandbox.get("/_sandbox/calls")).json()["calls"]
        return sum(call["query"].get("ids") == str(INVOICE) for call in made)

    await soon(count, times)


async def test_an_event_and_the_next_read_has_it_in_every_list() -> None:
    async with hearing_house() as house:
        assert (await balance(house), (await invoices(house))["500106"]) == ("436.50", "436.50")
        await house.calls()
        await house.put("invoices", INVOICE, balance="0.00")
        await soon(lambda: balance(house), "0.00")
        assert (await invoices(house))["500106"] == "0.00"
        calls = await house.calls()
        assert calls.keys() == {"invoices?ids=500106", "invoices?customerId=1001"}
        assert calls["invoices?customerId=1001"] == 1


async def test_wh10_what_an_event_says_of_money_is_not_believed() -> None:
    async with hearing_house() as house:
        assert await balance(house) == "436.50"
        raw = (await house.sandbox.get(f"/_sandbox/records/invoices/{INVOICE}")).json()
        held = {"data": [raw], "page": 1, "pageSize": 500, "hasMore": False, "totalCount": 1}
        await house.fault("/accounting/v2/.*/invoices$", status=200, body=held, times=10)
        await house.put("invoices", INVOICE, balance="0.00")  # the event says so, the list does not
        await asked(house, 2)
        assert await balance(house) == "436.50"


async def test_wh11_without_an_event_the_feed_brings_it() -> None:
    async with hearing_house(0.05) as house:
        assert (await invoices(house))["500106"] == "436.50"
        await quietly(house, "invoices", INVOICE, balance="1.00")
        await soon(lambda: balance(house), "1.00")
        assert (await invoices(house))["500106"] == "1.00"


async def test_what_was_asked_for_before_a_change_is_not_remembered_after_it() -> None:
    async with hearing_house() as house:
        raw = (await house.sandbox.get(f"/_sandbox/records/invoices/{INVOICE}")).json()
        old = {"data": [raw], "page": 1, "pageSize": 500, "hasMore": False, "totalCount": 1}
        path = "/accounting/v2/.*/invoices$"
        await house.fault(path, status=200, body=old, latencyMs=3000)
        reading = asyncio.create_task(balance(house))
        await asked(house, 1)
        await house.put("invoices", INVOICE, balance="0.00")
        await asked(house, 2)
        assert await balance(house) == "0.00"
        assert not reading.done()
        assert await reading == "436.50"  # it asked before the change
        assert await balance(house) == "0.00"
        assert (await invoices(house))["500106"] == "0.00"


async def test_a_new_job_appears_in_its_customers_list_by_event() -> None:
    async with hearing_house() as house:
        before = await completed(house)
        await house.put("jobs", 399_999, **NEW_JOB)
        await soon(lambda: completed(house), before | {"399999"})


async def test_a_job_that_moves_leaves_the_old_list_and_enters_the_new_by_its_feed() -> None:
    async with hearing_house(0.05) as house:
        before, theirs = await completed(house), await completed(house, MORGAN.email)
        assert "300106" in before - theirs
        to: dict[str, Any] = {
            "customerId": MORGAN.records["customers"][0],
            "locationId": MORGAN.records["locations"][0],
        }
        await quietly(house, "jobs", 300_106, **to)
        await soon(lambda: completed(house), before - {"300106"})
        await soon(lambda: completed(house, MORGAN.email), theirs | {"300106"})


async def test_a_new_payment_shows_on_its_invoice_by_its_feed() -> None:
    query = "query($id: ID!) { invoice(id: $id) { payments { amount } } }"

    async def paid() -> list[str]:
        told = await house.data(PAT, query, id=gid("open-invoice"))
        return [row["amount"] for row in told["invoice"]["payments"]]

    async with hearing_house(0.05) as house:
        assert await paid() == []
        part = {"appliedId": 1, "appliedTo": INVOICE, "appliedAmount": "36.50"}
        row = {"customer": {"id": 1001}, "appliedTo": [part], "total": "36.50"}
        await quietly(house, "payments", 799_999, **row)
        await soon(paid, ["36.50"])


async def test_wh17_a_gateway_that_ends_leaves_the_event_to_the_next(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    seen = SeenEvents(Ledger(database))
    await seen.ledger.open()
    async with hearing_house(database=database) as house:
        await house.fault("/accounting/v2/.*/invoices$", latencyMs=60_000, times=10)
        await house.put("invoices", INVOICE, balance="0.00")
        await soon(seen.waiting, 1)
        await asked(house, 1)
    assert await seen.waiting() == 1
    async with open_house(database=database, told=KEYS) as house:
        await soon(seen.waiting, 0)
        assert (await house.calls())["invoices?ids=500106"] == 1
    await seen.ledger.aclose()


async def test_wh17_an_event_written_down_and_no_more_is_applied_at_the_next_start(
    tmp_path: Path,
) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    seen = SeenEvents(Ledger(database))
    await seen.ledger.open()
    await seen.receive(Told("a" * 64, "b" * 64, '[["invoices","id",500106]]'))
    async with open_house(database=database, told=KEYS) as house:
        await soon(seen.waiting, 0)
        assert (await house.calls())["invoices?ids=500106"] == 1
    await seen.ledger.aclose()
