"""An answer given in one go is, to the byte, what uvicorn makes of its head and its body."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from gateway.bounded_http import BoundedHttp
from gateway.http.exchange import GRAPHQL_RESPONSE, Answer
from gateway.http.leaving import Leaving
from gateway.http.middleware import street_side
from gateway.http.replies import Reply
from gateway.serving import configuration

ID: Final = b"X-Request-Id: r1\r\n"
ASKED: Final = b"POST / HTTP/1.1\r\nHost: here\r\n" + ID


class Wire(asyncio.Transport):
    """What was written, each time, and whether the connection is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.is_shut = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write."""
        if data:
            self.writes.append(bytes(data))

    def is_closing(self) -> bool:
        """Is it closed?"""
        return self.is_shut

    def close(self) -> None:
        """Close."""
        self.is_shut = True

    def pause_reading(self) -> None:
        """Read no more."""

    def resume_reading(self) -> None:
        """Read on."""


class Place:
    """Gives one answer."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give it."""
        await Reply(self.answer, GRAPHQL_RESPONSE)(scope, receive, send)


def served(answer: Answer, leaving: Leaving | None = None) -> Starlette:
    """Return an app that gives this answer."""
    side = street_side(public_url=None, cors_origins=("https://front.test",), leaving=leaving)
    return Starlette(routes=[Route("/", Place(answer))], middleware=side)


def connected(app: Starlette, protocol: type[HttpToolsProtocol]) -> tuple[HttpToolsProtocol, Wire]:
    """Return a new connection."""
    assert configuration(app).http is BoundedHttp
    state, wire = ServerState(), Wire()
    state.default_headers = [(b"date", b"Mon, 13 Jul 2026 17:00:00 GMT")]
    config = uvicorn.Config(app, log_config=None, access_log=False)
    config.load()
    connection = protocol(config, state, {})
    connection.connection_made(wire)
    return connection, wire


async def said(app: Starlette, asked: bytes, protocol: type[HttpToolsProtocol]) -> Wire:
    """Say this on a new connection; return what was written."""
    connection, wire = connected(app, protocol)
    connection.data_received(asked)
    while connection.tasks:  # noqa: ASYNC110  # the protocol sets no event
        await asyncio.sleep(0)
    return wire


ANSWERS: dict[str, Answer] = {
    "plain": Answer(body=b'{"data":{}}'),
    "empty": Answer(body=b""),
    "large": Answer(body=b"a" * 100_000),
    "refused": Answer(body=b"{}", status=429, headers={"Retry-After": "3"}),
    "had": Answer(body=b"", status=304, headers={"etag": '"a"'}),
    "last": Answer(body=b"{}", status=408, headers={"connection": "close"}),
}
REQUESTS: dict[str, bytes] = {
    "post": ASKED + b"Content-Length: 2\r\n\r\n{}",
    "by a front end": ASKED + b"Origin: https://front.test\r\nContent-Length: 0\r\n\r\n",
    "get": b"GET /?query={a} HTTP/1.1\r\nHost: here\r\n" + ID + b"\r\n",
    "head": b"HEAD / HTTP/1.1\r\nHost: here\r\n" + ID + b"\r\n",
    "older": b"GET / HTTP/1.0\r\n" + ID + b"\r\n",
    "its last": ASKED + b"Connection: close\r\nContent-Length: 0\r\n\r\n",
    "waiting": ASKED + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    "two at once": (ASKED + b"Content-Length: 0\r\n\r\n") * 2,
}
IN_ONE_GO = {"plain", "empty", "large", "refused"}
ANY_MORE = {"head", "older", "its last"}


@pytest.mark.parametrize("asked", REQUESTS)
@pytest.mark.parametrize("answer", ANSWERS)
async def test_it_is_the_same_to_the_byte(answer: str, asked: str) -> None:
    told = await said(served(ANSWERS[answer]), REQUESTS[asked], BoundedHttp)
    usual = await said(served(ANSWERS[answer]), REQUESTS[asked], HttpToolsProtocol)
    assert b"".join(told.writes) == b"".join(usual.writes)
    assert told.is_shut is usual.is_shut
    answers = asked.count("two") + 1
    if answer in IN_ONE_GO and asked not in ANY_MORE:
        assert len(told.writes) == answers
        assert b"\r\n\r\n" in told.writes[0]


async def test_while_the_process_leaves_it_is_the_same() -> None:
    leaving = Leaving()
    leaving.begin()
    app = served(ANSWERS["plain"], leaving)
    told = await said(app, REQUESTS["post"], BoundedHttp)
    usual = await said(app, REQUESTS["post"], HttpToolsProtocol)
    assert b"".join(told.writes) == b"".join(usual.writes)
    assert b"\r\nconnection: close\r\n" in told.writes[0]
    assert (told.is_shut, usual.is_shut) == (True, True)


@pytest.mark.parametrize(
    ("name", "value"), [("x-odd", "a\r\nx-other: b"), ("x-odd", "a\x00"), ("x odd", "a")]
)
@pytest.mark.parametrize("protocol", [BoundedHttp, HttpToolsProtocol])
async def test_a_header_that_is_none_is_never_written(
    name: str, value: str, protocol: type[HttpToolsProtocol]
) -> None:
    app = served(Answer(body=b"{}", headers={name: value}))
    told = b"".join((await said(app, REQUESTS["post"], protocol)).writes)
    assert b"odd" not in told


async def until(done: Callable[[], Any]) -> None:
    """Wait until this is so."""
    async with asyncio.timeout(5):
        while not done():  # noqa: ASYNC110  # as above
            await asyncio.sleep(0)


async def test_who_takes_nothing_is_waited_for() -> None:
    connection, wire = connected(served(ANSWERS["plain"]), BoundedHttp)
    connection.flow.pause_writing()
    connection.data_received(REQUESTS["post"])
    for _ in range(20):
        await asyncio.sleep(0)
    assert (wire.writes, len(connection.tasks)) == ([], 1)
    connection.flow.resume_writing()
    await until(lambda: not connection.tasks)
    assert b"".join(wire.writes).endswith(b'{"data":{}}')


async def test_who_has_left_is_told_nothing() -> None:
    connection, wire = connected(served(ANSWERS["plain"]), BoundedHttp)
    connection.data_received(REQUESTS["post"])
    connection.connection_lost(None)
    await until(lambda: not connection.tasks)
    assert wire.writes == []
