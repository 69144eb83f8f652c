"""What may come over the wire, and what is never sent."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import respx

from adapters.servicetitan.client import connect
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.customers import CUSTOMERS
from adapters.servicetitan.errors import UpstreamError, UpstreamRejected, UpstreamUnavailable
from tests.unhurried import unhurried

JSON = {"Content-Type": "application/json"}
EMPTY = b'{"hasMore":false,"totalCount":0,"data":[]}'

Ask = Callable[..., "asyncio.Future[tuple[object, int]]"]


class Body(httpx.AsyncByteStream):
    """Pieces that arrive one by one, with a pause before each."""

    def __init__(self, *pieces: bytes, pause: float = 0.0) -> None:
        self.pieces = pieces
        self.pause = pause
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            await asyncio.sleep(self.pause)
            self.taken += 1
            yield piece


async def _ask(
    connection: Connection, answer: Callable[[httpx.Request], httpx.Response], deadline: float = 5.0
) -> tuple[object, int]:
    """Ask for one customer of a ServiceTitan that gives its tokens and answers so."""

    def route(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/connect/token":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 900})
        return answer(request)

    client = connect(connection, transport=httpx.MockTransport(route), deadline=deadline)
    given = await client.ask(CUSTOMERS, "id", [1])
    await client.aclose()
    return given.rows[1], given.calls


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (JSON, EMPTY),
        ({"Content-Type": "Application/JSON; charset=UTF-8"}, EMPTY),
        (JSON, b" " + EMPTY + b"\r\n"),
        (JSON | {"Content-Encoding": "gzip"}, gzip.compress(EMPTY)),
    ],
)
async def test_answers_that_are_read(
    connection: Connection, headers: dict[str, str], body: bytes
) -> None:
    given = await _ask(
        connection,
        lambda _: httpx.Response(200, headers=headers, stream=Body(body[:9], body[9:])),
    )
    assert given == ((), 1)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (JSON, b""),
        (JSON, b"null"),
        (JSON, b"[]"),
        (JSON, b'"text"'),
        (JSON, b"{}"),
        (JSON, b'{"type":"about:blank","title":"Nope","status":400,"errors":{}}'),
        (JSON, b'{"hasMore":false,"data":null}'),
        (JSON, b'{"hasMore":false,"data":{}}'),
        (JSON, b'{"data":[]}'),
        (JSON, b'{"hasMore":"no","data":[]}'),
        (JSON, b'{"hasMore":false,"totalCount":"0","data":[]}'),
        (JSON, b'{"hasMore":false,"data":[1]}'),
        (JSON, b'{"hasMore":false,"data":[null]}'),
        (JSON, b'{"hasMore":false,"data":[[]]}'),
        (JSON, b"\xef\xbb\xbf" + EMPTY),
        (JSON, EMPTY.decode().encode("utf-16")),
        (JSON, EMPTY + b" and more}"),
        (JSON, b"{" + b"[" * 100_000 + b"}"),
        (JSON, b'{"hasMore":false,"data":[{"id":1,"x":' + b"[" * 100_000 + b"}"),
        (JSON, b'{"hasMore":false,"totalCount":1,"data":[{"id":1,"name":"\xff"}]}'),
        (JSON, b'{"hasMore":false,"totalCount":1,"data":[{"id":1,"name":"\\ud800"}]}'),
        (JSON, b"<html>Down for maintenance</html>"),
        ({"Content-Type": "text/html"}, EMPTY),
        ({"Content-Type": "text/plain,application/json"}, EMPTY),
        ({"Content-Type": "application/jsonx"}, EMPTY),
        ({}, EMPTY),
        (JSON | {"Content-Encoding": "gzip"}, b"no gzip at all"),
    ],
)
async def test_up11_answers_that_cannot_be_read(
    connection: Connection, headers: dict[str, str], body: bytes
) -> None:
    error, calls = await _ask(
        connection, lambda _: httpx.Response(200, headers=headers, stream=Body(body))
    )
    assert isinstance(error, UpstreamRejected)
    assert str(error) == "ServiceTitan's answer for customers is not one we can read."
    assert calls == 1


@pytest.mark.parametrize("kept", [1, 9, 40])
async def test_up4_half_an_answer_is_asked_for_again(connection: Connection, kept: int) -> None:
    bodies = [EMPTY[:kept], EMPTY[:kept], EMPTY]
    given = await _ask(
        connection, lambda _: httpx.Response(200, headers=JSON, stream=Body(bodies.pop(0)))
    )
    assert given == ((), 3)


async def test_up4_half_an_answer_thrice_is_unavailable(connection: Connection) -> None:
    error, calls = await _ask(
        connection, lambda _: httpx.Response(200, headers=JSON, stream=Body(EMPTY[:-1]))
    )
    assert isinstance(error, UpstreamUnavailable)
    assert calls == 3


async def test_up2_a_trickle_is_cut_at_the_deadline(connection: Connection) -> None:
    trickle = Body(*[b" "] * 100, EMPTY, pause=0.02)
    error, calls = await _ask(
        connection, lambda _: httpx.Response(200, headers=JSON, stream=trickle), deadline=0.1
    )
    assert isinstance(error, UpstreamUnavailable)
    assert (calls, trickle.taken < 10) == (1, True)


async def test_up16_a_body_of_20_mb_is_cut_at_10(connection: Connection) -> None:
    body = Body(*[b" " * 1024 * 1024] * 20)
    error, calls = await _ask(connection, lambda _: httpx.Response(200, headers=JSON, stream=body))
    assert isinstance(error, UpstreamRejected)
    assert str(error) == "ServiceTitan's answer for customers is too long to be read."
    assert (calls, body.taken) == (1, 11)


async def test_up16_a_gzip_bomb_is_cut_when_it_opens(connection: Connection) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b" " * 1024 * 1024) for _ in range(200)) + packer.flush()
    pieces = [bomb[start : start + 1024] for start in range(0, len(bomb), 1024)]
    body = Body(*pieces)
    headers = JSON | {"Content-Encoding": "gzip"}
    error, calls = await _ask(
        connection, lambda _: httpx.Response(200, headers=headers, stream=body)
    )
    assert isinstance(error, UpstreamRejected)
    assert (calls, body.taken < 20) == (1, True)
    assert len(pieces) > 150


@pytest.mark.parametrize("place", ["http://169.254.169.254/", "https://other.example/"])
async def test_up19_a_redirect_is_not_followed(connection: Connection, place: str) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(302, headers={"Location": place})

    error, calls = await _ask(connection, answer)
    assert isinstance(error, UpstreamRejected)
    assert str(error) == (
        "ServiceTitan sent us elsewhere for customers, and we do not follow: check the API address."
    )
    assert (calls, seen) == (1, ["api.sandbox.example"])


@pytest.mark.parametrize("status", [201, 203, 206])
async def test_what_is_not_200_is_no_answer(connection: Connection, status: int) -> None:
    error, calls = await _ask(
        connection, lambda _: httpx.Response(status, headers=JSON, stream=Body(EMPTY))
    )
    assert isinstance(error, UpstreamRejected)
    assert calls == 1


async def test_a_refusal_is_not_read(connection: Connection) -> None:
    body = Body(b"Office only", b"and more")
    error, _ = await _ask(connection, lambda _: httpx.Response(403, stream=body))
    assert isinstance(error, UpstreamError)
    assert body.taken == 0


async def test_up20_the_environment_is_not_read(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.sandbox.example:1")
    monkeypatch.setenv("SSL_CERT_FILE", "nowhere.pem")
    with respx.mock() as router:
        token = {"access_token": "t", "expires_in": 900}
        router.post("https://auth.sandbox.example/connect/token").respond(json=token)
        router.get(host="api.sandbox.example").respond(200, headers=JSON, content=EMPTY)
        client = connect(connection)
        given = await client.ask(CUSTOMERS, "id", [1])
        await client.aclose()
    assert given.rows == {1: ()}


async def test_no_more_than_26_of_32_are_in_flight_for_people_and_nobody_is_turned_away(
    connection: Connection,
) -> None:
    flying = most = 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal flying, most
        if request.url.path == "/connect/token":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 900})
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0.005)
        flying -= 1
        return httpx.Response(200, headers=JSON, stream=Body(EMPTY))

    client = connect(connection, transport=httpx.MockTransport(answer), pace=unhurried())
    given = await asyncio.gather(*(client.ask(CUSTOMERS, "id", [v]) for v in range(100)))
    await client.aclose()
    assert [answer.rows for answer in given] == [{value: ()} for value in range(100)]
    assert most == 26


async def test_a_reader_that_gives_up_gives_its_turn_back(connection: Connection) -> None:
    hold = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/connect/token":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 900})
        await hold.wait()
        return httpx.Response(200, headers=JSON, stream=Body(EMPTY))

    client = connect(connection, transport=httpx.MockTransport(answer), pace=unhurried())
    asking = [asyncio.create_task(client.ask(CUSTOMERS, "id", [v])) for v in range(100)]
    await asyncio.sleep(0.01)
    for task in asking:
        task.cancel()
    await asyncio.wait(asking)
    hold.set()
    given = await asyncio.wait_for(client.ask(CUSTOMERS, "id", [1]), 1)
    await client.aclose()
    assert given.rows == {1: ()}
