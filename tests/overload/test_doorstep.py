"""Who only reads is sent away before theirs is a request; whoever else comes in, byte for byte."""

import asyncio
import json
import socket
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from structlog.testing import capture_logs
from uvicorn.server import ServerState

from gateway.bounded_http import BoundedHttp
from gateway.counts import StreetCounts
from gateway.http import doorstep
from gateway.http.lanes import Lane
from gateway.http.leaving import Leaving
from gateway.http.middleware import doorstep_of, street_side
from gateway.http.overload import MOST
from gateway.security import peer_of
from gateway.serving import configuration
from tests.overload.asking import MUTATION, QUERY, Desk

CONSOLE, SHOP = "https://console.test", "https://shop.test"
TRUSTED = {"pays": MUTATION, "reads": QUERY}
CLAIMS = urlsafe_b64encode(b'{"iss":"staff","aud":"portal"}').decode().rstrip("=")


@dataclass
class Served:
    """A gateway's port, behind which one reader may be inside and is."""

    desk: Desk
    counts: StreetCounts
    leaving: Leaving
    state: ServerState
    port: int = 0
    connections: list[asyncio.StreamWriter] = field(default_factory=list)

    async def open(self) -> "Wire":
        """Connect."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.connections.append(writer)
        return Wire(reader, writer)

    async def says(self, *parts: bytes) -> tuple[int, dict[str, str], object]:
        """Say this on a connection of its own; return what is answered."""
        wire = await self.open()
        await wire.write(*parts)
        return await wire.read()

    @property
    def away(self) -> int:
        """How many were sent away?"""
        return self.desk.gate.shed.lanes[Lane.PEOPLE]


@dataclass
class Wire:
    """A client's end of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def write(self, *parts: bytes) -> None:
        """Say this, each part at another moment."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            await asyncio.sleep(0.02)

    async def read(self) -> tuple[int, dict[str, str], object]:
        """Return the status, the headers and the JSON of one answer."""
        async with asyncio.timeout(5):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            status, *lines = head.strip().split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines)
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        is_json = headers.get("content-type") == "application/json"
        return int(status.split()[1]), headers, json.loads(body) if is_json else body


@asynccontextmanager
async def serving(*, is_full: bool = True) -> AsyncIterator[Served]:
    """Serve a graph that answers nobody before it is told to; where it `is_full`, one asks it."""
    desk = Desk(most={**MOST, Lane.PEOPLE: 1}, known=TRUSTED.get)
    counts, leaving = StreetCounts(), Leaving()
    app = Starlette(
        routes=[Route("/graphql", desk.endpoint)],
        middleware=street_side(
            public_url="https://here.test", cors_origins=(SHOP,), counts=counts, leaving=leaving
        ),
    )
    app.state.doorstep = doorstep_of(
        b"/graphql",
        desk.admitting,
        public_url="https://here.test",
        cors_origins=(SHOP,),
        counts=counts,
        leaving=leaving,
        address_of=peer_of,
    )
    wire, state = configuration(app), ServerState()
    wire.load()
    listener = socket.create_server(("127.0.0.1", 0))
    server = await asyncio.get_running_loop().create_server(
        lambda: BoundedHttp(wire, state, {}), sock=listener
    )
    served = Served(desk, counts, leaving, state, listener.getsockname()[1])
    try:
        if is_full:
            desk.ask(QUERY)
            await desk.begins(1)
        yield served
    finally:
        desk.go_on.set()
        for writer in served.connections:
            writer.close()
        server.close()
        for connection in list(state.connections):
            connection.transport.close()
        if state.tasks:
            await asyncio.wait(set(state.tasks), timeout=5)
        await server.wait_closed()


def post(body: object, *headers: str, path: str = "/graphql") -> bytes:
    """Return a request with this body."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: here.test",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


ASKED = {"query": QUERY}
WEBSOCKET = (
    b"GET /graphql?query=%7Ba%7D HTTP/1.1\r\nHost: here.test\r\nConnection: Upgrade\r\n"
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: a2V5a2V5a2V5a2V5a2V5aw==\r\n\r\n"
)


async def test_sh7_who_only_reads_is_told_when_to_come_again_and_keeps_the_connection() -> None:
    async with serving() as served:
        wire = await served.open()
        for number in (1, 2, 3):
            await wire.write(post(ASKED, "X-Request-Id: mine", f"Origin: {SHOP}"))
            status, headers, body = await wire.read()
            assert (served.away, served.state.total_requests) == (number, number)
            (connection,) = served.state.connections
            assert connection.timeout_keep_alive_task  # type: ignore[union-attr]  # one for HTTP
        wait = body["errors"][0]["extensions"]["retryAfterMs"]  # type: ignore[index]
        assert 1000 <= wait <= 3000
        assert status == 503
        assert body == {
            "errors": [
                {
                    "message": "Too many are asking at the moment. Ask again a little later.",
                    "extensions": {"code": "RATE_LIMITED", "retryAfterMs": wait},
                }
            ]
        }
        assert headers.pop("content-length")
        assert headers == {
            "retry-after": str(-(-wait // 1000)),
            "content-type": "application/json",
            "access-control-expose-headers": "X-Request-Id, Retry-After, ETag",
            "access-control-allow-origin": SHOP,
            "vary": "Origin",
            "cache-control": "no-store",
            "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
            "cross-origin-resource-policy": "same-origin",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "strict-transport-security": "max-age=31536000; includeSubDomains",
            "x-request-id": "mine",
        }
        assert served.counts.requests == {("/graphql", 503): 3}
        assert (served.desk.begun, served.desk.identified) == ([QUERY], 1)
        served.desk.go_on.set()
        async with asyncio.timeout(5):
            while served.desk.gate.inside[Lane.PEOPLE]:  # noqa: ASYNC110  # nobody is told
                await asyncio.sleep(0)
        await wire.write(post(ASKED))
        assert (await wire.read())[0] == 200


@pytest.mark.parametrize("is_full", [True, False])
async def test_what_a_browser_asks_before_it_pays_is_answered(is_full: bool) -> None:
    asked = (
        f"OPTIONS /graphql HTTP/1.1\r\nHost: here.test\r\nOrigin: {SHOP}\r\n"
        "Access-Control-Request-Method: POST\r\n"
        "Access-Control-Request-Headers: authorization,content-type\r\n\r\n"
    )
    async with serving(is_full=is_full) as served:
        status, headers, _ = await served.says(asked.encode())
        assert (status, headers["access-control-allow-origin"], served.away) == (200, SHOP, 0)


async def test_what_asks_for_a_head_alone_is_told_no_body() -> None:
    async with serving() as served:
        wire = await served.open()
        await wire.write(b"HEAD /graphql HTTP/1.1\r\nHost: here.test\r\n\r\n")
        async with asyncio.timeout(5):
            head = await wire.reader.readuntil(b"\r\n\r\n")
        assert (head.startswith(b"HTTP/1.1 405 "), served.away) == (True, 0)
        await wire.write(post(ASKED))
        assert ((await wire.read())[0], served.away) == (503, 1)


async def test_who_takes_no_answers_is_not_given_more_of_them() -> None:
    async with serving() as served:
        wire = await served.open()
        await wire.write(post(ASKED))
        assert (await wire.read())[0] == 503
        (connection,) = served.state.connections
        connection.pause_writing()  # as a transport does, whose buffer is full
        await wire.write(post(ASKED), post(ASKED))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(wire.reader.read(1), 0.2)
        connection.resume_writing()
        assert [(await wire.read())[0] for _ in range(2)] == [503, 503]


async def test_who_was_sent_away_may_be_known_when_they_come_again() -> None:
    async with serving() as served:
        wire = await served.open()
        await wire.write(post(ASKED))
        await wire.read()
        (connection,) = served.state.connections
        assert isinstance(connection, BoundedHttp)
        assert connection._is_free()  # noqa: SLF001  # what its threshold goes by


async def test_the_answer_is_the_one_of_the_gate_but_for_the_moment_and_the_id() -> None:
    async with serving() as served:
        at_doorstep = await served.says(post(ASKED))
        served.desk.admitting.gate.is_strained = lambda lane: not lane  # type: ignore[method-assign]
        at_gate = await served.says(post(ASKED))
        assert served.away == 2
    for _, headers, body in (at_doorstep, at_gate):
        (error,) = body["errors"]  # type: ignore[index]
        assert error["extensions"].pop("retryAfterMs")
        assert all(headers.pop(name) for name in ("retry-after", "x-request-id", "content-length"))
    assert at_doorstep == at_gate


async def test_who_comes_from_elsewhere_may_not_read_it() -> None:
    async with serving() as served:
        for origin in (SHOP, "https://evil.test", SHOP):
            _, headers, _ = await served.says(post(ASKED, f"Origin: {origin}"))
            allowed = headers.get("access-control-allow-origin")
            assert (allowed, headers["vary"]) == (SHOP if origin == SHOP else None, "Origin")
        _, headers, _ = await served.says(post(ASKED))
        assert "access-control-allow-origin" not in headers
        assert served.away == 4


@pytest.mark.parametrize(
    "request_",
    [
        post({"query": MUTATION}),
        post(b'{"query":"\\u006dutation { pay }"}'),
        post({"query": MUTATION}, "Authorization: Bearer x"),
    ],
    ids=["a mutation", "one with escapes", "one of somebody's"],
)
async def test_sh8_what_changes_something_is_never_sent_away(request_: bytes) -> None:
    async with serving() as served:
        wire = await served.open()
        await wire.write(request_)
        await served.desk.begins(2)
        assert (served.away, served.desk.gate.inside[Lane.CHANGES]) == (0, 1)
        served.desk.go_on.set()
        assert (await wire.read())[0] == 200


async def test_sh8_what_changes_something_by_its_name_is_heard() -> None:
    async with serving() as served:
        assert (await served.says(post({"documentId": "reads"})))[0] == 503
        assert served.desk.identified == 1
        # This graph knows no names: it is taken for a reader once it was let in.
        assert (await served.says(post({"documentId": "pays"})))[0] == 503
        assert served.desk.identified == 2


async def test_staff_come_in_and_who_poses_as_one_of_them_is_found_out() -> None:
    async with serving() as served:
        for _ in range(2):
            asked = post(ASKED, f"Authorization: Bearer a.{CLAIMS}.b")
            status, _, _ = await served.says(asked)
            assert status == 503
        assert served.desk.identified == 3  # by the gate, once it was known who it is
        for _ in range(2):
            assert (await served.says(post(ASKED, "Authorization: Bearer a.b.c")))[0] == 503
        assert served.desk.identified == 3


@pytest.mark.parametrize(
    "request_",
    [
        post({"documentId": "reads"}),
        post({"query": "{ a }", "variables": {"b": "mutation"}}),
        b"GET /graphql?query=%7Ba%7D HTTP/1.1\r\nHost: here.test\r\n\r\n",
        post(ASKED, path="/graphql?a=b"),
        post(b"no JSON"),
    ],
    ids=["by its name", "a word of a variable", "by GET", "with parameters", "unread"],
)
async def test_whatever_else_only_reads_is_sent_away(request_: bytes) -> None:
    async with serving() as served:
        status, _, _ = await served.says(request_)
        assert (status, served.away, served.desk.identified) == (503, 1, 1)


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([post(ASKED)[:-4], post(ASKED)[-4:]], 503),
        ([post(ASKED, "Connection: close")], 503),
        ([post(ASKED, "Expect: 100-continue")], 503),
        ([post(ASKED, path="/other")], 404),
        ([post({"query": "{ a }", "variables": {"b": "c" * doorstep.MOST_BYTES}})], 503),
        ([post(b'{"query":"mutation')], 400),
        ([b"GET /graphql?query=a&query=b HTTP/1.1\r\nHost: here.test\r\n\r\n"], 400),
        ([WEBSOCKET], 403),
    ],
    ids=[
        "in two parts",
        "the last",
        "asks first",
        "elsewhere",
        "large",
        "unreadable",
        "twice",
        "a WebSocket",
    ],
)
async def test_whoever_cannot_be_told_apart_at_once_comes_in(
    parts: list[bytes], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bytes] = []
    sends_away = doorstep.Doorstep.sends_away

    def seen(self: doorstep.Doorstep, scope: object, target: bytes, body: bytes) -> bytes | None:
        told = sends_away(self, scope, target, body)  # type: ignore[arg-type]  # as it came
        looked.append(body)
        assert told is None
        return told

    monkeypatch.setattr(doorstep.Doorstep, "sends_away", seen)
    async with serving() as served:
        wire = await served.open()
        await wire.write(*parts)
        if b"100-continue" in parts[0]:
            assert (await wire.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
        assert (await wire.read())[0] == status
        assert len(looked) == (status == 400 or len(parts[0]) > doorstep.MOST_BYTES)


async def test_requests_one_behind_the_other_are_answered_in_their_order() -> None:
    async with serving() as served:
        wire = await served.open()
        await wire.write(post(ASKED) + post({"query": MUTATION}) + post(ASKED))
        await served.desk.begins(2)
        assert (await wire.read())[0] == 503
        served.desk.go_on.set()
        assert [(await wire.read())[0] for _ in range(2)] == [200, 200]
        assert served.away == 1


async def test_headers_behind_a_body_in_chunks_are_read_by_nobody_here_either() -> None:
    head = post(ASKED).partition(b"Content-Length")[0]
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
    body = json.dumps(ASKED).encode()
    trailer = b"0\r\nOrigin: " + SHOP.encode() + b"\r\n\r\n"
    async with serving() as served:
        sent = chunked + f"{len(body):x}\r\n".encode() + body + b"\r\n" + trailer
        status, headers, _ = await served.says(sent)
        assert (status, served.away) == (503, 1)
        assert "access-control-allow-origin" not in headers


async def test_while_there_is_room_nobody_is_looked_at() -> None:
    async with serving(is_full=False) as served:
        served.desk.go_on.set()
        assert (await served.says(post(ASKED)))[0] == 200
        assert served.away == 0


async def test_who_comes_to_an_ending_worker_is_told_to_go_elsewhere() -> None:
    async with serving() as served:
        served.leaving.begin()
        status, headers, _ = await served.says(post(ASKED))
        assert (status, headers["connection"]) == (503, "close")


async def test_a_second_has_one_line_in_the_log() -> None:
    async with serving() as served:
        with capture_logs() as logs:
            for _ in range(3):
                await served.says(post(ASKED))
            async with asyncio.timeout(10):
                while not logs:  # noqa: ASYNC110  # the log tells nobody
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.3)  # others would have followed it as they came
            assert logs == [
                {
                    "event": "sent away",
                    "log_level": "warning",
                    "count": 3,
                    "path": "/graphql",
                    "status": 503,
                }
            ]


async def test_who_came_in_the_same_moment_is_reckoned_with() -> None:
    desk = Desk(most={**MOST, Lane.PEOPLE: 3})
    admitting = desk.admitting
    for _ in range(3):
        assert not admitting.is_strained()
        admitting.expect()
    assert admitting.is_strained()
    await asyncio.sleep(0)
    assert not admitting.is_strained()
