"""The load generator: who asks what in which turn, and which answers it takes for none."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tests.bench.load import connection
from tests.bench.load.connection import Unexpected, keep_asking, round_of
from tests.bench.wishes import Asker, Load

Answer = Callable[[asyncio.StreamWriter, int], Awaitable[None]]
WHO = ("pat", "riley")


def given(body: str) -> bytes:
    """Return an answer with this body."""
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Serve a port where the n-th request is answered so; give it, and the requests that come."""
    asked: list[bytes] = []
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            asked.append(head + await reader.readexactly(length))
            await answer(writer, len(asked) - 1)
        writer.close()
        ended.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], asked
        await ended.wait()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


async def ask(port: int, begins: int = 0) -> int:
    """Have two askers ask two bodies, by one connection; return how many answers came."""
    askers = [Asker(headers={"who": who}, expected=f"to {who}") for who in WHO]
    bodies = ["one", "another"]
    load = Load(port=port, askers=askers, bodies=bodies, begins=begins, connections=1, seconds=60.0)
    shared = round_of(load, time.perf_counter() + load.seconds)
    await keep_asking(port, shared)
    return len(shared.latencies)


async def to_each(writer: asyncio.StreamWriter, number: int) -> None:
    """Answer whoever's turn it is."""
    writer.write(given(f"to {WHO[number % 2]}"))


async def test_everybody_asks_the_first_body_and_then_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "MOST_REQUESTS", 5)
    async with serving(to_each) as (port, asked):
        assert await ask(port) == 5
    told = [(b"who: riley" in each, each.rpartition(b"\r\n\r\n")[2]) for each in asked]
    assert told == [
        (False, b"one"),
        (True, b"one"),
        (False, b"another"),
        (True, b"another"),
        (False, b"one"),
    ]


async def test_a_round_goes_on_where_the_one_before_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    async def to_riley_first(writer: asyncio.StreamWriter, number: int) -> None:
        await to_each(writer, number + 3)

    monkeypatch.setattr(connection, "MOST_REQUESTS", 1)
    async with serving(to_riley_first) as (port, asked):
        assert await ask(port, begins=3) == 1
    assert b"who: riley" in asked[0]
    assert asked[0].endswith(b"\r\n\r\nanother")


async def test_an_answer_may_come_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    async def in_parts(writer: asyncio.StreamWriter, number: int) -> None:
        for each in given(f"to {WHO[number % 2]}"):
            writer.write(bytes([each]))
            await writer.drain()
            await asyncio.sleep(0)

    monkeypatch.setattr(connection, "MOST_REQUESTS", 3)
    async with serving(in_parts) as (port, _):
        assert await ask(port) == 3


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (given("to lee"), "not the expected answer: b'to lee'"),
        (given("to riley"), "not the expected answer: b'to riley'"),
        (given("not to pat"), "not the expected answer: b'not to pat'"),
        (given("to pat") + b"and more", "not the expected answer: b'to patand more'"),
        (given("to pat").replace(b"200 OK", b"503 Later"), "answered HTTP/1.1 503 Later"),
        (b"HTTP/1.1 200 OK\r\n\r\nto lee", "an answer without a length"),
        (b"", "hung up: without an answer"),
    ],
)
async def test_another_answer_ends_the_round(
    answer: bytes, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MOST_REQUESTS", 1)

    async def say(writer: asyncio.StreamWriter, _number: int) -> None:
        writer.write(answer)
        if not answer:
            writer.close()

    async with serving(say) as (port, _):
        with pytest.raises(Unexpected) as raised:
            await ask(port)
    assert str(raised.value) == why
