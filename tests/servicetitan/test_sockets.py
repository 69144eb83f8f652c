"""Real connections that break: closed while kept alive, cut in the middle, never answered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from adapters.servicetitan.client import connect
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.errors import UpstreamUnavailable

TOKEN = b'{"access_token":"t","expires_in":900}'
EMPTY = b'{"hasMore":false,"totalCount":0,"data":[]}'


def _whole(body: bytes, *, close: bool = False) -> bytes:
    connection = b"close" if close else b"keep-alive"
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        b"Connection: %s\r\nContent-Length: %d\r\n\r\n%s" % (connection, len(body), body)
    )


SHORT = _whole(EMPTY)[:-10]
CUT_CHUNK = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n2b\r\n" + EMPTY[:20]
)
HALF_HTTP_1_0 = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + EMPTY[:20]
NO_HTTP = b"SSH-2.0-sandbox\r\n"
NOTHING = b""


@asynccontextmanager
async def _server(answers: list[bytes]) -> AsyncIterator[str]:
    """Give tokens to all who ask, and to reads these bytes in turn, then hang up."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        while head := await _head(reader):
            if b"/connect/token" in head:
                await reader.readexactly(_length(head))
                writer.write(_whole(TOKEN))
                continue
            answer = answers.pop(0)
            writer.write(answer)
            if b"keep-alive" not in answer or answer == SHORT:
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for writer in writers:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


@pytest.mark.parametrize("broken", [SHORT, CUT_CHUNK, HALF_HTTP_1_0, NO_HTTP, NOTHING])
async def test_up4_a_broken_answer_is_asked_for_again(
    connection: Connection, broken: bytes
) -> None:
    async with _server([broken, broken, _whole(EMPTY)]) as address:
        client = connect(replace(connection, api_url=address, auth_url=address))
        given = await client.ask(CUSTOMERS, "id", [1])
        await client.aclose()
    assert (given.rows, given.calls) == ({1: ()}, 3)


async def test_up23_a_connection_closed_while_kept_alive_is_not_noticed(
    connection: Connection,
) -> None:
    async with _server([_whole(EMPTY), NOTHING, _whole(EMPTY)]) as address:
        client = connect(replace(connection, api_url=address, auth_url=address))
        for _ in range(2):
            assert (await client.ask(CUSTOMERS, "id", [1])).rows == {1: ()}
        await client.aclose()


async def test_up1_nobody_there_is_unavailable(connection: Connection) -> None:
    async with _server([]) as address:
        pass
    client = connect(replace(connection, api_url=address, auth_url=address))
    given = await client.ask(CUSTOMERS, "id", [1])
    await client.aclose()
    assert isinstance(given.rows[1], UpstreamUnavailable)
    assert str(given.rows[1]) == (
        "ServiceTitan could not be reached for access tokens. Try again later."
    )
