"""nginx by the repository's configuration, before two gateways: what passes, what does not."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from resolvers.ids import global_id
from tests.bench.questions import TWENTY
from tests.bench.sandbox import TWENTY_INVOICE, Sandbox, sandbox_running
from tests.fleet.front import HOW, NGINX, gateway_running, nginx_running, ready, settings_over
from tests.fleet.running import Running
from tests.own_redis import HOST, free_port, redis_running
from tests.own_redis import HOW as HOW_REDIS

BUSINESS = b'{"query":"{ portal { businessName } }"}'
CHANGED = "subscription { changed { nodeId type } }"
ASKED = (
    "POST /graphql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    "Content-Length: {length}\r\nConnection: {then}\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Front:
    """nginx's address, the gateways behind it, and the sandbox behind those."""

    url: str
    port: int
    gateways: tuple[Running, Running]
    sandbox: Sandbox
    token: str

    def client(self, **more: str) -> httpx.AsyncClient:
        """Return a client that is signed in, and asks from this machine."""
        headers = {"authorization": f"Bearer {self.token}", **more}
        return httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False, timeout=20)

    def asked(self, then: str = "close", body: bytes = BUSINESS) -> bytes:
        """Return a good request, as bytes; `then` is what becomes of the connection."""
        head = ASKED.format(host=f"{HOST}:{self.port}", length=len(body), then=then)
        return head.encode() + body

    async def requests(self) -> int:
        """Return how many requests have come to the gateways, once their logs say no more."""
        counts = [-1, self._requests()]
        while counts[-1] > counts[-2]:
            await asyncio.sleep(0.3)
            counts.append(self._requests())
        return counts[-1]

    def _requests(self) -> int:
        return sum(len(of.told("request", path="/graphql")) for of in self.gateways)

    @property
    def changed(self) -> dict[str, str]:
        """What a listener is told of the invoice."""
        return {"nodeId": global_id("Invoice", TWENTY_INVOICE), "type": "Invoice"}

    async def change(self) -> None:
        """Have ServiceTitan tell of the invoice."""
        await self.sandbox.change("invoices", TWENTY_INVOICE, summary="Changed")


@pytest.fixture
async def front(postgresql: str, tmp_path: Path) -> AsyncIterator[Front]:
    """Run everything."""
    if NGINX is None:
        pytest.skip(HOW)
    port, ports = free_port(), (free_port(), free_port())
    url = f"http://{HOST}:{port}"
    events = f"--webhook-url={url}/webhooks/servicetitan"
    async with redis_running() as redis, sandbox_running(0, events) as sandbox:
        if redis is None:
            pytest.skip(HOW_REDIS)
        told = await settings_over(sandbox, url)
        told |= {"PORTAL_REDIS_URL": redis.url, "PORTAL_DATABASE_URL": postgresql}
        async with (
            gateway_running(told, ports[0]) as first,
            gateway_running(told | {"PORTAL_METRICS_ADDRESS": "off"}, ports[1]) as second,
            nginx_running(tmp_path, port, ports),
        ):
            await ready(first)
            await ready(second)
            yield Front(url, port, (first, second), sandbox, await sandbox.token(TWENTY))


async def said(port: int, *parts: bytes, pause: float = 0, seconds: float = 15) -> bytes:
    """Say this to nginx, with pauses between the parts; return what it says until it hangs up."""
    reader, writer = await asyncio.open_connection(HOST, port)

    async def say() -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)

    saying = asyncio.create_task(say())
    heard = b""
    try:
        async with asyncio.timeout(seconds):
            while more := await reader.read(65_536):
                heard += more
    except ConnectionError:
        pass
    finally:
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)
        writer.close()
    return heard


def statuses(heard: bytes) -> list[int]:
    """Return the status of every answer."""
    return [int(told) for told in re.findall(rb"HTTP/1\.1 (\d{3}) ", heard)]


async def test_a_query_a_stream_and_a_websocket_pass(front: Front) -> None:
    async with front.client() as client:
        asked = {"query": "{ viewer { invoices(first: 1) { totalCount } } }"}
        answers = [await client.post("/graphql", json=asked) for _ in range(6)]
        assert {answer.status_code for answer in answers} == {200}
        told = {json.dumps(answer.json()["data"]) for answer in answers}
        assert told == {'{"viewer": {"invoices": {"totalCount": 20}}}'}
        assert all(gateway.told("request") for gateway in front.gateways)
        assert answers[0].headers["server"] == "nginx"
        async with listening(client) as lines, websocket(front) as socket:
            await asyncio.sleep(0.5)
            await front.change()
            async with asyncio.timeout(10):
                event = await told_of(front, lines)
                message = await told_of(front, socket)
    assert event == {"data": {"changed": front.changed}}
    assert message == {"id": "1", "type": "next", "payload": event}


async def told_of(front: Front, lines: AsyncIterator[str] | ClientConnection) -> object:
    """Return the message that tells of the invoice.

    Messages of jobs may precede it: the feed that a new fleet begins with tells of today's.
    """
    async for line in lines:
        _, _, message = str(line).rpartition("data: ")
        if front.changed["nodeId"] in message:
            told: object = json.loads(message)
            return told
    raise AssertionError("the stream ended")


@asynccontextmanager
async def listening(client: httpx.AsyncClient) -> AsyncIterator[AsyncIterator[str]]:
    """Listen by a stream of events."""
    accept = {"accept": "text/event-stream"}
    asked = client.stream("POST", "/graphql", json={"query": CHANGED}, headers=accept)
    async with asked as answer:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        yield answer.aiter_lines()


@asynccontextmanager
async def websocket(front: Front) -> AsyncIterator[ClientConnection]:
    """Listen by WebSocket."""
    address = front.url.replace("http:", "ws:") + "/graphql"
    async with connect(
        address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None
    ) as socket:
        init = {"type": "connection_init", "payload": {"Authorization": f"Bearer {front.token}"}}
        await socket.send(json.dumps(init))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        begin = {"id": "1", "type": "subscribe", "payload": {"query": CHANGED}}
        await socket.send(json.dumps(begin))
        yield socket


CLOSED = (
    "/health/ready",
    "/health/live",
    "/health%2Fready",
    "//health/ready",
    "/documents/../health/ready",
    "/documents/..%2Fhealth/ready",
    "/documents/%252e%252e/health/ready",
    "/metrics",
    "/docs",
    "/",
)


async def test_ht19_what_is_not_public_is_not_there(front: Front) -> None:
    async with httpx.AsyncClient(base_url=front.url, trust_env=False) as client:
        told = {
            path: (await client.get(httpx.URL(front.url + path))).status_code for path in CLOSED
        }
    raw = {
        path: statuses(
            await said(front.port, f"GET {path} HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
        )
        for path in CLOSED
    }
    assert told == dict.fromkeys(CLOSED, 404)
    assert raw == {path: [404] for path in CLOSED}
    for gateway in front.gateways:
        for path in ("/health/live", "/health/ready"):
            async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as probe:
                assert (await probe.get(path)).status_code == 200


async def test_m11_slow_clients_are_closed_within_ten_seconds(front: Front) -> None:
    head, drip = front.asked()[: -len(BUSINESS)], [bytes([of]) for of in BUSINESS]
    slow = {
        "silent": ((), 0.0),
        "a header that does not end": (tuple(bytes([of]) for of in head), 1.0),
        "a body that does not come": ((head,), 0.0),
        "a body in drops": ((head, *drip), 1.0),
    }

    async def lasts(parts: tuple[bytes, ...], pause: float) -> tuple[float, list[int]]:
        began = time.monotonic()
        heard = await said(front.port, *parts, pause=pause)
        return time.monotonic() - began, statuses(heard)

    told = await asyncio.gather(*(lasts(parts, pause) for parts, pause in slow.values()))
    by_kind = dict(zip(slow, told, strict=True))
    assert {kind: status for kind, (_, status) in by_kind.items()} == {
        "silent": [],
        "a header that does not end": [],
        "a body that does not come": [],
        "a body in drops": [408],
    }
    assert {kind: seconds for kind, (seconds, _) in by_kind.items() if seconds > 10} == {}
    assert statuses(await said(front.port, front.asked())) == [200]


CHUNKED = b"Transfer-Encoding: chunked\r\n"
SMUGGLED = b"GET /health/ready HTTP/1.1\r\nHost: smuggled\r\n\r\n"


def smuggling(front: Front) -> dict[str, bytes]:
    """Return requests that two hops could read in two ways (HT-10)."""
    host = f"Host: {HOST}:{front.port}\r\n".encode()
    start = b"POST /graphql HTTP/1.1\r\n" + host + b"Content-Type: application/json\r\n"
    length = b"Content-Length: %d\r\n" % len(BUSINESS)
    chunks = b"\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(BUSINESS), BUSINESS)
    return {
        "a length and chunks": start + length + CHUNKED + chunks + SMUGGLED,
        "two lengths": start + length + b"Content-Length: 0\r\n\r\n" + BUSINESS + SMUGGLED,
        "two lengths in one": start + b"Content-Length: 5, 39\r\n\r\n" + BUSINESS + SMUGGLED,
        "an encoding nobody knows": start + b"Transfer-Encoding: xchunked\r\n" + chunks + SMUGGLED,
        "chunks said twice": start + CHUNKED + CHUNKED + chunks + SMUGGLED,
        "a header folded": start + b"X-Folded: a\r\n b: c\r\n" + length + b"\r\n" + BUSINESS,
        "a space before the colon": start + b"Content-Length : 5\r\n\r\n" + BUSINESS + SMUGGLED,
        "a zero byte": start + b"X-Zero: a\x00b\r\n" + length + b"\r\n" + BUSINESS,
        "no host": b"POST /graphql HTTP/1.1\r\n" + length + b"\r\n" + BUSINESS,
        "two hosts": start + b"Host: evil.example\r\n" + length + b"\r\n" + BUSINESS,
    }


async def test_ht10_what_can_be_read_in_two_ways_goes_no_further(front: Front) -> None:
    before = await front.requests()
    for name, told in smuggling(front).items():
        heard = await said(front.port, told)
        assert statuses(heard) == [400], name
    assert await front.requests() == before
    async with front.client() as client:
        answer = await client.post(
            "/graphql", content=BUSINESS, headers={"content-type": "application/json"}
        )
    assert answer.status_code == 200


async def test_ht10_a_bare_line_feed_is_one_request_and_written_anew(front: Front) -> None:
    before = await front.requests()
    bare = front.asked().replace(b"\r\n", b"\n")
    assert statuses(await said(front.port, bare)) == [200]
    assert statuses(await said(front.port, front.asked("keep-alive") + front.asked())) == [200, 200]
    assert await front.requests() == before + 3


async def test_ht11_large_headers_and_bodies_go_no_further(front: Front) -> None:
    async with front.client() as client:
        before = await front.requests()
        one = await client.post("/graphql", headers={"x-long": "a" * 65_536}, content=BUSINESS)
        cookie = await client.post("/graphql", headers={"cookie": "a" * 8192}, content=BUSINESS)
        many = await client.post(
            "/graphql", headers={f"x-{of}": "a" * 1000 for of in range(17)}, content=BUSINESS
        )
        body = await client.post("/graphql", content=b"a" * (256 * 1024 + 1))
        assert [of.status_code for of in (one, cookie, many, body)] == [400, 400, 400, 413]
        assert await front.requests() == before
        token = await client.post("/graphql", json={"query": "{a}"}, headers={"x-long": "a" * 6000})
    assert token.headers["content-type"].startswith("application/json")
    assert await front.requests() == before + 1


async def test_a_client_is_told_apart_by_its_address_and_not_by_what_it_says(front: Front) -> None:
    body = {"secret": "x" * 43}

    async def exchanged(address: str, *said: str) -> list[int]:
        transport = httpx.AsyncHTTPTransport(local_address=address)
        async with httpx.AsyncClient(transport=transport, base_url=front.url) as client:
            told = [{"x-forwarded-for": of, "forwarded": f"for={of}"} for of in said]
            sent = [await client.post("/links/exchange", json=body, headers=of) for of in told]
        return [answer.status_code for answer in sent]

    tried = await exchanged("127.0.0.2", *(f"192.0.2.{of}" for of in range(60)))
    assert tried[:20] == [404] * 20
    assert 429 in tried
    assert await exchanged("127.0.0.3", "127.0.0.2") == [404]
