"""Real connections to a processor that break: refused, hung up on, silent, endless."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from adapters.payments.errors import OutcomeUnknown, ProcessorUnavailable
from adapters.payments.wire import ProcessorWire

Answering = Callable[[asyncio.StreamWriter], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"
NO_HTTP = b"SSH-2.0-sandbox\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n" + b"x" * 0x10000
PACKED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"
LED_ON = b"HTTP/1.1 307 T\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"


@asynccontextmanager
async def serving(
    answer: bytes, *, hangs_up: bool = True
) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Give these bytes to each request; tell the address, and the heads of the requests."""
    heads: list[bytes] = []
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(answer)
            await writer.drain()
            while answer is ENDLESS:
                writer.write(b"\r\n10000\r\n" + b"x" * 0x10000)
                await writer.drain()
        if hangs_up:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", heads
        for writer in writers:
            writer.close()


async def test_an_answer_is_read_whole_with_its_status() -> None:
    wire = ProcessorWire()
    async with serving(OK) as (address, heads):
        reply = await wire.exchange("POST", address, {"X-Told": "yes"}, "a=b")
    await wire.aclose()
    assert (reply.status, reply.body) == (200, b"{}")
    assert b"X-Told: yes" in heads[0]
    assert b"Content-Length: 3" in heads[0]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_where_nobody_listens_nothing_was_done(method: str) -> None:
    async with serving(OK) as (address, _):
        pass
    wire = ProcessorWire()
    with pytest.raises(ProcessorUnavailable):
        await wire.exchange(method, address, {})
    await wire.aclose()


@pytest.mark.parametrize("answer", [b"", CUT, NO_HTTP, ENDLESS, PACKED])
async def test_a_broken_answer_is_lost_and_nothing_is_sent_twice(answer: bytes) -> None:
    wire = ProcessorWire(total_seconds=3600)
    async with serving(answer) as (address, heads):
        with pytest.raises(OutcomeUnknown):
            await wire.exchange("POST", address, {}, "a=b")
        assert len(heads) == 1
        with pytest.raises(ProcessorUnavailable):
            await wire.exchange("GET", address, {})
    await wire.aclose()


@pytest.mark.parametrize(
    ("method", "raised"), [("POST", OutcomeUnknown), ("GET", ProcessorUnavailable)]
)
async def test_silence_is_a_lost_answer(method: str, raised: type[Exception]) -> None:
    wire = ProcessorWire(total_seconds=0.1)
    async with serving(b"", hangs_up=False) as (address, _):
        with pytest.raises(raised):
            await wire.exchange(method, address, {})
    await wire.aclose()


async def test_nobody_leads_a_request_on_to_another_place() -> None:
    wire = ProcessorWire()
    async with serving(LED_ON) as (address, heads):
        assert (await wire.exchange("POST", address, {}, "a=b")).status == 307
    await wire.aclose()
    assert len(heads) == 1


async def test_no_proxy_of_the_environment_stands_between(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    wire = ProcessorWire()
    async with serving(OK) as (address, _):
        assert (await wire.exchange("GET", address, {})).status == 200
    await wire.aclose()
