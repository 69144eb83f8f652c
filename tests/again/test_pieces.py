"""What one piece is: all of a request and nothing else, byte for byte, on a connection at rest."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.bounded_http import MOST_UNTOLD
from gateway.http.heads import MOST_HEADERS
from gateway.http.heard import MOST_BYTES, Heard, Piece, piece_of
from gateway.request_ids import is_kept
from tests.again.wire import Wire, head_of, open_wire, request
from tests.answers.asking import INVOICES, PAT, RILEY, numbers

KIND = "{ viewer { kind } }"


@pytest_asyncio.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with open_wire(tmp_path) as wire:
        yield wire


@pytest.mark.parametrize("at", [1, 40, -80, -1])
async def test_in_two_pieces_it_is_as_any_other(wire: Wire, at: int) -> None:
    data = await wire.asked(INVOICES)
    first = await wire.becomes_known(data)
    async with wire.line() as line:
        for _ in range(3):
            told = await line.say(data[:at], data[at:])
            assert told.but_its_id == first.but_its_id
        assert await wire.again() == 0
        assert (await line.say(data)).but_its_id == first.but_its_id
    assert await wire.again() == 1


async def test_two_in_one_piece_are_two(wire: Wire) -> None:
    data, other = await wire.asked(INVOICES), await wire.asked(KIND)
    first, second = await wire.becomes_known(data), await wire.becomes_known(other)
    async with wire.line() as line:
        told = [await line.say(data + other), await line.hear()]
        assert [of.but_its_id for of in told] == [first.but_its_id, second.but_its_id]
        told = [await line.say(data + data[:50], data[50:]), await line.hear()]
        assert [of.but_its_id for of in told] == [first.but_its_id] * 2
        assert await wire.again() == 0
        await line.say(data)
        assert await wire.again() == 1


async def test_who_does_not_wait_is_answered_in_order(wire: Wire) -> None:
    data, other = await wire.asked(INVOICES), await wire.asked(KIND)
    first = await wire.becomes_known(data)
    await wire.house.fault("/jobs$", times=10, latencyMs=200)
    slow = await wire.asked("{ viewer { jobs(tab: COMPLETED, first: 1) { totalCount } } }")
    async with wire.line() as line:
        line.writer.write(slow)
        await asyncio.sleep(0.05)
        line.writer.write(data)
        await asyncio.sleep(0.05)
        line.writer.write(other)
        told = [await line.hear() for _ in range(3)]
        assert [list(of.body["data"]["viewer"]) for of in told] == [
            ["jobs"],
            ["invoices"],
            ["kind"],
        ]
        assert (told[1].but_its_id, await wire.again()) == (first.but_its_id, 0)
        await line.say(data)
        assert await wire.again() == 1


async def test_whoever_begins_another_before_has_it_ended_first(wire: Wire) -> None:
    """The bytes of a request that is known are the body of another here."""
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    head = head_of("POST /other", {"Host": "gateway", "Content-Length": str(len(data) + 1)})
    async with wire.line() as line:
        line.writer.write(head)
        await asyncio.sleep(0.05)
        line.writer.write(data)
        await asyncio.sleep(0.05)
        assert (await line.say(b"x")).status == 404
        assert await wire.again() == 0
        assert (await line.say(data)).status == 200
    assert await wire.again() == 1


@pytest.mark.parametrize("front", [b"\r\n", b"\n", b" "])
async def test_what_stands_before_it_makes_it_another(wire: Wire, front: bytes) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    told = await wire.say(front + data)
    assert (told.status in {200, 400}, await wire.again()) == (True, 0)


async def test_each_byte_counts(wire: Wire) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    place = data.index(b"\r\n\r\n")
    for at in (*range(0, place, 37), *range(place, len(data), 5)):
        other = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        async with wire.line() as line:
            line.writer.write(other)
            line.writer.write_eof()
            await line.reader.read()  # it was heard by then
            assert await wire.again() == 0, other
    assert (await wire.say(data)).status == 200
    assert await wire.again() == 1


async def test_equal_questions_of_two_are_two(wire: Wire) -> None:
    tokens = [await wire.house.token(email) for email in (PAT, RILEY)]
    told = [await wire.becomes_known(request(token, INVOICES)) for token in tokens]
    assert [len(numbers(of.body)) > 0 for of in told] == [True, False]


@pytest.mark.parametrize(
    "headers",
    [
        {"Connection": "close"},
        {"Expect": "100-continue"},
        {"Upgrade": "h2c", "Connection": "upgrade"},
        {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
        {"X-Folded": "a\r\n b"},
        {"X-Long": "a" * MOST_BYTES},
        {f"X-{of}": "a" for of in range(MOST_HEADERS - 4)},
    ],
    ids=["close", "expect", "upgrade", "trace", "folded", "long", "many"],
)
async def test_what_is_not_plain_is_not_known(wire: Wire, headers: Mapping[str, str]) -> None:
    data = await wire.asked(INVOICES, headers=headers)
    for _ in range(5):
        async with wire.line() as line:
            told = await line.say(data)
            if told.status == 100:
                told = await line.hear()
    assert told.status in {200, 400}
    assert (await wire.again(), len(wire.app.state.threshold.again)) == (0, 0)


async def test_a_body_in_chunks_is_not_known(wire: Wire) -> None:
    token = await wire.house.token(PAT)
    body = json.dumps({"query": INVOICES}).encode()
    headers = {
        "Host": "gateway",
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Transfer-Encoding": "chunked",
    }
    data = head_of("POST /graphql", headers) + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    assert [(await wire.say(data)).status for _ in range(5)] == [200] * 5
    assert len(wire.app.state.threshold.again) == 0


async def test_an_id_in_the_body_is_of_the_body(wire: Wire) -> None:
    """A line like that of an id stands where none is read."""
    token = await wire.house.token(PAT)
    await wire.becomes_known(request(token, INVOICES))
    plain = request(token, INVOICES)
    head, _, body = plain.partition(b"\r\n\r\n")
    for line in (b"x-request-id: a\r\n", b"\r\nx-request-id: a\r\n", b"\nx-request-id: a"):
        data = head + b"\r\n\r\n" + line + body
        async with wire.line() as at:
            told = await at.say(data)
            assert told.status == 400
    assert await wire.again() == 0


async def test_many_are_not_too_many_for_one_connection(wire: Wire) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    count = 2 * MOST_UNTOLD // len(data)
    async with wire.line() as line:
        for _ in range(count):
            assert (await line.say(data)).status == 200
        assert (await line.say(data[:50], data[50:])).status == 200
    assert await wire.again() == count


async def test_who_does_not_read_is_not_written_to_without_end(wire: Wire) -> None:
    data = await wire.asked(INVOICES)
    await wire.becomes_known(data)
    async with wire.line() as line:
        connection: Any = await wire.accepted()
        connection.pause_writing()
        line.writer.write(data)
        await asyncio.sleep(0.1)
        assert await wire.again() == 0
        connection.resume_writing()
        assert (await line.hear()).status == 200


# The same without a gateway: of whatever bytes.

PLAIN = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"


def test_a_piece_is_named_by_all_of_it_and_by_whom_it_came_from() -> None:
    told = piece_of("192.0.2.1", PLAIN)
    assert told is not None
    assert told == piece_of("192.0.2.1", PLAIN)
    others = [piece_of("192.0.2.2", PLAIN), piece_of("192.0.2.1", PLAIN + b" ")]
    assert all(of is not None and of.name != told.name for of in others)
    assert PLAIN not in str(told.name).encode()


@pytest.mark.parametrize(
    "data", [b"", b"POST /graphqlx", b"GET /graphql HTTP/1.1", b"PUT /graphql ", b"\x16\x03\x01"]
)
def test_what_is_not_asked_of_the_graph_is_none(data: bytes) -> None:
    assert piece_of("192.0.2.1", data) is None


@given(
    st.lists(
        st.sampled_from(
            [
                b"\r\n", b"\n", b"\r", b"x-request-id: ", b"X-Request-Id: ", b"a", b"b-1", b" ",
                b"\t", b": ", b"Host: a", b"{}", b"\x00", b"Content-Length: 2",
            ]
        ),
        max_size=24,
    )
)  # fmt: skip
@example([b"\r\n", b"\r\n", b"x-request-id: ", b"a", b"\r\n"])
def test_what_is_taken_out_is_one_line_of_the_head_and_nothing_else(parts: list[bytes]) -> None:
    data = b"POST /graphql HTTP/1.1" + b"".join(parts)
    piece = piece_of("192.0.2.1", data)
    assert piece is not None
    if piece.request_id is None:
        assert piece.data == data
        return
    assert is_kept(piece.request_id.encode())
    given = piece.request_id.encode()
    lines = [b"\r\n%s: %s" % (of, given) for of in (b"x-request-id", b"X-Request-Id")]
    places = [at for line in lines for at in _places(data, line)]
    assert any(data[:at] + data[at + len(lines[0]) :] == piece.data for at in places)
    at = next(at for at in places if data[:at] + data[at + len(lines[0]) :] == piece.data)
    assert at < data.index(b"\r\n\r\n")
    assert data[at + len(lines[0]) :].startswith(b"\r\n")


def _places(data: bytes, line: bytes) -> list[int]:
    return [at for at in range(len(data)) if data.startswith(line, at)]


@pytest.mark.parametrize(
    ("data", "is_plain"),
    [
        (PLAIN, True),
        (PLAIN.replace(b"\r\nHost", b"\nHost"), False),
        (PLAIN.replace(b"Host: a", b"Host: a\r\n b"), False),
        (PLAIN.replace(b"Host: a", b"Host: a\r\n\tb"), False),
        (PLAIN.replace(b"Host: a", b"Host: a\rb"), False),
        (PLAIN.replace(b"\r\n\r\n", b"\n\r\n", 1) + b"\r\n\r\n", False),
        (PLAIN + b" ", False),
        (PLAIN[:-1], False),
    ],
)
def test_plain_is_what_would_be_read_the_same_with_another_line(
    data: bytes, *, is_plain: bool
) -> None:
    headers = [(b"host", b"a"), (b"content-length", b"2")]
    assert Heard(Piece(("", b"name"), data, None), {"headers": headers}).is_plain() is is_plain
