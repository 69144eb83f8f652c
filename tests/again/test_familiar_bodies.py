"""What a body may be that comes with a head that is known: read as strictly as any other."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from gateway.bounded_http import MOST_UNTOLD
from gateway.http.heard import MOST_BYTES
from tests.again.wire import Told, Wire, head_of, open_wire, request, sent
from tests.answers.asking import INVOICES, PAT, numbers


@pytest_asyncio.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with open_wire(tmp_path) as wire:
        await wire.meets()
        await wire.oddly(INVOICES)
        yield wire


async def both(wire: Wire, body: bytes) -> tuple[Told, Told]:
    """Send this body with a head that is known, and with one that is not."""
    token = await wire.house.token(PAT)
    first = await wire.say(sent(token, body))
    return first, await wire.say(sent(token, body, {"X-Odd": "odd"}))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'[{"query": "{ viewer { kind } }"}]', 400),
        (b'"{ viewer { kind } }"', 400),
        (b'{"query": "{ viewer { kind } }", "query": "{ viewer { email } }"}', 400),
        (b'{"query": "{ viewer { kind } }", "quer\\u0079": "{ viewer { email } }"}', 400),
        (b'{"query": "{ viewer { kind } }", "variables": {"a": 1, "a": 2}}', 400),
        (b'{"query": "{ viewer { kind } }", "variables": []}', 400),
        (b'{"query": "{ viewer { kind } }", "variables": {"a": NaN}}', 400),
        (b'{"query": "{ viewer { kind } }", "variables": {"a": 1e999}}', 400),
        (b'{"query": "{ viewer { kind } }", "variables": {"a": 1234567890123456789}}', 400),
        (b'{"query": "{ viewer { kind } }", "variables": {"a": "\\ud800"}}', 400),
        (b'{"query": "{ viewer { kind } }", "operationName": 1}', 400),
        (b'{"query": "{ viewer { kind } }", "extensions": []}', 400),
        (b'{"query": "{ viewer { kind } }", "documentId": "a"}', 400),
        (b'{"query": 1}', 400),
        (b'{"query": ""}', 400),
        (b'{"documentId": ""}', 400),
        (b'{"query": "{ viewer { kind } }"}x', 400),
        (b'{"query": "{ viewer { kind } }"}\x00', 400),
        (b'\xef\xbb\xbf{"query": "{ viewer { kind } }"}', 400),
        (b'{"query": "{ viewer { kind } \xff}"}', 400),
        (b'{"query": "{ viewer { kind } }", "variables": ' + b'{"a":' * 33 + b"1" + b"}" * 34, 400),
        (b'{"query": "{ viewer { kind } }", "operationName": "None"}', 200),
        (b'{"query": "{ viewer { kind } }", "operationName": ""}', 200),
        (b'{"query": "query A { viewer { kind } } query B { viewer { email } }"}', 200),
        (b'{"query": "{ nothing }"}', 200),
        (b'{"query": "{ viewer { kind }"}', 200),
        (b'{"query": "{ __schema { types { name } } }"}', 200),
        (b'{"query": "{ __type(name: \\"Invoice\\") { name } }"}', 200),
        (b'{"query": "mutation { nothing }"}', 200),
        (b'{"query": "subscription { changed { nodeId } }"}', 406),
        (b'{"query": "fragment A on Viewer { kind }"}', 200),
        (b'{"documentId": "nothing"}', 200),
    ],
)  # fmt: skip
async def test_what_is_refused_is_refused_in_the_same_words(
    wire: Wire, body: bytes, status: int
) -> None:
    for _ in range(2):
        told, right = await both(wire, body)
        assert told.but_its_id == right.but_its_id
        assert (told.status, "errors" in told.body) == (status, True)
    assert await wire.familiar() == 0


@pytest.mark.parametrize(
    "body",
    [
        b' { "query" : "{ viewer { kind } }" } ',
        b'{"query": "{ viewer { kind } }", "more": [1, {"a": null}]}',
        b'{"query": "{ viewer { kind } }", "variables": null, "extensions": null}',
        b'{"query": "{ viewer { kind } }", "variables": {"unknown": 1}}',
        b'{"query": "{ viewer { k\\u0069nd } }"}',
    ],
)
async def test_what_is_good_is_told_however_it_is_spelled(wire: Wire, body: bytes) -> None:
    told, right = await both(wire, body)
    assert (told.but_its_id, told.status) == (right.but_its_id, 200)
    assert (told.body["data"], await wire.familiar()) == ({"viewer": {"kind": "CUSTOMER"}}, 1)


async def test_of_several_operations_the_one_that_is_named_is_run(wire: Wire) -> None:
    text = "query A { viewer { kind } } query B { viewer { email } } mutation C { __typename }"
    await wire.oddly(text, operationName="A")
    told = [(await wire.anew(text, operationName=of)).body for of in ("A", "B")]
    assert [of["data"] for of in told] == [
        {"viewer": {"kind": "CUSTOMER"}},
        {"viewer": {"email": PAT}},
    ]
    assert await wire.familiar() == 2
    told = [(await wire.anew(text, operationName=of)).body for of in ("C", "D", None)]
    assert [("data" in of, "errors" in of) for of in told] == [
        (True, False),
        (False, True),
        (False, True),
    ]
    assert await wire.familiar() == 0


async def test_what_a_query_would_do_is_told_to_nobody_but_staff(wire: Wire) -> None:
    told = await wire.anew(INVOICES, extensions={"plan": True})
    assert (told.status, await wire.familiar()) == (403, 0)


@pytest.mark.parametrize(
    ("text", "good", "bad", "code"),
    [
        (
            "query($of: String) { viewer { equipment(search: $of) @skip(if: true) { totalCount }}}",
            *("x" * 4_096, "x" * 4_097, None),
        ),
        ("query($of: Int!) { viewer { kind invoices(first: $of) { totalCount } } }", 3, "3", None),
    ],
)
async def test_gd1_variables_are_judged_each_time(
    wire: Wire, text: str, good: object, bad: object, code: str | None
) -> None:
    told = await wire.oddly(text, variables={"of": good})
    assert "errors" not in told.body, told.body
    await wire.oddly(text, variables={"of": good})
    wire.tries_all()
    assert (await wire.anew(text, variables={"of": good})).but_its_id == told.but_its_id
    assert await wire.familiar() == 1
    told = await wire.anew(text, variables={"of": bad})
    assert (told.codes, await wire.familiar()) == ([code or "BAD_USER_INPUT"], 0)
    assert told.but_its_id == (await wire.oddly(text, variables={"of": bad})).but_its_id


async def test_a_head_with_which_the_body_does_not_fit_is_another(wire: Wire) -> None:
    data = await wire.asked(INVOICES)
    head, _, body = data.partition(b"\r\n\r\n")
    size = b"Content-Length: %d" % len(body)
    assert size in head
    more = data.replace(size, b"Content-Length: %d" % (len(body) + 1))
    async with wire.line() as line:
        line.writer.write(more)
        await asyncio.sleep(0.05)
        assert await wire.familiar() == 0
        told = await line.say(b" ")
        assert (len(numbers(told.body)) > 0, await wire.familiar()) == (True, 0)
    less = data.replace(size, b"Content-Length: %d" % (len(body) - 1))
    async with wire.line() as line:
        told = await line.say(less)
        assert (told.status, await wire.familiar()) == (400, 0)
    for odd in (b"%d " % len(body), b"+%d" % len(body), b"0%d" % len(body), b"", b"-1", b"1_0"):
        async with wire.line() as line:
            line.writer.write(data.replace(size, b"Content-Length: " + odd))
            line.writer.write_eof()
            await line.reader.read()
            assert await wire.familiar() == 0, odd


@pytest.mark.parametrize("other", ["content-length", "CONTENT-LENGTH", "Content-Length"])
@pytest.mark.parametrize("is_first", [True, False])
async def test_ht_two_lengths_are_one_too_many(wire: Wire, other: str, *, is_first: bool) -> None:
    for blanks in range(4):
        data = await wire.asked(INVOICES, blanks=blanks)
        size = len(data.partition(b"\r\n\r\n")[2])
        mine, theirs = b"Content-Length: %d\r\n" % size, b"%b: %d\r\n" % (other.encode(), size)
        two = theirs + mine if is_first else mine + theirs
        async with wire.line() as line:
            line.writer.write(data.replace(mine, two))
            line.writer.write_eof()
            await line.reader.read()
    assert (await wire.familiar(), len(wire.app.state.threshold.familiar)) == (0, 1)


@pytest.mark.parametrize("told", ["chunked", "identity"])
async def test_ht_a_body_that_comes_in_chunks_too_is_no_such(wire: Wire, told: str) -> None:
    for _ in range(4):
        data = await wire.asked(INVOICES, headers={"Transfer-Encoding": told})
        async with wire.line() as line:
            line.writer.write(data)
            line.writer.write_eof()
            await line.reader.read()
    assert (await wire.familiar(), len(wire.app.state.threshold.familiar)) == (0, 1)


@pytest.mark.parametrize("name", ["content-length", "Content-Length"])
@pytest.mark.parametrize("at", range(5))
async def test_wherever_its_size_stands_it_is_the_same_head(wire: Wire, name: str, at: int) -> None:
    data = await wire.asked(INVOICES, blanks=99)
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    lines = [of for of in lines if not of.startswith(b"Content-Length")]
    lines.insert(at, b"%b: %d" % (name.encode(), len(body)))
    told = await wire.say(b"\r\n".join([first, *lines, b"", body]))
    assert (len(numbers(told.body)) > 0, await wire.familiar()) == (True, 1)


async def test_each_byte_of_a_head_counts(wire: Wire) -> None:
    data = await wire.asked(INVOICES, blanks=7)
    place = data.index(b"\r\n\r\n")
    for at in range(0, place + 4, 11):
        other = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        async with wire.line() as line:
            line.writer.write(other)
            line.writer.write_eof()
            await line.reader.read()
            assert await wire.familiar() == 0, other
    assert ((await wire.say(data)).status, await wire.familiar()) == (200, 1)


async def test_a_line_more_makes_it_another_head(wire: Wire) -> None:
    for more in ({"X-View-As": "riley@example.com"}, {"Cookie": "a=b"}, {"Accept": "text/html"}):
        told = await wire.anew(INVOICES, headers=more)
        assert (told.status != 500, await wire.familiar()) == (True, 0)


async def test_two_in_one_piece_are_two(wire: Wire) -> None:
    first, second = [await wire.asked(INVOICES, blanks=of) for of in (1, 2)]
    async with wire.line() as line:
        told = [await line.say(first + second), await line.hear()]
        assert [len(numbers(of.body)) > 0 for of in told] == [True, True]
        assert await wire.familiar() == 0
        third = await wire.asked(INVOICES, blanks=3)
        assert (await line.say(third[:60], third[60:])).status == 200
        assert await wire.familiar() == 0
        await line.say(await wire.asked(INVOICES, blanks=4))
    assert await wire.familiar() == 1


async def test_the_body_of_another_request_is_no_request(wire: Wire) -> None:
    data = await wire.asked(INVOICES, blanks=1)
    head = head_of("POST /other", {"Host": "gateway", "Content-Length": str(len(data))})
    async with wire.line() as line:
        line.writer.write(head)
        await asyncio.sleep(0.05)
        assert (await line.say(data)).status == 404
    assert await wire.familiar() == 0


async def test_what_is_asked_by_get_has_no_body_to_differ_in(wire: Wire) -> None:
    token = await wire.house.token(PAT)
    headers = {"Host": "gateway", "Authorization": f"Bearer {token}"}
    for count in range(1, 5):
        query = f"{{ viewer {{ invoices(first: {count}) {{ nodes {{ number }} }} }} }}"
        told = await wire.say(head_of(f"GET /graphql?{urlencode({'query': query})}", headers))
        assert len(numbers(told.body)) == count
    assert (await wire.familiar(), len(wire.app.state.threshold.familiar)) == (0, 1)


async def test_what_is_larger_than_most_is_as_any_other(wire: Wire) -> None:
    room = MOST_BYTES - len(await wire.asked(INVOICES, blanks=1_000)) + 1_000
    ways = []
    for blanks in (room + 1, room):
        told = await wire.say(await wire.asked(INVOICES, blanks=blanks))
        ways.append((len(numbers(told.body)) > 0, await wire.familiar()))
    assert ways == [(True, 0), (True, 1)]


async def test_many_are_not_too_many_for_one_connection(wire: Wire) -> None:
    token = await wire.house.token(PAT)
    count = 2 * MOST_UNTOLD // len(request(token, INVOICES))
    async with wire.line() as line:
        for blanks in range(count):
            assert (await line.say(request(token, INVOICES, blanks=blanks + 1))).status == 200
        data = request(token, INVOICES)
        assert (await line.say(data[:50], data[50:])).status == 200
    assert await wire.familiar() == count
