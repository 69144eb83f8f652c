"""Whoever asks something else: known by the head of their request, and answered at once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.watching import digest_of
from tests.again.both_ways import lines_of, logged
from tests.again.test_known import added, numbers_of
from tests.again.wire import Wire, open_wire, request
from tests.answers.asking import INVOICES, PAT, numbers

OF_ITSELF = {"requests_familiar", "heads_known_bytes", "answers_kept", "answers_kept_bytes"}
OF_GRAPHS = "/graphql 200 _total"
OF_SOME = "query($first: Int!) { viewer { invoices(first: $first) { nodes { number balance } } } }"


@pytest_asyncio.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with open_wire(tmp_path) as wire:
        yield wire


async def test_its_head_is_known_once_it_came_twice(wire: Wire) -> None:
    familiar = wire.app.state.threshold.familiar
    await wire.oddly("{ viewer { kind } }")
    known: list[tuple[int, int]] = []
    for query in ("{ viewer { kind } }", "{ viewer { email } }", "{ viewer { kind } }"):
        await wire.anew(query)
        known.append((len(familiar), await wire.familiar()))
    assert known == [(0, 0), (1, 0), (1, 1)]


async def test_the_very_same_again_is_left_to_be_kept(wire: Wire) -> None:
    """It is answered at once, and as any other, and from what is kept, and known by its bytes."""
    await wire.meets()
    await wire.oddly(OF_SOME, variables={"first": 2})
    await wire.desk.hows()
    data = await wire.asked(OF_SOME, variables={"first": 3})
    await wire.again()
    ways = []
    for _ in range(5):
        told = await wire.say(data)
        ways.append((await wire.familiar(), await wire.again(), await wire.desk.hows()))
        assert len(numbers(told.body)) == 3
    assert ways == [
        (1, 0, {"run": 1}),
        (0, 0, {"run": 1}),
        (0, 0, {"kept": 1}),
        (0, 1, {"kept": 1}),
        (0, 1, {"kept": 1}),
    ]


@pytest.mark.parametrize("name", ["x-request-id", "X-Request-Id", "X-Request-ID"])
async def test_an_id_that_is_brought_is_its_answer_s(wire: Wire, name: str) -> None:
    await wire.meets()
    await wire.oddly(INVOICES)
    for given_id in ("mine", "a.b-c_9", "x" * 64):
        told = await wire.anew(INVOICES, headers={name: given_id})
        assert (told.headers["x-request-id"], await wire.familiar()) == (given_id, 1)
    told = await wire.anew(INVOICES)
    assert (len(told.headers["x-request-id"]), await wire.familiar()) == (16, 1)
    for odd in ("a b", "x" * 65, ""):
        told = await wire.anew(INVOICES, headers={name: odd})
        assert (len(told.headers["x-request-id"]), await wire.familiar()) == (16, 0)


async def test_its_line_in_the_log_is_as_it_is_spelled_now(wire: Wire) -> None:
    """Lines are spelled once for all that are alike; whatever differs in them is told each time."""
    await wire.meets()
    asked = [(f"query Q{at} {{ viewer {{ kind }} }}", f"Q{at}") for at in range(12)]
    for query, _ in asked:
        await wire.oddly(query)
    for _ in range(2):
        with logged() as written:
            for query, _ in asked:
                await wire.anew(query)
            assert await wire.familiar() == len(asked)
            lines = await lines_of(written, len(asked))
        assert [of["operation"] for of in lines] == [name for _, name in asked]
        assert len({of["request_id"] for of in lines}) == len(asked)
        assert {(of["viewer"], of["status"], of["path"]) for of in lines} == {
            ("CUSTOMER", 200, "/graphql")
        }
        assert all(0 < of["ms"] < 10_000 for of in lines)


async def test_nor_is_one_line_told_for_another(wire: Wire) -> None:
    """Of one document another operation; of one name another document; of one another saving."""
    two = "query A { viewer { kind } } query B { viewer { email } }"
    other = "query A { viewer { email } }"
    flagged = """query C($more: Boolean!) { viewer { kind
      invoices(first: 1) @include(if: $more) { totalCount } } }"""
    asked: list[tuple[str, dict[str, Any], tuple[str, int]]] = [
        (two, {"operationName": "A"}, ("A", 0)),
        (two, {"operationName": "B"}, ("B", 0)),
        (other, {}, ("A", 0)),
        (flagged, {"variables": {"more": True}}, ("C", 1)),
        (flagged, {"variables": {"more": False}}, ("C", 0)),
    ] * 2
    await wire.meets()
    for query, more, _ in asked:
        await wire.oddly(query, **more)
    before = await wire.numbers("http_requests")
    with logged() as written:
        for query, more, _ in asked:
            await wire.anew(query, **more)
        assert await wire.familiar() == len(asked)
        lines = await lines_of(written, len(asked))
    assert [(of["operation"], of["saved"], of["document"]) for of in lines] == [
        (*expected, digest_of(query)) for query, _, expected in asked
    ]
    after = await wire.numbers("http_requests")
    assert after == {of: before[of] + len(asked) * (of == OF_GRAPHS) for of in before}


async def test_of_the_request_before_nothing_is_left_for_what_is_logged_next(wire: Wire) -> None:
    await wire.meets()
    await wire.oddly(INVOICES)
    with logged() as written:
        async with wire.line() as line:
            await line.say(await wire.asked(INVOICES, headers={"x-request-id": "mine"}))
            await line.say(b"POST /other HTTP/1.1\r\nHost: gateway\r\n\r\n")
        lines = await lines_of(written, 2)
    assert await wire.familiar() == 1
    assert [of["request_id"] == "mine" for of in lines] == [True, False]
    assert ("viewer" in lines[1], "operation" in lines[1]) == (False, False)


async def test_answers_come_in_order_on_one_connection(wire: Wire) -> None:
    await wire.meets()
    await wire.oddly(OF_SOME, variables={"first": 1})
    token = await wire.house.token(PAT)
    asked = [request(token, OF_SOME, {"first": count}) for count in range(1, 8)]
    async with wire.line() as line:
        told = [len(numbers((await line.say(data)).body)) for data in asked]
    assert (told, await wire.familiar()) == ([1, 2, 3, 4, 5, 6, 7], 7)


async def test_every_number_counts_it_as_any_other_that_is_run(wire: Wire) -> None:
    """What an answer that is made of what is remembered adds to each, it adds either way."""
    await wire.meets()
    for unknown in range(6):
        await wire.oddly(OF_SOME, variables={"first": 5, "unknown": unknown})
    told = []
    for unknown in (7, 8):
        of = {"first": 5, "unknown": unknown}
        for ask in (wire.oddly, wire.anew):
            before = await numbers_of(wire)
            await ask(OF_SOME, variables=of)
            more = added(before, await numbers_of(wire))
            told.append({name: more[name] for name in more if name[0] not in OF_ITSELF})
    assert await wire.familiar() == 2
    assert told[1] == {
        ("answers", "run _total"): 1,
        ("cache_answer_age_seconds", "invoices accounting _count"): 1,
        ("documents", "untrusted _total"): 1,
        ("http_requests", "/graphql 200 _total"): 1,
        ("operation_duration_seconds", "query +Inf _bucket"): 1,
        ("operation_duration_seconds", "query _count"): 1,
        ("operation_upstream_calls_saved", "_total"): 1,
        ("operations", "query whole _total"): 1,
        ("parts_told_again", "_total"): 1,
        ("planned", "_total"): 1,
    }
    assert told == [told[1]] * 4
