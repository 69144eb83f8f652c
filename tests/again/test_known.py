"""The very same request again: the same answer to the byte, counted and logged as any other."""

import asyncio
import gc
import io
import json
from collections.abc import AsyncIterator
from contextlib import redirect_stderr
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from gateway.answers.kept import KeptAnswer
from gateway.logs import configure_logging
from tests.again.wire import Wire, head_of, open_wire, request
from tests.answers.asking import INVOICES, PAT, RILEY, numbers
from tests.documented import pages, query_of

NAMED = "query Mine { viewer { invoices(first: 20) { nodes { number balance } } } }"
NOT_TOLD = {"ms", "timestamp", "request_id"}


@pytest_asyncio.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with open_wire(tmp_path) as wire:
        yield wire


async def test_it_is_answered_the_same_to_the_byte_but_for_its_id(wire: Wire) -> None:
    data = await wire.asked(INVOICES)
    first = await wire.becomes_known(data)
    async with wire.line() as line:
        told = [await line.say(data) for _ in range(3)]
    assert await wire.again() == 3
    assert {of.but_its_id for of in told} == {first.but_its_id}
    assert len({of.headers["x-request-id"] for of in [first, *told]}) == 4
    assert {len(of.headers["x-request-id"]) for of in told} == {16}
    assert len(numbers(first.body)) > 0


async def test_it_is_known_on_whichever_connection_and_beside_any_other(wire: Wire) -> None:
    data, other = await wire.asked(INVOICES), await wire.asked("{ viewer { kind } }")
    await wire.becomes_known(data)
    async with wire.line() as line:
        told = [await line.say(of) for of in (data, other, data, other, data)]
    assert [len(of.body["data"]["viewer"]) for of in told] == [1] * 5
    assert [of.status for of in told] == [200] * 5
    assert await wire.again() == 3


@pytest.mark.parametrize("name", ["x-request-id", "X-Request-Id", "X-Request-ID"])
async def test_an_id_that_is_brought_is_its_answer_s(wire: Wire, name: str) -> None:
    token = await wire.house.token(PAT)
    await wire.becomes_known(request(token, INVOICES, headers={name: "first"}))
    for given in ("another", "a.b-c_9", "x" * 64):
        told = await wire.say(request(token, INVOICES, headers={name: given}))
        assert told.headers["x-request-id"] == given
    assert await wire.again() == 3
    told = await wire.say(request(token, INVOICES))
    assert (len(told.headers["x-request-id"]), await wire.again()) == (16, 1)


@pytest.mark.parametrize("given", ["a b", "x" * 65, "", '{"a":1}', "a\tb", "a\xe9"])
async def test_an_id_that_cannot_be_kept_is_replaced_as_ever(wire: Wire, given: str) -> None:
    token = await wire.house.token(PAT)
    await wire.becomes_known(request(token, INVOICES))
    data = request(token, INVOICES, headers={"X-Request-Id": given})
    ids = [(await wire.say(data)).headers["x-request-id"] for _ in range(4)]
    assert ([len(of) for of in ids], len(set(ids)), await wire.again()) == ([16] * 4, 4, 0)


async def test_an_unusual_spelling_of_its_name_is_read_as_ever(wire: Wire) -> None:
    token = await wire.house.token(PAT)
    data = request(token, INVOICES, headers={"x-REQUEST-id": "mine"})
    ids = [(await wire.say(data)).headers["x-request-id"] for _ in range(5)]
    assert (ids, await wire.again()) == (["mine"] * 5, 0)


async def test_of_two_ids_the_first_is_its_answer_s_as_ever(wire: Wire) -> None:
    token = await wire.house.token(PAT)
    await wire.becomes_known(request(token, INVOICES))
    data = request(token, INVOICES, headers={"x-request-id": "one", "X-Request-Id": "two"})
    ids = [(await wire.say(data)).headers["x-request-id"] for _ in range(5)]
    assert (ids, await wire.again()) == (["one"] * 5, 0)


async def test_what_is_asked_by_get_is_known_too(wire: Wire) -> None:
    token = await wire.house.token(PAT)
    headers = {"Host": "gateway", "Authorization": f"Bearer {token}"}
    target = f"GET /graphql?{urlencode({'query': INVOICES})}"
    first = await wire.becomes_known(head_of(target, headers))
    told = await wire.say(head_of(target, headers))
    assert (told.but_its_id, await wire.again()) == (first.but_its_id, 1)
    tag = told.headers["etag"]
    had = await wire.say(head_of(target, headers | {"If-None-Match": tag}))
    assert (had.status, had.headers["etag"], await wire.again()) == (304, tag, 0)


async def test_a_front_end_s_page_may_read_it_as_ever(tmp_path: Path) -> None:
    page = {"Origin": "https://portal.example.com"}
    told = {"cors_origins": ("https://portal.example.com",)}
    async with open_wire(tmp_path, told=told) as wire:
        data = await wire.asked(INVOICES, headers=page)
        first = await wire.becomes_known(data)
        told_again = await wire.say(data)
        assert (told_again.but_its_id, await wire.again()) == (first.but_its_id, 1)
        assert told_again.headers["access-control-allow-origin"] == page["Origin"]
        stranger = await wire.asked(INVOICES, headers={"Origin": "https://elsewhere.example"})
        assert "access-control-allow-origin" not in (await wire.say(stranger)).headers
        assert await wire.again() == 0


async def test_its_line_in_the_log_is_any_other_s(wire: Wire) -> None:
    data = await wire.asked(NAMED, headers={"x-request-id": "mine"})
    written = io.StringIO()
    with redirect_stderr(written):
        configure_logging("info")
        for _ in range(4):
            await wire.say(data)
        seconds = count(1.0, 0.0123)
        wire.app.state.threshold.again._log.now = lambda: next(seconds)  # noqa: SLF001  # its clock
        await wire.say(data)
    assert await wire.again() == 2
    lines = [json.loads(of) for of in written.getvalue().splitlines()]
    assert len(lines) == 5
    assert all(list(of) == list(lines[0]) for of in lines)
    assert {of["request_id"] for of in lines} == {"mine"}
    assert all(0 <= of["ms"] < 10_000 for of in lines)
    assert lines[-1]["ms"] == 12.3
    told = [{name: of[name] for name in of if name not in NOT_TOLD} for of in lines]
    assert told[2] == told[3] == told[4]
    assert told[4] == {
        "event": "request",
        "level": "info",
        "method": "POST",
        "path": "/graphql",
        "status": 200,
        "viewer": "CUSTOMER",
        "kind": "query",
        "operation": "Mine",
        "document": told[4]["document"],
        "calls": 0,
        "saved": 1,
        "stale_seconds": 0,
    }


async def test_of_the_request_before_nothing_is_left_for_what_is_logged_next(wire: Wire) -> None:
    data = await wire.asked(NAMED, headers={"x-request-id": "mine"})
    await wire.becomes_known(data)
    written = io.StringIO()
    with redirect_stderr(written):
        configure_logging("info")
        async with wire.line() as line:
            await line.say(data)
            await line.say(b"POST /other HTTP/1.1\r\nHost: gateway\r\n\r\n")
    lines = [json.loads(of) for of in written.getvalue().splitlines()]
    assert [of["request_id"] == "mine" for of in lines] == [True, False]
    assert ("viewer" in lines[1], "operation" in lines[1]) == (False, False)


async def test_every_number_counts_it_as_any_other(wire: Wire) -> None:
    """What an answer from what is kept adds to each, it adds whichever way it came."""
    data = await wire.asked(NAMED)
    await wire.say(data)
    await wire.say(data)
    before = await numbers_of(wire)
    await wire.say(data)  # from what is kept, and known from here on
    between = await numbers_of(wire)
    await wire.say(data)
    after = await numbers_of(wire)
    assert await wire.again() == 1
    assert added(before, between) == added(between, after)
    assert added(between, after) == {
        ("answers", "kept _total"): 1,
        ("cache_answer_age_seconds", "invoices accounting _count"): 1,
        ("documents", "untrusted _total"): 1,
        ("http_requests", "/graphql 200 _total"): 1,
        ("operation_duration_seconds", "query +Inf _bucket"): 1,
        ("operation_duration_seconds", "query _count"): 1,
        ("operation_upstream_calls_saved", "_total"): 1,
        ("operations", "query whole _total"): 1,
    }


async def numbers_of(wire: Wire) -> dict[tuple[str, str], float]:
    """Return every number that is not of this process, of time, or of what is known here."""
    told: dict[tuple[str, str], float] = {}
    for family in await wire.house.metrics():
        name = family.name.removeprefix("portal_gateway_")
        if name.startswith(("process_", "requests_known", "feed", "directory", "webhook")):
            continue
        for of in family.samples:
            is_time = of.suffix == "_sum" or (of.suffix == "_bucket" and of.labels["le"] != "+Inf")
            if not is_time:
                told[name, " ".join([*of.labels.values(), of.suffix]).strip()] = of.value
    return told


def added(
    before: dict[tuple[str, str], float], after: dict[tuple[str, str], float]
) -> dict[tuple[str, str], float]:
    """Return by how much each number grew."""
    return {of: after[of] - before.get(of, 0) for of in after if after[of] != before.get(of, 0)}


async def test_every_documented_question_is_answered_the_same_each_time(tmp_path: Path) -> None:
    texts = [query_of(page.read_text("utf-8")) for page in pages()]
    asked = [of for of in texts if of.lstrip().startswith(("query", "{"))]
    async with open_wire(tmp_path) as wire:
        for email in (PAT, RILEY):
            token = await wire.house.token(email)
            for text in asked:
                data = request(token, text)
                told = [await wire.say(data) for _ in range(5)]
                assert len({_steady(of.body) for of in told}) == 1, text
        assert await wire.again() > 10


def _steady(body: Any) -> str:  # noqa: ANN401  # JSON
    """Return what an answer says, without when its addresses end."""
    return json.dumps(body.get("data"), sort_keys=True).partition("documents/")[0]


async def test_a_connection_is_closed_when_nobody_has_asked_for_as_long_as_ever(
    wire: Wire,
) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    async with wire.line() as line:
        connection: Any = await wire.accepted()
        total = wire.state.total_requests
        connection.timeout_keep_alive = 0.3
        before = asyncio.get_running_loop().time()
        for _ in range(5):
            await line.say(data)
            await asyncio.sleep(0.1)
        assert await line.is_closed()
        took = asyncio.get_running_loop().time() - before
    assert (wire.state.total_requests - total, await wire.again()) == (5, 5)
    assert 0.7 <= took < 5


async def test_what_is_kept_no_more_is_held_by_nobody(wire: Wire) -> None:
    """Memory is given back for the rows of an answer, too, whose request never comes again."""
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    doors = wire.app.state.threshold.again
    kept = doors._repeating._kept  # noqa: SLF001  # theirs alone
    for question in list(kept._known._kept):  # noqa: SLF001  # as above
        kept._known.forget(question)  # noqa: SLF001  # as above
    gc.collect()
    assert [one for one in gc.get_objects() if isinstance(one, KeptAnswer)] == []
    assert len(doors) == 1
    await wire.again()
    assert len(numbers((await wire.say(data)).body)) > 0
    assert (await wire.again(), len(doors)) == (0, 0)
