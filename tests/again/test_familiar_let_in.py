"""Who is let in by a head that is known: whose it is, and what they may."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from gateway.http.lanes import Lane
from resolvers.policy import Budget
from tests.again.both_ways import Ways, counting
from tests.again.wire import Line, Wire, listening, open_wire, request
from tests.answers.asking import INVOICES, MORGAN, PAT, RILEY, numbers
from tests.canaries import forbidden
from tests.house import demo_policy
from tests.limitless import UNBOUNDED
from tests.staff import STAFF, token_of

KIND = "{ viewer { kind } }"
WHO = """{ viewer { email invoices(first: 20) { nodes { number } }
  jobs(tab: COMPLETED, first: 5) { nodes { number location { name } } } } }"""
PEOPLE = (PAT, RILEY, MORGAN, "sam@example.com", "quinn@example.com")


@pytest_asyncio.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with open_wire(tmp_path, *PEOPLE) as wire:
        yield wire


async def test_sh7_who_would_be_sent_away_is_sent_away(wire: Wire) -> None:
    await wire.meets()
    await wire.oddly(KIND)
    gate = wire.app.state.gate
    gate.inside[Lane.PEOPLE] += 400
    assert ((await wire.anew(KIND)).status, await wire.familiar()) == (503, 0)
    gate.inside[Lane.PEOPLE] -= 400
    assert ((await wire.anew(KIND)).status, await wire.familiar()) == (200, 1)


async def test_who_has_as_much_open_as_they_may_opens_no_more(tmp_path: Path) -> None:
    limits = msgspec.structs.replace(UNBOUNDED, at_once=2)
    policy = demo_policy(limits=limits, budget=Budget(calls_per_second=1_000_000))
    async with open_wire(tmp_path, PAT, policy=policy) as wire:
        await wire.meets()
        await wire.oddly(KIND)
        await wire.house.calls()
        await wire.house.fault("/jobs$", times=10, latencyMs=1000)
        slow = [
            await wire.asked(f"{{ viewer {{ jobs(tab: {of}, first: 1) {{ totalCount }} }} }}")
            for of in ("COMPLETED", "UPCOMING")
        ]
        waiting = [asyncio.create_task(wire.say(of)) for of in slow]
        await wire.desk.is_under_way()
        told = await wire.anew(KIND)
        assert (told.status, told.codes, await wire.familiar()) == (429, ["RATE_LIMITED"], 0)
        assert [of.status for of in await asyncio.gather(*waiting)] == [200, 200]
        assert ((await wire.anew(KIND)).status, await wire.familiar()) == (200, 1)


async def test_t1_what_is_known_of_one_is_told_to_nobody_else(wire: Wire) -> None:
    """Everybody by turns on one connection, each told their own and no name of another's."""
    rights = {}
    for email in PEOPLE:
        await wire.meets(email)
        await wire.oddly(WHO, email)
        rights[email] = (await wire.oddly(WHO, email)).body["data"]
    assert [rights[email]["viewer"]["email"] for email in PEOPLE] == list(PEOPLE)
    async with wire.line() as line:
        for of in range(3):
            for email in PEOPLE:
                told = await line.say(await wire.asked(WHO, email, blanks=of + 1))
                assert told.body["data"] == rights[email]
                assert not forbidden(*wire.house.seed, email).found_in(told.data.decode())
    assert await wire.familiar() == 3 * len(PEOPLE)
    assert len(wire.app.state.threshold.familiar) == len(PEOPLE)


async def test_another_token_of_the_same_person_is_another_head(wire: Wire) -> None:
    await wire.meets()
    await wire.oddly(KIND)
    other = await wire.desk.another_token(PAT)
    ways = []
    for of in range(4):
        assert (await wire.say(request(other, KIND, blanks=of))).status == 200
        ways.append(await wire.familiar())
    assert ways == [0, 0, 1, 1]


async def test_and_so_is_the_same_head_from_another_address(wire: Wire) -> None:
    await wire.meets()
    await wire.oddly(KIND)
    ways = []
    for of in range(4):
        near = ("127.0.0.2", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", wire.port, local_addr=near)
        assert (await Line(reader, writer).say(await wire.asked(KIND, blanks=of + 1))).status == 200
        writer.close()
        ways.append(await wire.familiar())
    assert (ways, len(wire.app.state.threshold.familiar)) == ([0, 0, 1, 1], 2)


@pytest.mark.parametrize("member", ["query", "variables"])
async def test_az1_what_is_not_theirs_is_not_found_at_the_same_cost(
    tmp_path: Path, member: str
) -> None:
    async with open_wire(tmp_path, *PEOPLE, policy=counting()) as wire:
        ways, seen = Ways(wire), []
        await wire.meets(MORGAN)
        for of in ("SW52b2ljZTo1MDAxMDY", "SW52b2ljZTo5OTk5OTk"):  # Pat's, and nobody's
            if member == "query":
                query, more = f'{{ invoice(id: "{of}") {{ number }} }}', None
            else:
                query, more = "query($id: ID!) { invoice(id: $id) { number } }", {"id": of}
            await wire.house.calls()
            for _ in range(3):
                told = await ways.with_their_head(MORGAN, query, variables=more)
            calls = (await wire.house.calls()).total()
            assert b"NOT_FOUND" in told.told
            line = {name: value for name, value in told.line.items() if name != "document"}
            body = re.sub(rb"content-length: \d+", b"", told.told)
            seen.append((body, line, told.operations, told.points, calls))
        assert seen[0] == seen[1]


async def test_az28_staff_are_never_known_nor_who_they_look_as(wire: Wire) -> None:
    theirs = await token_of(wire.house, STAFF)
    for headers in ({}, {"X-View-As": PAT}):
        for of in range(4):
            data = request(theirs, KIND, headers=headers, blanks=of)
            assert (await wire.say(data)).status == 200
    await wire.meets()
    for of in range(3):
        told = await wire.say(await wire.asked(KIND, headers={"X-View-As": PAT}, blanks=of))
        assert told.status == 403
    assert (await wire.familiar(), len(wire.app.state.threshold.familiar)) == (0, 1)


@pytest.mark.parametrize("token", [None, "a.b.c"])
async def test_nobody_in_particular_is_known(wire: Wire, token: str | None) -> None:
    for of in range(4):
        await wire.say(request(token, "{ portal { businessName } }", blanks=of))
    assert (await wire.familiar(), len(wire.app.state.threshold.familiar)) == (0, 0)


@pytest.mark.parametrize(
    "query", ["{ viewer { nothing } }", '{ invoice(id: "none") { id } }', "mutation { __typename }"]
)
async def test_by_what_is_not_answered_whole_or_changes_something_nobody_is_known(
    wire: Wire, query: str
) -> None:
    for of in range(4):
        await wire.say(await wire.asked(query, blanks=of))
    assert (await wire.familiar(), len(wire.app.state.threshold.familiar)) == (0, 0)


async def test_a_front_end_s_page_may_read_it_as_ever(tmp_path: Path) -> None:
    page = {"Origin": "https://portal.example.com"}
    told = {"cors_origins": ("https://portal.example.com",)}
    async with open_wire(tmp_path, told=told) as wire:
        await wire.meets(headers=page)
        right = await wire.oddly(KIND, headers=page)
        at_once = await wire.anew(KIND, headers=page)
        assert (at_once.but_its_id, await wire.familiar()) == (right.but_its_id, 1)
        assert at_once.headers["access-control-allow-origin"] == page["Origin"]
        stranger = await wire.anew(KIND, headers={"Origin": "https://elsewhere.example"})
        assert "access-control-allow-origin" not in stranger.headers
        assert await wire.familiar() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Connection": "close"},
        {"Expect": "100-continue"},
        {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
        {"X-Folded": "a\r\n b"},
        {"x-REQUEST-id": "mine"},
        {"x-request-id": "one", "X-Request-Id": "two"},
        {"Accept": "text/event-stream"},
    ],
)
async def test_by_a_head_that_is_not_plain_nobody_is_known(
    wire: Wire, headers: dict[str, str]
) -> None:
    for of in range(4):
        async with wire.line() as line:
            line.writer.write(await wire.asked(KIND, headers=headers, blanks=of))
            await line.reader.readuntil(b"\r\n\r\n")
    assert (await wire.familiar(), len(wire.app.state.threshold.familiar)) == (0, 0)


@pytest.mark.parametrize("is_kept", [True, False])
async def test_a_better_answer_s_type_is_told_too(wire: Wire, *, is_kept: bool) -> None:
    accepts = {"Accept": "application/graphql-response+json" if is_kept else "application/json"}
    await wire.meets(headers=accepts)
    right = await wire.oddly(KIND, headers=accepts)
    told = await wire.anew(KIND, headers=accepts)
    assert (told.but_its_id, await wire.familiar()) == (right.but_its_id, 1)
    assert told.headers["content-type"].startswith(accepts["Accept"])


@pytest.mark.parametrize(
    "options",
    [
        {"told": {"keep_answers": "off"}},
        {"told": {"compiled": "off"}},
        {"tells_cost": True},
        {"database": "sqlite+aiosqlite://"},
    ],
    ids=["not kept", "no plans", "costs are told", "the ledger has to be waited for"],
)
async def test_where_it_cannot_be_nothing_is_told_at_once(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    async with open_wire(tmp_path, PAT, **options) as wire:
        for of in range(5):
            assert (await wire.say(await wire.asked(KIND, blanks=of))).status == 200
        assert await wire.familiar() == 0
        assert (await wire.numbers("requests_familiar")) == {"_total": 0}


async def test_heads_that_are_known_are_bounded_and_weighed(wire: Wire) -> None:
    familiar = wire.app.state.threshold.familiar
    assert (await wire.numbers("heads_known"), await wire.numbers("heads_known_bytes")) == (
        {"": 0},
        {"": 0},
    )
    await wire.meets()
    (known,) = (await wire.numbers("heads_known")).values()
    (size,) = (await wire.numbers("heads_known_bytes")).values()
    assert (known, size) == (1, familiar.weight)
    assert 8_000 < size < 12_000
    familiar._askers._most = familiar._askers.weight + 100  # noqa: SLF001  # 16 MB would take a while
    await wire.meets_instead(RILEY)
    assert len(familiar) == 1
    await wire.oddly(KIND)
    ways = []
    for email in (RILEY, PAT):
        await wire.anew(KIND, email)
        ways.append(await wire.familiar())
    assert ways == [1, 0]
    familiar._came._most = 1_000  # noqa: SLF001  # as above
    for _ in range(10):
        await wire.anew(KIND)
    assert (len(familiar._came), familiar._came.weight) == (4, 1_000)  # noqa: SLF001  # as above


async def test_two_ports_of_one_gateway_know_the_same(wire: Wire) -> None:
    await wire.meets()
    await wire.oddly(KIND)
    async with listening(wire.app) as (port, _state):
        other = Wire(wire.desk, port, wire.state, wire.known, wire.met)
        await other.anew(KIND)
        assert await other.familiar() == 1


async def test_ca14_equal_questions_of_two_are_two(wire: Wire) -> None:
    for email in (PAT, MORGAN):
        await wire.meets(email)
        await wire.oddly(INVOICES, email)
    told = [numbers((await wire.anew(INVOICES, of)).body) for of in (PAT, MORGAN) * 4]
    assert await wire.familiar() == 8
    assert told == [told[0], told[1]] * 4
    assert not set(told[0]) & set(told[1])
