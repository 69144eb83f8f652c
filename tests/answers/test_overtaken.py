"""What is kept, overtaken: by each way there is, what changed is told by the very next answer."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from adapters.servicetitan.invoices import INVOICES as ROWS
from resolvers.ids import global_id
from resolvers.policy import Feeds, Jobs
from tests.accepting.conftest import PLAIN, Office, errors
from tests.answers.asking import KEEPING, MORGAN, PAT, Desk, numbers, open_desk
from tests.changes.hearing import KEYS, hearing_house, quietly, soon
from tests.house import House, demo_policy, gid, number, ready_house
from tests.office.test_obeyed_at_once import INVOICE, OFFICE, exchange, office
from tests.paying.asking import OPEN
from tests.screens.test_rights_end import NOTHING, SEEN, becomes, contact_of, remove

BALANCE = "query($id: ID!) { node(id: $id) { ... on Invoice { balance } } }"
ESTIMATE = "query($id: ID!) { estimate(id: $id) { status } }"
COMPLETED = "{ viewer { jobs(tab: COMPLETED, first: 100) { nodes { number } } } }"
PAGE = (
    "query($after: String) { viewer { invoices(first: 2, after: $after) { nodes { number } %s } } }"
)
CURSORS = PAGE % "pageInfo { endCursor }"
WHOEVER = "whoever holds the link"
NEW_JOB = {
    "jobStatus": "Completed",
    "completedOn": "2026-07-13T15:00:00Z",
    "customerId": 1001,
    "locationId": 2001,
    "jobNumber": "399999",
}
HALLOWEEN = {"start": "2026-10-31T15:00:00Z", "end": "2026-10-31T17:00:00Z"}
NO_WINDOW = {"arrivalWindowStart": None, "arrivalWindowEnd": None}
VISIT_TOMORROW, MORGANS_JOB = 400101, 300301
COMING = global_id("Appointment", 400104)
TO_COME = "{ viewer { tasks { upcomingAppointments(first: 20) { date } } } }"


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_desk(PAT, MORGAN, told=KEEPING) as desk:
        yield desk


async def kept(house: House, query: str, email: str = PAT, **variables: Any) -> Any:  # noqa: ANN401  # JSON
    """Ask until the answer is told from what was kept; return its data."""
    desk = Desk(house)
    await desk.hows()
    for _ in range(4):
        told = await house.data(email, query, **variables)
        if (await desk.hows()).get("kept"):
            return told
    raise AssertionError("it is not kept")


@pytest.mark.parametrize("every_seconds", [3600, 0.05], ids=["by event", "by feed"])
async def test_a_row_that_changes_in_servicetitan(every_seconds: float) -> None:
    async with hearing_house(every_seconds, told=KEYS | KEEPING) as house:
        before = await kept(house, BALANCE, id=gid(OPEN))
        assert before == {"node": {"balance": "436.50"}}
        put = house.put if every_seconds > 1 else lambda *of, **row: quietly(house, *of, **row)
        await put("invoices", int(number(OPEN)), balance="1.25")
        await soon(lambda: house.data(PAT, BALANCE, id=gid(OPEN)), {"node": {"balance": "1.25"}})


@pytest.mark.parametrize("every_seconds", [3600, 0.05], ids=["by event", "by feed"])
async def test_a_row_that_enters_a_list(every_seconds: float) -> None:
    async with hearing_house(every_seconds, told=KEYS | KEEPING) as house:

        async def told() -> list[str]:
            viewer = (await house.data(PAT, COMPLETED))["viewer"]
            return sorted(job["number"] for job in viewer["jobs"]["nodes"])

        await kept(house, COMPLETED)
        before = await told()
        put = house.put if every_seconds > 1 else lambda *of, **row: quietly(house, *of, **row)
        await put("jobs", 399_999, **NEW_JOB)
        await soon(told, sorted([*before, "399999"]))


async def test_an_estimate_that_is_accepted_here(desk: Desk) -> None:
    asked = global_id("Estimate", PLAIN)
    desk.house.changed = True
    assert await kept(desk.house, ESTIMATE, id=asked) == {"estimate": {"status": "OPEN"}}
    assert errors(await Office(desk.house).accept(PLAIN)) == []
    told = await desk.house.data(PAT, ESTIMATE, id=asked)
    assert told == {"estimate": {"status": "ACCEPTED"}}


async def test_az26_a_contact_that_ends_in_the_directory() -> None:
    policy = demo_policy(feeds=Feeds(every_seconds=0.05))
    async with ready_house(policy, told=KEEPING) as house:
        assert (await kept(house, f"{{ viewer {{ {SEEN} }} }}"))["viewer"]["locations"]["nodes"]
        await remove(house, "customer-contacts", await contact_of(house, "customer-contacts", PAT))
        assert await becomes(house, PAT, NOTHING)


@pytest.mark.parametrize("how", ["revoked", "over"])
async def test_dl_11_a_direct_link_that_ends(tmp_path: Path, how: str) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    async with office(url) as sam, ready_house(database=url, told=KEEPING) as house:
        house.changed = True  # whoever holds the link may see what is Pat's
        link, secret = await sam.link(OPEN, days=1)
        await exchange(house, secret)
        assert (await kept(house, INVOICE, WHOEVER))["viewer"]["linkedInvoice"] is not None
        if how == "revoked":
            assert await sam.links.revoke(link.id, OFFICE) is not None
        else:
            house.moment.now += timedelta(days=1)
        told = await house.ask(WHOEVER, INVOICE)
        assert [error["extensions"]["code"] for error in told["errors"]] == ["UNAUTHENTICATED"]


async def test_a_page_further_down_a_list(desk: Desk) -> None:
    first = await desk.house.data(PAT, CURSORS)
    after = first["viewer"]["invoices"]["pageInfo"]["endCursor"]
    page = {"data": await kept(desk.house, PAGE % "", after=after)}
    assert set(numbers(page)).isdisjoint(numbers({"data": first}))
    gone = int(numbers(page)[0])
    await desk.house.put("invoices", gone, active=False)
    await desk.forgets(ROWS, gone)
    assert str(gone) not in numbers(await desk.house.ask(PAT, PAGE % "", after=after))


async def test_a_cursor_of_somebody_elses_opens_nothing_however_often(desk: Desk) -> None:
    first = await desk.house.data(PAT, CURSORS)
    after = first["viewer"]["invoices"]["pageInfo"]["endCursor"]
    await kept(desk.house, PAGE % "", after=after)
    for _ in range(3):
        told = await desk.house.ask(MORGAN, PAGE % "", after=after)
        assert [error["extensions"]["code"] for error in told["errors"]] == ["BAD_CURSOR"]


async def test_r59_a_day_ends_when_it_does_though_the_clocks_were_put_back_in_between() -> None:
    # In Chicago the first of November 2026 has 25 hours: four after midnight it is 9:00 UTC.
    policy = demo_policy(jobs=Jobs(show_date_only=True, past_grace_minutes=240))
    async with open_desk(PAT, policy=policy, told=KEEPING) as desk:
        house = desk.house
        await house.put("appointments", VISIT_TOMORROW, **HALLOWEEN, **NO_WINDOW)
        over = datetime.fromisoformat("2026-11-01T09:00:00+00:00")
        house.moment.now = over - timedelta.resolution
        before = (await kept(house, TO_COME))["viewer"]["tasks"]["upcomingAppointments"]
        assert "2026-10-31" in [visit["date"] for visit in before]
        house.moment.now = over
        after = (await house.data(PAT, TO_COME))["viewer"]["tasks"]["upcomingAppointments"]
        assert "2026-10-31" not in [visit["date"] for visit in after]


NEVER_KEPT = {
    "a way to follow": ("query($id: ID!) { appointment(id: $id) { trackingUrl } }", COMING),
    "an entry for a calendar": (
        "query($id: ID!) { appointment(id: $id) { calendarUrl } }",
        global_id("Appointment", VISIT_TOMORROW),
    ),
    "a receipt": (
        "query($id: ID!) { invoice(id: $id) { payments { receiptUrl } } }",
        gid("paid-invoice"),
    ),
    "a look-up that is refused": (
        "query($id: ID!) { invoice(id: $id) { job { number } } }",
        gid(OPEN),
    ),
}


@pytest.mark.parametrize("case", NEVER_KEPT)
async def test_what_ends_by_itself_or_was_refused_is_never_kept(desk: Desk, case: str) -> None:
    query, of = NEVER_KEPT[case]
    await desk.house.put("invoices", int(number(OPEN)), job={"id": MORGANS_JOB})
    told = [await desk.house.data(PAT, query, id=of) for _ in range(4)]
    assert await desk.hows() == {"run": 4}
    is_null = json.dumps(told[0]).endswith(": null}}")
    assert is_null is (case == "a look-up that is refused")
