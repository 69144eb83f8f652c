"""The last answers, kept: told again while all that they are made of stands, and never longer."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from starlette.applications import Starlette

from adapters.ledger.planned_visits import PlannedStatus, VisitRow
from adapters.servicetitan.invoices import INVOICES as ROWS
from gateway.settings import Settings
from resolvers.ids import global_id
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Cache, Jobs, Override
from tests.answers.asking import INVOICES, KEEPING, MORGAN, PAT, RILEY, Desk, numbers, open_desk
from tests.authz.viewers import KINDS
from tests.authz.world import open_world
from tests.documented import answer_of, ask, pages, query_of
from tests.house import HOME, NOON, demo_policy, gid, number
from tests.paying.asking import OPEN, pay, wish
from tests.staff import STAFF, token_of

OVERDUE = "{ viewer { invoices(first: 20) { nodes { number isOverdue } } } }"
BALANCE = "query($id: ID!) { node(id: $id) { ... on Invoice { balance } } }"
PROFILE = "{ viewer { id kind email customers(first: 5) { nodes { name } } } }"
JOBS = "{ viewer { jobs(tab: COMPLETED, first: 5) { nodes { number nextAppointment { id } } } } }"
KEPT_OF_ONE = "portal_gateway_answers_kept"

UPCOMING = "{ viewer { jobs(tab: UPCOMING, first: 20) { nodes { number } } } }"
PATS = global_id("Customer", HOME)
TO_COME = "{ viewer { tasks { upcomingAppointments(first: 20) { number } } } }"
AT_NIGHT = (NOON + timedelta(days=1)).replace(hour=5, minute=0)

NOT_KEPT = {
    "of the ledger": "{ viewer { payments(first: 5) { totalCount } } }",
    "an address that ends": "{ viewer { invoices(first: 1) { nodes { pdfUrl } } } }",
    "of the processor": f'{{ viewer {{ paymentMethods(customerId: "{PATS}") {{ label }} }} }}',
    "read afresh": f'{{ viewer {{ paymentQuote(invoiceIds: ["{gid(OPEN)}"]) {{ total }} }} }}',
    "with an error": '{ viewer { kind } node(id: "none") { id } }',
}


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_desk(PAT, RILEY, MORGAN, told=KEEPING) as desk:
        yield desk


async def warm(desk: Desk, email: str = PAT, query: str = INVOICES, **variables: Any) -> Any:  # noqa: ANN401  # JSON
    """Ask until the answer is kept; return it."""
    told = await desk.house.ask(email, query, **variables)
    for _ in range(2):
        assert await desk.house.ask(email, query, **variables) == told
    assert await desk.hows() == {"run": 2, "kept": 1}
    await desk.house.calls()
    return told


async def test_what_was_asked_of_nobody_is_kept_and_told_again(desk: Desk) -> None:
    token = await desk.house.token(PAT)
    first, _, last = [await desk.post(token, INVOICES) for _ in range(3)]
    assert await desk.hows() == {"run": 2, "kept": 1}
    assert len(numbers(first.json())) > 0
    assert last.text.partition(',"extensions"')[0] == first.text.partition(',"extensions"')[0]
    assert last.json()["extensions"]["upstream"] == {"staleSeconds": 0, "calls": 0, "saved": 1}
    assert await desk.house.calls() == Counter({"invoices?customerId=1001": 1})
    (kept,) = (f for f in await desk.house.metrics() if f.name == KEPT_OF_ONE)
    assert kept.samples[0].value == 4  # and of each of those who had asked before


async def test_nothing_is_kept_where_the_operator_says_so() -> None:
    async with open_desk(PAT, told={"keep_answers": "off"}) as desk:
        for _ in range(3):
            await desk.house.ask(PAT, INVOICES)
        assert await desk.hows() == {"run": 3}


async def test_once_a_record_of_it_is_forgotten_it_is_read_anew(desk: Desk) -> None:
    before = await warm(desk, query=BALANCE, id=gid(OPEN))
    await desk.house.put("invoices", int(number(OPEN)), balance="1.25")
    assert await desk.house.ask(PAT, BALANCE, id=gid(OPEN)) == before  # nobody was told yet
    await desk.forgets(ROWS, int(number(OPEN)))
    after = await desk.house.ask(PAT, BALANCE, id=gid(OPEN))
    assert (before["data"]["node"]["balance"], after["data"]["node"]["balance"]) == (
        "436.50",
        "1.25",
    )
    assert await desk.hows() == {"kept": 1, "run": 1}


async def test_ca13_though_somebody_else_has_it_read_anew_before(desk: Desk) -> None:
    await warm(desk, query=BALANCE, id=gid(OPEN))
    await desk.house.put("invoices", int(number(OPEN)), balance="1.25")
    await desk.forgets(ROWS, int(number(OPEN)))
    await desk.house.ask(PAT, INVOICES)
    assert await desk.hows() == {"run": 1}
    after = await desk.house.ask(PAT, BALANCE, id=gid(OPEN))
    assert after["data"]["node"]["balance"] == "1.25"
    assert await desk.hows() == {"run": 1}


async def test_and_so_is_a_list_that_a_record_may_enter(desk: Desk) -> None:
    before = await warm(desk)
    path = f"/_sandbox/records/invoices/{number(OPEN)}"
    row = (await desk.house.sandbox.get(path)).json() | {"referenceNumber": "999999"}
    del row["id"]
    await desk.house.put("invoices", 999_999, **row)
    assert isinstance(desk.house.app, Starlette)
    await desk.house.app.state.doors.records.changed(ROWS, [999_999])
    after = await desk.house.ask(PAT, INVOICES)
    assert set(numbers(after)) - set(numbers(before)) == {"999999"}
    assert await desk.hows() == {"run": 1}


async def test_and_so_is_every_list_once_every_question_of_its_kind_is_forgotten(
    desk: Desk,
) -> None:
    await warm(desk)
    assert isinstance(desk.house.app, Starlette)
    await desk.house.app.state.doors.records.forget(ROWS, [], every_question=True)
    await desk.house.ask(PAT, INVOICES)
    assert await desk.hows() == {"run": 1}


async def test_what_is_forgotten_of_somebody_else_leaves_it_standing(desk: Desk) -> None:
    await warm(desk)
    theirs = await desk.house.ask(MORGAN, "{ viewer { invoices(first: 1) { nodes { number } } } }")
    await desk.hows()
    await desk.forgets(ROWS, int(numbers(theirs)[0]))
    await desk.house.ask(PAT, INVOICES)
    assert await desk.hows() == {"kept": 1}


async def test_az26_a_level_that_is_set_counts_at_once(desk: Desk) -> None:
    assert len(numbers(await warm(desk))) > 0
    await desk.set_level(PAT, "NON_BILLING")
    assert numbers(await desk.house.ask(PAT, INVOICES)) == []
    assert await desk.hows() == {"run": 1, "alone": 1}


async def test_choices_that_are_read_again_count_at_once(desk: Desk) -> None:
    await warm(desk)
    lower = Override(customer=HOME, level=AccessLevel.NON_BILLING)
    await desk.house.choose(demo_policy(access=Access(people={PAT: (lower,)})))
    assert numbers(await desk.house.ask(PAT, INVOICES)) == []
    assert await desk.hows() == {"run": 1}


async def test_choices_count_though_they_change_no_right(desk: Desk) -> None:
    await warm(desk)
    await desk.house.choose(demo_policy())
    await desk.house.ask(PAT, INVOICES)
    assert await desk.hows() == {"run": 1}


async def test_r34_what_was_paid_is_owed_no_more_from_the_next_answer_on(desk: Desk) -> None:
    before = await warm(desk, query=BALANCE, id=gid(OPEN))
    assert (await pay(desk.house, wish(OPEN)))["userErrors"] == []
    after = await desk.house.ask(PAT, BALANCE, id=gid(OPEN))
    assert (before["data"]["node"]["balance"], after["data"]["node"]["balance"]) == (
        "436.50",
        "0.00",
    )
    assert await desk.hows() == {"alone": 1, "run": 1}


async def test_a_payment_under_way_is_told_as_it_stands_each_time(desk: Desk) -> None:
    asked = "query($id: ID!) { node(id: $id) { ... on Invoice { pendingPayments { state } } } }"
    assert (await warm(desk, query=asked, id=gid(OPEN)))["data"]["node"]["pendingPayments"] == []
    assert (await pay(desk.house, wish(OPEN)))["userErrors"] == []
    await desk.hows()
    told = [await desk.house.ask(PAT, asked, id=gid(OPEN)) for _ in range(4)]
    assert [len(of["data"]["node"]["pendingPayments"]) for of in told] == [1] * 4
    assert await desk.hows() == {"run": 4}


async def test_r34_whatever_is_paid_every_amount_is_reckoned_anew(desk: Desk) -> None:
    before = await warm(desk, query=BALANCE, id=gid("overdue-invoice"))
    assert (await pay(desk.house, wish(OPEN)))["userErrors"] == []
    assert await desk.house.ask(PAT, BALANCE, id=gid("overdue-invoice")) == before
    assert await desk.hows() == {"alone": 1, "run": 1}


async def test_what_is_past_its_age_is_not_told_from_here() -> None:
    ages = Cache(fresh_seconds=0, refreshing_seconds=300, failing_seconds=900)
    async with open_desk(PAT, policy=demo_policy(cache=ages), told=KEEPING) as desk:
        for _ in range(4):
            await desk.house.ask(PAT, INVOICES)
        assert await desk.hows() == {"run": 4}


async def test_nor_what_comes_past_its_age_while_it_is_kept() -> None:
    ages = Cache(fresh_seconds=2, refreshing_seconds=300, failing_seconds=900)
    async with open_desk(PAT, policy=demo_policy(cache=ages), told=KEEPING) as desk:
        async with asyncio.timeout(20):
            while not (await desk.hows()).get("kept"):
                told = await desk.house.ask(PAT, INVOICES)
        await asyncio.sleep(2.1)
        assert await desk.house.ask(PAT, INVOICES) == told
        assert await desk.hows() == {"run": 1}


async def test_what_it_says_of_a_day_ends_with_the_day(desk: Desk) -> None:
    await warm(desk, query=OVERDUE)
    desk.house.moment.now = NOON + timedelta(hours=11, minutes=59)
    await desk.house.ask(PAT, OVERDUE)
    assert await desk.hows() == {"kept": 1}
    desk.house.moment.now = NOON + timedelta(hours=12)
    await desk.house.ask(PAT, OVERDUE)
    assert await desk.hows() == {"run": 1}


@pytest.mark.parametrize("query", [JOBS, UPCOMING, TO_COME])
async def test_what_goes_by_the_clock_is_kept_until_that_tells_otherwise(
    desk: Desk, query: str
) -> None:
    for _ in range(2):
        await desk.house.ask(PAT, query)
    await desk.hows()
    await desk.house.ask(PAT, query)
    assert await desk.hows() == {"kept": 1}
    desk.house.moment.now = NOON + timedelta(days=40)
    await desk.house.ask(PAT, query)
    assert await desk.hows() == {"run": 1}


async def test_r53_a_visit_is_told_as_one_to_come_until_its_window_ends(desk: Desk) -> None:
    before = await warm(desk, query=TO_COME)
    desk.house.moment.now = NOON + timedelta.resolution
    after = await desk.house.ask(PAT, TO_COME)
    assert await desk.hows() == {"run": 1}
    visits = [of["data"]["viewer"]["tasks"]["upcomingAppointments"] for of in (before, after)]
    assert (visits[0][1:], len(visits[1]) > 0) == (visits[1], True)


async def test_r59_by_days_alone_it_ends_with_the_day_of_a_visit() -> None:
    policy = demo_policy(jobs=Jobs(show_date_only=True))
    async with open_desk(PAT, policy=policy, told=KEEPING) as desk:
        await warm(desk, query=UPCOMING)
        for kept in (AT_NIGHT, AT_NIGHT + timedelta(days=1) - timedelta.resolution):
            desk.house.moment.now = kept
            assert (
                len((await desk.house.ask(PAT, UPCOMING))["data"]["viewer"]["jobs"]["nodes"]) == 2
            )
            assert await desk.hows() == {"kept": 1}
        desk.house.moment.now = AT_NIGHT + timedelta(days=1)
        assert len((await desk.house.ask(PAT, UPCOMING))["data"]["viewer"]["jobs"]["nodes"]) == 1
        assert await desk.hows() == {"run": 1}


async def test_what_the_office_imports_counts_at_once_for_what_goes_by_it(desk: Desk) -> None:
    for query in (UPCOMING, INVOICES):
        await warm(desk, query=query)
    assert isinstance(desk.house.app, Starlette)
    ledger = desk.house.app.state.doors.ledger
    told = VisitRow(6001, 2001, "Fall", date(2026, 10, 1), PlannedStatus.UNSCHEDULED)
    await ledger.import_visits([told])
    await desk.house.ask(PAT, UPCOMING)
    assert await desk.hows() == {"run": 1}
    await desk.house.ask(PAT, INVOICES)
    assert await desk.hows() == {"kept": 1}
    for _ in range(2):
        await desk.house.ask(PAT, UPCOMING)
        await ledger.import_visits([told])  # nothing is told anew
    assert await desk.hows() == {"kept": 2}


@pytest.mark.parametrize("case", NOT_KEPT)
async def test_what_nobody_tells_the_changes_of_is_not_kept(desk: Desk, case: str) -> None:
    first = await desk.house.ask(PAT, NOT_KEPT[case])
    assert ("errors" in first) is (case == "with an error")
    for _ in range(3):
        await desk.house.ask(PAT, NOT_KEPT[case])
    assert await desk.hows() == {"run": 4}


async def test_ca14_what_is_kept_of_one_is_told_to_nobody_of_the_household(desk: Desk) -> None:
    assert len(numbers(await warm(desk))) > 0
    assert numbers(await desk.house.ask(RILEY, INVOICES)) == []
    assert await desk.hows() == {"run": 1}


async def test_ca14_nor_to_somebody_who_reaches_just_the_same(desk: Desk) -> None:
    strangers = ["casey@example.com", "nobody@example.com"]
    for email in strangers:
        for _ in range(3):
            told = await desk.house.viewer(email, "email customers(first: 1) { totalCount }")
            assert told == {"email": email, "customers": {"totalCount": 0}}
    assert await desk.hows() == {"run": 2, "kept": 4}


async def test_ca13_staff_are_told_no_kept_answer_and_leave_none(desk: Desk) -> None:
    await warm(desk)
    theirs = await token_of(desk.house, STAFF)
    for _ in range(3):
        await desk.post(theirs, INVOICES, headers={"x-view-as": PAT})
    assert await desk.hows() == {"alone": 3}
    await desk.house.ask(PAT, INVOICES)
    assert await desk.hows() == {"kept": 1}


async def test_another_token_of_the_same_person_is_told_it_too(desk: Desk) -> None:
    told = await warm(desk)
    desk.house.tokens[PAT] = await desk.another_token(PAT)
    assert await desk.house.ask(PAT, INVOICES) == told
    assert await desk.hows() == {"kept": 1}


async def test_other_variables_are_another_question(desk: Desk) -> None:
    await warm(desk, query=BALANCE, id=gid(OPEN))
    told = await desk.house.ask(PAT, BALANCE, id=gid("paid-invoice"))
    assert told["data"]["node"]["balance"] == "0.00"
    assert await desk.hows() == {"run": 1}


async def test_ca13_every_documented_question_is_answered_the_same_each_time(desk: Desk) -> None:
    texts = [page.read_text("utf-8") for page in pages()]
    asked = [text for text in texts if not query_of(text).lstrip().startswith("mutation")]
    asked = [text for text in asked if "subscription" not in query_of(text)]
    assert len(asked) > 5
    for _ in range(3):
        for text in asked:
            assert await ask(desk.house, PAT, text) == answer_of(text)
    assert (await desk.hows())["kept"] > 0


async def test_t1_every_kind_of_viewer_is_told_their_own_however_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "keeps_answers", property(lambda _: True))
    async with open_world(tmp_path) as world:
        desk = Desk(world.house)
        await desk.hows()
        asked = (INVOICES, OVERDUE, PROFILE, JOBS)
        questions = [(kind, query) for query in asked for kind in KINDS]
        first = {each: (await world.ask(*each)).without_cost for each in questions}
        for _ in range(3):
            told = {each: (await world.ask(*each)).without_cost for each in questions}
            assert told == first
        hows = await desk.hows()
        assert hows["kept"] >= len(KINDS)
        assert sum(hows.values()) == 4 * len(questions)
