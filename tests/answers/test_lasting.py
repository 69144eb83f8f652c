"""What one viewer is told again part by part, though they ask otherwise: while it stands."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from starlette.applications import Starlette

from adapters.ledger.planned_visits import PlannedStatus, VisitRow
from adapters.servicetitan.invoices import INVOICES as ROWS
from adapters.servicetitan.jobs import JOBS
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Cache, Jobs, Override
from resolvers.shelves import Shelves
from tests.answers.asking import ALONE, MORGAN, PAT, RILEY, Desk, numbers, open_desk
from tests.authz.viewers import KINDS
from tests.authz.world import open_world
from tests.documented import answer_of, ask, pages, query_of
from tests.house import HOME, NOON, demo_policy, gid, number
from tests.paying.asking import OPEN, pay, wish
from tests.staff import STAFF, token_of

BILLS = (
    "query($n: Int!) { viewer { invoices(first: $n) { nodes { id number balance isOverdue"
    " amountProcessing job { number type } } } } }"
)
UPCOMING = "query($n: Int!) { viewer { jobs(tab: UPCOMING, first: $n) { nodes { number type } } } }"
NEXT = (
    "query($n: Int!) { viewer { jobs(tab: UPCOMING, first: $n) { nodes { number"
    " nextAppointment { id } } } } }"
)
PROFILE = "query($n: Int!) { viewer { id email customers(first: $n) { nodes { name } } } }"
JORDAN = "jordan@example.com"
SIZES = (50, 60, 70, 80)
"""Sizes of a page, more than there are rows: the answer is the same with each."""


@pytest.fixture(autouse=True)
def _parts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep parts where no whole answers are kept, which would be told before them."""
    monkeypatch.setattr("gateway.ground.Shelves", lambda *_: Shelves())


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_desk(PAT, RILEY, MORGAN, told=ALONE) as desk:
        yield desk


def shelves(desk: Desk) -> Shelves:
    """Return what is told again."""
    assert isinstance(desk.house.app, Starlette)
    told = desk.house.app.state.doors.shelves
    assert isinstance(told, Shelves)
    return told


async def bills(desk: Desk, email: str = PAT, n: int = 90, query: str = BILLS) -> Any:  # noqa: ANN401  # JSON
    """Ask for so many."""
    told = await desk.house.ask(email, query, n=n)
    assert "errors" not in told
    return told


async def again(desk: Desk, email: str = PAT, query: str = BILLS) -> bool:
    """Ask once more; was anything told that was told before?"""
    before = shelves(desk).told
    await bills(desk, email, 91, query)
    return shelves(desk).told > before


async def warm(desk: Desk, email: str = PAT, query: str = BILLS) -> Any:  # noqa: ANN401  # JSON
    """Ask, each time otherwise, until it is told again; return the answer."""
    told = await bills(desk, email, query=query)
    for n in SIZES:
        assert await bills(desk, email, n, query) == told
    assert await again(desk, email, query)
    return told


def jobs(told: Any) -> set[str]:  # noqa: ANN401  # JSON
    """Return the numbers of the jobs in an answer."""
    return {row["number"] for row in told["data"]["viewer"]["jobs"]["nodes"]}


def bill(told: Any, key: str = OPEN) -> dict[str, Any]:  # noqa: ANN401  # JSON
    """Return one invoice of an answer."""
    nodes = told["data"]["viewer"]["invoices"]["nodes"]
    (one,) = (row for row in nodes if row["id"] == gid(key))
    return dict(one)


async def test_it_is_told_again_and_asks_nobody(desk: Desk) -> None:
    await warm(desk)
    await desk.house.calls()
    for n in SIZES:
        answer = await desk.post(await desk.house.token(PAT), BILLS, {"n": n})
        assert answer.json()["extensions"]["upstream"]["staleSeconds"] == 0
    assert not await desk.house.calls()


@pytest.mark.parametrize("kind", ["invoice", "job"])
async def test_once_a_record_of_it_is_forgotten_it_is_read_anew(desk: Desk, kind: str) -> None:
    before = bill(await warm(desk))
    row = before["job"]["number"] if kind == "job" else number(OPEN)
    if kind == "job":
        await desk.house.put("jobs", int(row), jobNumber="J-1")
    else:
        await desk.house.put("invoices", int(row), balance="1.25")
    assert bill(await bills(desk)) == before  # nobody was told yet
    await desk.forgets(JOBS if kind == "job" else ROWS, int(row))
    after = bill(await bills(desk))
    told = after["job"]["number"] if kind == "job" else after["balance"]
    assert told == ("J-1" if kind == "job" else "1.25")


async def test_and_so_is_a_list_that_a_record_may_enter(desk: Desk) -> None:
    before = await warm(desk)
    path = f"/_sandbox/records/invoices/{number(OPEN)}"
    row = (await desk.house.sandbox.get(path)).json() | {"referenceNumber": "999999"}
    del row["id"]
    await desk.house.put("invoices", 999_999, **row)
    assert isinstance(desk.house.app, Starlette)
    await desk.house.app.state.doors.records.changed(ROWS, [999_999])
    assert set(numbers(await bills(desk))) - set(numbers(before)) == {"999999"}


async def test_and_every_list_once_every_question_of_its_kind_is_forgotten(desk: Desk) -> None:
    await warm(desk)
    assert isinstance(desk.house.app, Starlette)
    await desk.house.app.state.doors.records.forget(ROWS, [], every_question=True)
    await desk.house.calls()
    await bills(desk)
    assert (await desk.house.calls())["invoices?customerId=1001"] == 1


async def test_az26_a_level_that_is_set_counts_at_once(desk: Desk) -> None:
    assert len(numbers(await warm(desk))) > 0
    await desk.set_level(PAT, "NON_BILLING")
    assert numbers(await bills(desk)) == []


async def test_choices_that_are_read_again_count_at_once(desk: Desk) -> None:
    assert len(numbers(await warm(desk))) > 0
    lower = Override(customer=HOME, level=AccessLevel.NON_BILLING)
    await desk.house.choose(demo_policy(access=Access(people={PAT: (lower,)})))
    assert numbers(await bills(desk)) == []


async def test_choices_count_though_they_change_no_right(desk: Desk) -> None:
    await warm(desk)
    await desk.house.choose(demo_policy())
    assert not await again(desk)


async def test_r34_what_was_paid_is_owed_no_more_from_the_next_answer_on(desk: Desk) -> None:
    before = bill(await warm(desk))
    assert (await pay(desk.house, wish(OPEN)))["userErrors"] == []
    for n in SIZES:
        after = bill(await bills(desk, n=n))
        owed = [(of["balance"], of["amountProcessing"]) for of in (before, after)]
        assert owed == [("436.50", "0.00"), ("0.00", "436.50")]
    assert await again(desk)


async def test_what_is_past_its_age_is_not_told_from_here() -> None:
    ages = Cache(fresh_seconds=0, refreshing_seconds=300, failing_seconds=900)
    async with open_desk(PAT, policy=demo_policy(cache=ages), told=ALONE) as desk:
        for n in SIZES:
            await bills(desk, n=n)
        assert not await again(desk)


async def test_nor_what_comes_past_its_age_while_it_stands_there() -> None:
    ages = Cache(fresh_seconds=3, refreshing_seconds=300, failing_seconds=900)
    async with open_desk(PAT, policy=demo_policy(cache=ages), told=ALONE) as desk:
        async with asyncio.timeout(20):
            while not await again(desk):  # noqa: ASYNC110  # it is worth it the second time
                await asyncio.sleep(0)
        await asyncio.sleep(3.1)
        assert not await again(desk)


async def test_what_it_says_of_a_day_ends_with_the_day(desk: Desk) -> None:
    before = await warm(desk)
    due = {of["number"] for of in before["data"]["viewer"]["invoices"]["nodes"] if of["isOverdue"]}
    desk.house.moment.now = NOON + timedelta(days=400)
    after = await bills(desk)
    late = {of["number"] for of in after["data"]["viewer"]["invoices"]["nodes"] if of["isOverdue"]}
    assert late > due


@pytest.mark.parametrize("date_only", [False, True])
async def test_r53_a_visit_is_told_as_one_to_come_until_it_is_over(date_only: bool) -> None:
    policy = demo_policy(jobs=Jobs(show_date_only=date_only))
    async with open_desk(PAT, policy=policy, told=ALONE) as desk:
        before = await warm(desk, query=NEXT)
        assert len(before["data"]["viewer"]["jobs"]["nodes"]) > 0
        desk.house.moment.now = NOON + timedelta(days=400)
        after = await bills(desk, query=NEXT)
        assert after["data"]["viewer"]["jobs"]["nodes"] == []


async def test_r54_what_the_office_imports_counts_at_once() -> None:
    async with open_desk(JORDAN, told=ALONE) as desk:
        before = jobs(await warm(desk, JORDAN, UPCOMING))
        assert "310002" in before
        assert isinstance(desk.house.app, Starlette)
        due = date(2026, 7, 20)
        told = VisitRow(930_802, 2105, "Filters", due, PlannedStatus.SCHEDULED, 310_002)
        await desk.house.app.state.doors.ledger.import_visits([told])
        for n in SIZES:
            assert jobs(await bills(desk, JORDAN, n, UPCOMING)) == before - {"310002"}


async def test_ca14_nobody_of_the_household_is_told_what_another_was(desk: Desk) -> None:
    assert len(numbers(await warm(desk))) > 0
    for _ in range(4):
        assert numbers(await bills(desk, RILEY)) == []


async def test_ca14_nor_who_reaches_just_the_same_of_the_same_household() -> None:
    policy = demo_policy(access=Access())
    async with open_desk(PAT, RILEY, policy=policy, told=ALONE) as desk:
        told = numbers(await warm(desk))
        before = shelves(desk).told
        assert numbers(await bills(desk, RILEY)) == told
        assert shelves(desk).told == before


async def test_what_ends_with_its_address_is_told_for_each_who_asks(desk: Desk) -> None:
    query = BILLS.replace("isOverdue", "pdfUrl")
    told = set()
    for n in (*SIZES, 90, 91):
        desk.house.moment.now += timedelta(minutes=1)
        told.add(bill(await bills(desk, n=n, query=query))["pdfUrl"])
    assert len(told) == len(SIZES) + 2


async def test_ca14_nor_somebody_who_reaches_just_the_same(desk: Desk) -> None:
    strangers = ["casey@example.com", "nobody@example.com"]
    for n in SIZES:
        told = [await bills(desk, email, n, PROFILE) for email in strangers]
        assert [of["data"]["viewer"]["email"] for of in told] == strangers
        assert len({of["data"]["viewer"]["id"] for of in told}) == len(strangers)


async def test_az23_staff_are_told_nothing_of_it_and_leave_nothing(desk: Desk) -> None:
    await warm(desk)
    theirs, before = await token_of(desk.house, STAFF), shelves(desk).told
    for n in SIZES:
        told = await desk.post(theirs, BILLS, {"n": n}, headers={"x-view-as": PAT})
        assert len(numbers(told.json())) > 0
    assert shelves(desk).told == before


async def test_another_token_of_the_same_person_is_told_it_too(desk: Desk) -> None:
    told = await warm(desk)
    desk.house.tokens[PAT] = await desk.another_token(PAT)
    assert await again(desk)
    assert await bills(desk) == told


async def test_ca13_every_documented_question_is_answered_the_same_each_time(desk: Desk) -> None:
    texts = [page.read_text("utf-8") for page in pages()]
    asked = [text for text in texts if not query_of(text).lstrip().startswith("mutation")]
    asked = [text for text in asked if "subscription" not in query_of(text)]
    for _ in range(4):
        for text in asked:
            assert await ask(desk.house, PAT, text) == answer_of(text)
    assert shelves(desk).told > len(asked)


async def test_t1_every_kind_of_viewer_is_told_their_own_however_often(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        desk = Desk(world.house)
        questions = [
            (kind, query.replace("($n: Int!)", "").replace("$n", "50"))
            for query in (BILLS, UPCOMING, NEXT, PROFILE)
            for kind in KINDS
        ]
        first = {each: (await world.ask(*each)).without_cost for each in questions}
        for _ in range(3):
            told = {each: (await world.ask(*each)).without_cost for each in questions}
            assert told == first
        assert shelves(desk).told > 0
