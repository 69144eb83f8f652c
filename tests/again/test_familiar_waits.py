"""Whatever has to wait is left to the ordinary way, and nothing of the attempt is left behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from adapters.servicetitan.invoices import INVOICES as ROWS
from gateway.answers.prompt import UNTRIED
from tests.again.both_ways import Ways, counting
from tests.again.wire import Told, Wire, open_wire
from tests.answers.asking import INVOICES, MORGAN, PAT, numbers
from tests.house import gid, number
from tests.paying.asking import MINE, QUOTE

BALANCE = "query($id: ID!) { node(id: $id) { ... on Invoice { balance } } }"
TASKS = "{ viewer { tasks { count totalDue } } }"
OF_OPEN = {"id": gid("open-invoice")}
OF_QUOTE = {"ids": [gid("open-invoice")]}
AGREEMENTS = "{ viewer { unscheduledVisits { nodes { id } } } }"
JORDAN = "jordan@example.com"


@pytest_asyncio.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with open_wire(tmp_path, PAT, MORGAN, JORDAN, policy=counting()) as wire:
        for email in (PAT, JORDAN):
            await wire.meets(email)
        yield wire


def tasks() -> set[asyncio.Task[Any]]:
    """Return the tasks of attempts that go on for nobody, and of work for operations."""
    return {of for of in asyncio.all_tasks() if of is not asyncio.current_task()}


async def rested(wire: Wire) -> None:
    """Wait until all is over that an attempt had begun."""
    left = wire.app.state.threshold.familiar._prompting._left  # noqa: SLF001  # nobody else is told
    async with asyncio.timeout(10):
        while left:  # noqa: ASYNC110  # nobody is told
            await asyncio.sleep(0.01)


async def test_what_is_not_remembered_is_asked_for_once(wire: Wire) -> None:
    await wire.oddly(BALANCE, variables=OF_OPEN)
    await wire.house.calls()
    await wire.desk.forgets(ROWS, int(number("open-invoice")))
    before = tasks()
    told = await wire.anew(BALANCE, variables=OF_OPEN)
    assert told.body["data"]["node"]["balance"] == "436.50"
    calls = await wire.house.calls()
    assert (await wire.familiar(), calls.total(), len(calls)) == (0, 1, 1)
    await rested(wire)
    assert {of for of in tasks() - before if not of.done()} == set()


@pytest.mark.parametrize(
    ("email", "query", "variables", "calls"),
    [
        (PAT, QUOTE, OF_QUOTE, 1),  # it is read anew, whatever is remembered
        (PAT, MINE, None, 0),
        (PAT, TASKS, None, 0),
        (PAT, "{ viewer { paymentMethods { id } } }", None, 0),
        (JORDAN, AGREEMENTS, None, 0),
    ],
    ids=["what is pending", "payments", "tasks", "payment methods", "planned visits"],
)
async def test_where_something_else_is_waited_for_the_answer_is_as_ever(
    wire: Wire, email: str, query: str, variables: dict[str, Any] | None, calls: int
) -> None:
    """ServiceTitan is asked for no more than it would be, by whatever an attempt had begun."""
    right = await wire.oddly(query, email, variables=variables)
    ways = Ways(wire)
    await wire.house.calls()
    before = tasks()
    for _ in range(3):
        told = await ways.with_their_head(email, query, variables=variables)
        assert (told.told, told.operations) == (right.but_its_id, 1)
    await rested(wire)
    assert (await wire.house.calls()).total() == 3 * calls
    assert {of for of in tasks() - before if not of.done()} == set()
    engine = wire.app.state.doors.ledger._engine  # noqa: SLF001  # nobody else is told
    assert engine.pool.checkedout() == 0


async def test_an_attempt_in_vain_is_charged_and_counted_by_nobody(wire: Wire) -> None:
    ways = Ways(wire)
    for _ in range(3):
        right = await ways.ordinarily(PAT, TASKS)
    before = await wire.numbers("operations"), await wire.numbers("documents")
    told = await ways.with_their_head(PAT, TASKS)
    after = await wire.numbers("operations"), await wire.numbers("documents")
    assert (told.operations, told.points) == (right.operations, right.points) == (1, right.points)
    assert [
        {of: now[of] - then[of] for of in now if now[of] != then[of]}
        for then, now in zip(before, after, strict=True)
    ] == [{"query whole _total": 1}, {"untrusted _total": 1}]


async def test_what_had_to_wait_is_left_to_the_ordinary_way_for_a_while(wire: Wire) -> None:
    await wire.oddly(INVOICES)
    await wire.desk.forgets(ROWS, int(number("open-invoice")))
    assert len(numbers((await wire.anew(INVOICES)).body)) > 0
    ways = []
    for _ in range(UNTRIED + 2):
        await wire.anew(INVOICES)
        ways.append(await wire.familiar())
    assert ways == [0] * UNTRIED + [1, 1]
    other = "{ viewer { kind } }"
    assert ((await wire.anew(other)).status, await wire.familiar()) == (200, 1)


async def test_what_fails_in_some_new_way_is_answered_as_any_other(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is hung up on because an attempt broke."""
    await wire.oddly(INVOICES)
    prompting = wire.app.state.threshold.familiar._prompting  # noqa: SLF001  # nobody else is told

    def broken(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(prompting._costs.__class__, "of", broken)  # noqa: SLF001  # as above
    told = await wire.anew(INVOICES)
    assert (told.status, await wire.familiar()) == (500, 0)


async def _breaks(*_: object) -> None:
    raise ValueError


async def _tells_what_has_no_json(*_: object) -> object:
    return object()


@pytest.mark.parametrize("plan", [_breaks, _tells_what_has_no_json])
async def test_nor_because_its_plan_did(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, plan: object
) -> None:
    """It is charged once, by whoever answers it."""
    await wire.oddly(INVOICES)
    ways = Ways(wire)
    prompting = wire.app.state.threshold.familiar._prompting  # noqa: SLF001  # nobody else is told
    monkeypatch.setattr(prompting._plans, "promptly", plan)  # noqa: SLF001  # as above
    seen = await ways.with_their_head(PAT, INVOICES)
    told = Told(seen.told)
    assert (told.status, ways.is_at_once, seen.operations) == (200, False, 1)
    assert len(numbers(told.body)) > 0
