"""What is judged of a request that is known: all that may have changed since, each time."""

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
from tests.paying.asking import OPEN, pay, wish

BALANCE = "query($id: ID!) { node(id: $id) { ... on Invoice { balance } } }"
OVERDUE = "{ viewer { invoices(first: 20) { nodes { number isOverdue } } } }"
OF_OPEN = {"id": gid(OPEN)}


@pytest_asyncio.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with open_wire(tmp_path, PAT, RILEY, MORGAN) as wire:
        yield wire


def balance(told: Told) -> str:
    """Return the balance in an answer."""
    return str(told.body["data"]["node"]["balance"])


async def test_a_record_that_is_forgotten_is_read_anew(wire: Wire) -> None:
    data = await wire.asked(BALANCE, variables=OF_OPEN)
    assert balance(await wire.becomes_known(data)) == "436.50"
    await wire.house.put("invoices", int(number(OPEN)), balance="1.25")
    await wire.desk.forgets(ROWS, int(number(OPEN)))
    assert balance(await wire.say(data)) == "1.25"
    assert await wire.again() == 0
    assert balance(await wire.becomes_known(data)) == "1.25"


async def test_what_a_webhook_tells_is_read_anew(tmp_path: Path) -> None:
    sent: dict[str, Any] = {"webhook_url": URL, "webhook_retries": (0.05,) * 4, "told": KEYS}
    async with open_wire(tmp_path, PAT, **sent) as wire:
        data = await wire.asked(BALANCE, variables=OF_OPEN)
        await wire.becomes_known(data)
        await wire.house.put("invoices", int(number(OPEN)), balance="1.25")

        async def told() -> str:
            return balance(await wire.say(data))

        await soon(told, "1.25")


async def test_az26_a_level_that_is_set_counts_at_once(wire: Wire) -> None:
    data = await wire.asked(INVOICES)
    assert len(numbers((await wire.becomes_known(data)).body)) > 0
    await wire.desk.set_level(PAT, "NON_BILLING")
    assert numbers((await wire.say(data)).body) == []
    assert await wire.again() == 0


async def test_and_so_does_what_another_process_wrote(wire: Wire, tmp_path: Path) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    other = await asyncio.to_thread(Ledger, f"sqlite+aiosqlite:///{tmp_path}/ledger.db")
    await other.open()
    await other.write(raise_revision)
    await other.aclose()
    before = await wire.numbers("answers")
    await wire.say(data)
    assert (await wire.again(), (await wire.numbers("answers")) != before) == (0, True)
    await wire.say(data)
    assert await wire.again() == 1  # what it may come near is the same


async def test_choices_that_are_read_again_count_at_once(wire: Wire) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    lower = Override(customer=HOME, level=AccessLevel.NON_BILLING)
    await wire.house.choose(demo_policy(access=Access(people={PAT: (lower,)})))
    assert numbers((await wire.say(data)).body) == []
    assert await wire.again() == 0


async def test_choices_count_though_they_change_no_right(wire: Wire) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    await wire.house.choose(demo_policy())
    await wire.say(data)
    assert await wire.again() == 0


async def test_r34_what_was_paid_is_owed_no_more_from_the_next_answer_on(wire: Wire) -> None:
    data = await wire.asked(BALANCE, variables=OF_OPEN)
    assert balance(await wire.becomes_known(data)) == "436.50"
    assert (await pay(wire.house, wish(OPEN)))["userErrors"] == []
    assert balance(await wire.say(data)) == "0.00"
    assert await wire.again() == 0


async def test_r34_whatever_is_paid_every_amount_is_reckoned_anew(wire: Wire) -> None:
    data = await wire.asked(BALANCE, variables={"id": gid("overdue-invoice")})
    before = await wire.becomes_known(data)
    assert (await pay(wire.house, wish(OPEN)))["userErrors"] == []
    assert (await wire.say(data)).body == before.body
    assert await wire.again() == 0


async def test_what_it_says_of_a_day_ends_with_the_day(wire: Wire) -> None:
    data = await wire.asked(OVERDUE)
    await wire.becomes_known(data)
    wire.house.moment.now = NOON + timedelta(hours=11, minutes=59)
    await wire.say(data)
    assert await wire.again() == 1
    wire.house.moment.now = NOON + timedelta(hours=12)
    await wire.say(data)
    assert await wire.again() == 0


async def test_what_comes_past_its_age_is_read_again(tmp_path: Path) -> None:
    ages = Cache(fresh_seconds=2, refreshing_seconds=300, failing_seconds=900)
    async with open_wire(tmp_path, PAT, policy=demo_policy(cache=ages)) as wire:
        data = await wire.asked(INVOICES)
        async with asyncio.timeout(60):
            while not await wire.again():
                await wire.say(data)
        await asyncio.sleep(2.1)
        await wire.desk.hows()
        await wire.house.calls()
        assert (await wire.say(data)).status == 200
        assert (await wire.again(), await wire.desk.hows()) == (0, {"run": 1})
        await wire.desk.is_under_way()  # ServiceTitan is asked for it behind the answer


@pytest.mark.parametrize(
    ("before", "chance", "hows"),
    [(0.5, 0.0, {"kept": 1}), (0.5, 0.9, {"run": 1}), (4.0, 0.9, {"kept": 1}), (-0.1, 0.0, {})],
    ids=["it is not its turn", "it is", "it is early", "it is too late"],
)
async def test_ca5_who_has_it_read_again_is_chance_s_to_say(
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
    before: float,
    chance: float,
    hows: dict[str, int],
) -> None:
    """Whoever comes so long before its age ends, in times that it took to fetch."""
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    recall = wire.app.state.doors.records.recall
    (known,) = wire.app.state.threshold.again._requests._kept.values()  # noqa: SLF001  # nobody else is told
    (life,) = known[0].repeated.answer().proof.lives
    assert life.took > 0
    monkeypatch.setattr(recall, "_clock", lambda: life.fresh_until - before * life.took)
    monkeypatch.setattr(recall, "_chance", lambda: chance)
    await wire.desk.hows()
    await wire.say(data)
    assert await wire.again() == hows.get("kept", 0)
    assert await wire.desk.hows() == (hows or {"run": 1})


async def test_jw14_a_token_that_ends_is_refused_from_that_moment_on(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    rules = wire.app.state.threshold.again._bearer._rules  # noqa: SLF001  # whose clock is nobody's to set
    for of, name in ((rules, "_now"), (rules._registry, "_now")):  # noqa: SLF001  # as above
        monkeypatch.setattr(of, name, lambda: int(time.time()) + 86_400)
    told = await wire.say(data)
    assert (told.status, told.codes, await wire.again()) == (401, ["UNAUTHENTICATED"], 0)
    assert len(wire.app.state.threshold.again) == 0


async def test_jw20_nor_does_anything_begin_after_that(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    rights = wire.app.state.doors.rights
    monkeypatch.setattr(rights, "_clock", lambda: time.time() + 86_400)
    told = await wire.say(data)
    assert (told.status, told.codes, await wire.again()) == (200, ["UNAUTHENTICATED"], 0)


async def test_jw10_so_is_one_whose_key_is_taken_back(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    other = {"keys": [signing_key("another").as_dict(private=False)]}
    monkeypatch.setattr("adapters.sandbox.identity.endpoints.published", lambda _name: other)
    signatures = wire.app.state.threshold.again._bearer._signatures  # noqa: SLF001  # nobody else is told
    await signatures._keys.refresh()  # noqa: SLF001  # as above
    told = await wire.say(data)
    assert (told.status, await wire.again()) == (401, 0)


async def test_nobody_is_let_in_by_a_directory_that_is_too_old(wire: Wire) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    old = update(RIGHTS).values(directory_read_at=NOON - timedelta(days=400))
    await wire.app.state.doors.ledger.write(lambda connection: connection.execute(old))
    told = await wire.say(data)
    assert (told.codes, await wire.again()) == (["UPSTREAM_UNAVAILABLE"], 0)
