"""What is judged of a request whose head is known: all that may have changed since, each time."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update

from adapters.ledger.ledger import Ledger
from adapters.ledger.rights import raise_revision
from adapters.ledger.tables import RIGHTS
from adapters.sandbox.identity.keys import signing_key
from adapters.servicetitan.invoices import INVOICES as ROWS
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Cache, Override
from tests.again.wire import Told, Wire, open_wire
from tests.answers.asking import INVOICES, MORGAN, PAT, RILEY, numbers
from tests.changes.hearing import KEYS, URL, soon
from tests.house import HOME, NOON, demo_policy, gid, number
from tests.paying.asking import OPEN, PAY, movements, pay, wish

BALANCE = "query($id: ID!) { node(id: $id) { ... on Invoice { balance } } }"
OVERDUE = "{ viewer { invoices(first: 20) { nodes { number isOverdue } } } }"
OF_OPEN = {"id": gid(OPEN)}


@pytest_asyncio.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with open_wire(tmp_path, PAT, RILEY, MORGAN) as wire:
        await wire.meets()
        for query, more in ((INVOICES, None), (BALANCE, OF_OPEN), (OVERDUE, None)):
            await wire.oddly(query, variables=more)
            await wire.anew(query, variables=more)
        assert await wire.familiar() == 3
        yield wire


def balance(told: Told) -> str:
    """Return the balance in an answer."""
    return str(told.body["data"]["node"]["balance"])


async def test_a_record_that_is_forgotten_is_read_anew(wire: Wire) -> None:
    assert balance(await wire.anew(BALANCE, variables=OF_OPEN)) == "436.50"
    await wire.house.put("invoices", int(number(OPEN)), balance="1.25")
    await wire.desk.forgets(ROWS, int(number(OPEN)))
    await wire.familiar()
    assert balance(await wire.anew(BALANCE, variables=OF_OPEN)) == "1.25"
    assert await wire.familiar() == 0
    wire.tries_all()
    assert balance(await wire.anew(BALANCE, variables=OF_OPEN)) == "1.25"
    assert await wire.familiar() == 1


async def test_what_a_webhook_tells_is_read_anew(tmp_path: Path) -> None:
    sent: dict[str, Any] = {"webhook_url": URL, "webhook_retries": (0.05,) * 4, "told": KEYS}
    async with open_wire(tmp_path, PAT, **sent) as wire:
        await wire.meets()
        await wire.oddly(BALANCE, variables=OF_OPEN)
        assert balance(await wire.anew(BALANCE, variables=OF_OPEN)) == "436.50"
        assert await wire.familiar() == 1
        await wire.house.put("invoices", int(number(OPEN)), balance="1.25")

        async def told() -> str:
            return balance(await wire.anew(BALANCE, variables=OF_OPEN))

        await soon(told, "1.25")


async def test_az26_a_level_that_is_set_counts_at_once(wire: Wire) -> None:
    assert len(numbers((await wire.anew(INVOICES)).body)) > 0
    await wire.desk.set_level(PAT, "NON_BILLING")
    await wire.familiar()
    assert numbers((await wire.anew(INVOICES)).body) == []
    assert await wire.familiar() == 0
    assert numbers((await wire.anew(INVOICES)).body) == []
    assert await wire.familiar() == 1


async def test_and_so_does_what_another_process_wrote(wire: Wire, tmp_path: Path) -> None:
    other = await asyncio.to_thread(Ledger, f"sqlite+aiosqlite:///{tmp_path}/ledger.db")
    await other.open()
    await other.write(raise_revision)
    await other.aclose()
    told = []
    for _ in range(3):
        await wire.anew(INVOICES)
        told.append(await wire.familiar())
    assert told == [0, 1, 1]


async def test_choices_that_are_read_again_count_at_once(wire: Wire) -> None:
    lower = Override(customer=HOME, level=AccessLevel.NON_BILLING)
    await wire.house.choose(demo_policy(access=Access(people={PAT: (lower,)})))
    told = []
    for _ in range(3):
        assert numbers((await wire.anew(INVOICES)).body) == []
        told.append(await wire.familiar())
    assert told == [0, 1, 1]


async def test_choices_count_though_they_change_no_right(wire: Wire) -> None:
    await wire.house.choose(demo_policy())
    told = []
    for _ in range(3):
        await wire.anew(INVOICES)
        told.append(await wire.familiar())
    assert told == [0, 1, 1]


async def test_r34_what_was_paid_is_owed_no_more_from_the_next_answer_on(wire: Wire) -> None:
    assert (await pay(wire.house, wish(OPEN)))["userErrors"] == []
    assert balance(await wire.anew(BALANCE, variables=OF_OPEN)) == "0.00"
    wire.tries_all()
    assert balance(await wire.anew(BALANCE, variables=OF_OPEN)) == "0.00"


async def test_r34_what_is_paid_with_a_head_that_is_known_is_paid_once(wire: Wire) -> None:
    told = await wire.anew(PAY, variables={"input": wish(OPEN)})
    assert told.body["data"]["payInvoices"]["userErrors"] == []
    assert await wire.familiar() == 0
    assert balance(await wire.anew(BALANCE, variables=OF_OPEN)) == "0.00"
    assert len(await movements(wire.house)) == 1


async def test_what_it_says_of_a_day_ends_with_the_day(wire: Wire) -> None:
    async def overdue() -> set[str]:
        told = (await wire.anew(OVERDUE)).body["data"]["viewer"]["invoices"]["nodes"]
        return {of["number"] for of in told if of["isOverdue"]}

    assert await overdue() == {number("overdue-invoice")}
    wire.house.moment.now = NOON + timedelta(days=21, hours=11, minutes=59)
    late = {number("overdue-invoice"), number("partly-paid-invoice")}
    assert await overdue() == late
    wire.house.moment.now = NOON + timedelta(days=21, hours=12)
    assert await overdue() == {*late, number(OPEN)}
    assert await wire.familiar() == 3


async def test_what_comes_past_its_age_is_read_again(tmp_path: Path) -> None:
    ages = Cache(fresh_seconds=2, refreshing_seconds=300, failing_seconds=900)
    async with open_wire(tmp_path, PAT, policy=demo_policy(cache=ages)) as wire:
        await wire.meets()
        await wire.oddly(INVOICES)
        await asyncio.sleep(2.1)
        await wire.house.calls()
        await wire.desk.hows()
        told = await wire.anew(INVOICES)
        assert (await wire.familiar(), await wire.desk.hows()) == (1, {"run": 1})
        assert told.body["extensions"]["upstream"]["staleSeconds"] >= 1
        await wire.desk.is_under_way()  # ServiceTitan is asked for it behind the answer


async def test_jw14_a_token_that_ends_is_refused_from_that_moment_on(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    familiar = wire.app.state.threshold.familiar
    rules = familiar._bearer._rules  # noqa: SLF001  # whose clock is nobody's to set
    for of, name in ((rules, "_now"), (rules._registry, "_now")):  # noqa: SLF001  # as above
        monkeypatch.setattr(of, name, lambda: int(time.time()) + 86_400)
    before = len(familiar)
    told = await wire.anew(INVOICES)
    assert (told.status, told.codes, await wire.familiar()) == (401, ["UNAUTHENTICATED"], 0)
    assert len(familiar) == before - 1


async def test_jw20_nor_does_anything_begin_after_that(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = wire.app.state.doors.rights
    monkeypatch.setattr(rights, "_clock", lambda: time.time() + 86_400)
    told = await wire.anew(INVOICES)
    assert (told.status, told.codes, await wire.familiar()) == (200, ["UNAUTHENTICATED"], 0)


async def test_jw10_so_is_one_whose_key_is_taken_back(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = {"keys": [signing_key("another").as_dict(private=False)]}
    monkeypatch.setattr("adapters.sandbox.identity.endpoints.published", lambda _name: other)
    signatures = wire.app.state.threshold.familiar._bearer._signatures  # noqa: SLF001  # nobody else is told
    await signatures._keys.refresh()  # noqa: SLF001  # as above
    told = await wire.anew(INVOICES)
    assert (told.status, await wire.familiar()) == (401, 0)


async def test_nobody_is_let_in_by_a_directory_that_is_too_old(wire: Wire) -> None:
    old = update(RIGHTS).values(directory_read_at=NOON - timedelta(days=400))
    await wire.app.state.doors.ledger.write(lambda connection: connection.execute(old))
    told = await wire.anew(INVOICES)
    assert (told.codes, await wire.familiar()) == (["UPSTREAM_UNAVAILABLE"], 0)


async def test_a_process_that_ends_says_so(wire: Wire) -> None:
    wire.app.state.leaving.begin()
    async with wire.line() as line:
        told = await line.say(await wire.asked(INVOICES, blanks=99))
        assert await line.is_closed()
    assert (told.headers["connection"], await wire.familiar()) == ("close", 0)
    assert len(numbers(told.body)) > 0
