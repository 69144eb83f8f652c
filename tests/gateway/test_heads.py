"""How large a request's head may be, and what the server makes of bytes that are none (HT-11)."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Message
from uvicorn.server import ServerState

from gateway.bounded_http import MOST_UNTOLD, BoundedHttp
from gateway.http.heads import MOST_BYTES, MOST_BYTES_OF_COOKIES, MOST_HEADERS
from gateway.http.middleware import street_side
from gateway.serving import configuration
from tests.gateway.conftest import Graph

TOO_LARGE = {
    "errors": [
        {
            "message": "The request's headers are too large.",
            "extensions": {"code": "BAD_USER_INPUT"},
        }
    ]
}
NO_HTTP = {
    "errors": [
        {"message": "This is no HTTP request.", "extensions": {"code": "BAD_USER_INPUT"}},
    ]
}
SAFE = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


async def asked(graph: Graph, headers: list[tuple[str, str]], query: str = "") -> httpx.Response:
    """Ask with these headers and no other, but for what a body needs."""
    async with graph.client() as client:
        client.headers.clear()
        body = b'{"query":"{a}"}'
        told = [("content-type", "application/json"), *headers]
        return await client.post(f"/graphql{query}", content=body, headers=told)


# What httpx adds itself: host, content-length, content-type.
THREE = len("host" + "portal.test") + len("content-length" + "15")
THREE += len("content-type" + "application/json") + len("/graphql")


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ([(f"x-{of}", "a") for of in range(MOST_HEADERS - 3)], ""),
        ([("x-long", "a" * (MOST_BYTES - THREE - len("x-long")))], ""),
        ([], "?" + "a" * (MOST_BYTES - THREE)),
        ([("cookie", "a" * MOST_BYTES_OF_COOKIES)], ""),
        ([("cookie", "a" * 3584), ("cookie", "b" * 3584)], ""),
    ],
    ids=["headers", "a header", "an address", "a cookie", "cookies"],
)
async def test_ht11_a_head_may_be_as_large_as_that_and_no_larger(
    graph: Graph, headers: list[tuple[str, str]], query: str
) -> None:
    answer = await asked(graph, headers, query)
    assert (answer.status_code, len(graph.asked)) == (200, 1)
    larger = [(name, value + "a") for name, value in headers] or [("x", "")]
    more = [*headers, ("y", "b")] if len(headers) > 2 else larger
    answer = await asked(graph, more, query)
    assert (answer.status_code, answer.json(), len(graph.asked)) == (431, TOO_LARGE, 1)
    assert answer.headers["connection"] == "close"
    assert SAFE.items() <= dict(answer.headers).items()
    assert len(answer.headers["x-request-id"]) == 16


@pytest.mark.parametrize(
    "header",
    [("x-long", "a" * 65_536), ("cookie", "a" * 8192), ("authorization", "Bearer " + "a" * 65_536)],
    ids=lambda header: header[0],
)
async def test_ht11_the_cases_as_they_are_told(graph: Graph, header: tuple[str, str]) -> None:
    answer = await asked(graph, [header])
    assert (answer.status_code, answer.json(), graph.asked) == (431, TOO_LARGE, [])


async def test_ht11_a_websocket_is_refused_alike() -> None:
    app = Starlette(middleware=street_side(public_url=None, cors_origins=()))
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    headers = [(b"x-long", b"a" * 65_536)]
    scope = {"type": "websocket", "path": "/graphql", "query_string": b"", "headers": headers}
    await app({**scope, "extensions": {"websocket.http.response": {}}}, receive, send)
    assert [message["type"] for message in sent] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert (sent[0]["status"], json.loads(sent[1]["body"])) == (431, TOO_LARGE)


# The same on the wire, where a head may never end.


async def told(request: Request) -> JSONResponse:
    """Tell which headers were seen once the body was read."""
    body = await request.body()
    return JSONResponse({"size": len(body), "headers": sorted(request.headers.keys())})


@asynccontextmanager
async def listening() -> AsyncIterator[int]:
    """Serve on a port, as the gateway is served."""
    app = Starlette(
        routes=[Route("/", told, methods=["GET", "POST"])],
        middleware=street_side(public_url=None, cors_origins=()),
    )
    config = configuration(app)
    assert config.http is BoundedHttp
    wire = uvicorn.Config(app, http=config.http, log_config=None, server_header=False)
    state = ServerState()
    listener = socket.create_server(("127.0.0.1", 0))
    server = await asyncio.get_running_loop().create_server(
        lambda: BoundedHttp(wire, state, {}), sock=listener
    )
    try:
        yield listener.getsockname()[1]
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.close()
        await server.wait_closed()


async def said(port: int, *parts: bytes) -> bytes:
    """Say this on a connection; return all that comes back until it is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def read(answer: bytes) -> tuple[int, dict[str, str], object]:
    """Return the status, the headers and the JSON of one answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return int(status.split()[1]), headers, json.loads(body)


START = b"POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n"
CHUNKED = START + b"Transfer-Encoding: chunked\r\n\r\n"
A_LOT = b"a" * (MOST_UNTOLD + 1)


@pytest.mark.parametrize(
    "head",
    [
        START + b"X-Long: " + A_LOT,
        START + A_LOT,
        b"GET /" + A_LOT,
        START + b"".join(b"X-%d: a\r\n" % of for of in range(5000)),
    ],
    ids=["a value", "a name", "an address", "many headers"],
)
async def test_a_head_that_does_not_end_is_not_held(head: bytes) -> None:
    async with listening() as port:
        status, headers, body = read(await said(port, head))
    assert (status, body) == (431, TOO_LARGE)
    assert headers == {
        **SAFE,
        "connection": "close",
        "content-length": str(len(json.dumps(TOO_LARGE, separators=(",", ":")))),
        "content-type": "application/json",
    }


@pytest.mark.parametrize(
    "sent",
    [
        b"hello\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : here\r\n\r\n",
        b"GET / HTTP/1.1\r\nX-Zero: a\x00b\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: here\r\n\r\n",
        START + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        START + b"Content-Length: -1\r\n\r\n",
        START + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        START + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=repr,
)
async def test_what_is_no_http_is_told_so(sent: bytes) -> None:
    async with listening() as port:
        status, headers, body = read(await said(port, sent))
    assert (status, body) == (400, NO_HTTP)
    assert {**SAFE, "connection": "close", "content-type": "application/json"}.items() <= (
        headers.items()
    )


async def test_what_follows_a_body_is_no_header_of_the_request() -> None:
    sent = CHUNKED + b"2\r\nhi\r\n0\r\nAuthorization: Bearer a.b.c\r\nX-After: 1\r\n\r\n"
    async with listening() as port:
        status, _, body = read(await said(port, sent))
    assert (status, body) == (
        200,
        {"size": 2, "headers": ["connection", "host", "transfer-encoding"]},
    )


@pytest.mark.parametrize(
    "after",
    [b"2;" + A_LOT, b"2\r\nhi\r\n0\r\nX-After: " + A_LOT],
    ids=["a chunk's extension", "a trailer"],
)
async def test_what_does_not_end_within_a_body_is_hung_up_on(after: bytes) -> None:
    async with listening() as port:
        assert await said(port, CHUNKED, after, *[A_LOT] * 20) == b""


async def test_bodies_are_as_long_as_ever_and_follow_each_other() -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(A_LOT), A_LOT) for _ in range(10)) + b"0\r\n\r\n"
    first = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 300000\r\n\r\n" + b"a" * 300_000
    async with listening() as port:
        heard = await said(port, first, CHUNKED, chunks)
    sizes = [int(size) for size in re.findall(rb'"size":(\d+)', heard)]
    assert sizes == [300_000, 10 * len(A_LOT)]
    assert heard.endswith(b'"headers":["connection","host","transfer-encoding"]}')


async def test_the_next_request_of_a_connection_is_bounded_too() -> None:
    async with listening() as port, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        first = await reader.readuntil(b'"headers":["host"]}')
        writer.write(START + b"X-Long: " + A_LOT)
        second = await reader.read()
        writer.close()
    assert first.startswith(b"HTTP/1.1 200 ")
    assert read(second)[::2] == (431, TOO_LARGE)
