"""Requests to another name than ours are refused (HT-17); probes know no name."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from gateway.host_names import host_name, host_of, own_hosts
from gateway.http.middleware import street_side
from gateway.settings import SettingsError, read_settings
from tests.gateway.test_settings import GOOD
from tests.house import open_house

PUBLIC = "https://Portal.Example.com:8443/portal"
REFUSED = {
    "errors": [
        {
            "message": "Nothing is served here under this host's name.",
            "extensions": {"code": "BAD_USER_INPUT"},
        }
    ]
}


async def _here(_request: Request) -> Response:
    return Response("here")


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


def app(hosts: frozenset[str]) -> Starlette:
    """Return something behind the street's side."""
    places = ("/graphql", "/health/live", "/health/ready", "/health/other")
    routes = [*(Route(place, _here) for place in places), WebSocketRoute("/ws", _socket)]
    return Starlette(
        routes=routes, middleware=street_side(public_url=PUBLIC, cors_origins=(), hosts=hosts)
    )


@asynccontextmanager
async def client(hosts: frozenset[str]) -> AsyncIterator[httpx.AsyncClient]:
    """Ask it, by any name."""
    transport = httpx.ASGITransport(app(hosts))
    async with httpx.AsyncClient(transport=transport, base_url="http://any") as client:
        yield client


OURS = own_hosts(PUBLIC, ("gateway.internal", "[2001:db8::1]"))


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("portal.example.com", 200),
        ("PORTAL.example.COM:443", 200),
        ("portal.example.com:8443", 200),
        ("gateway.internal", 200),
        ("[2001:DB8::1]:8000", 200),
        ("evil.example", 400),
        ("portal.example.com.evil.example", 400),
        ("evilportal.example.com", 400),
        ("www.portal.example.com", 400),
        ("portal.example.com.", 400),
        ("portal.example.com:", 400),
        ("portal.example.com:80:80", 400),
        ("portal.example.com@evil.example", 400),
        ("evil.example/portal.example.com", 400),
        ("portal.example.com evil.example", 400),
        ("portal.example.com,evil.example", 400),
        ("127.0.0.1", 400),
        ("", 400),
    ],
)
async def test_ht17_a_name_is_ours_or_it_is_not(host: str, status: int) -> None:
    async with client(OURS) as asked:
        answer = await asked.get("/graphql", headers={"host": host})
    assert answer.status_code == status
    if status == 400:
        assert answer.json() == REFUSED
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert "x-request-id" in answer.headers


async def test_ht17_who_says_two_hosts_or_none_is_refused() -> None:
    async def status(*hosts: bytes) -> int:
        told: list[Message] = []

        async def send(message: Message) -> None:
            told.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        headers = [(b"host", host) for host in hosts]
        scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/graphql"}
        scope |= {"headers": headers, "query_string": b"", "raw_path": b"/graphql"}
        await app(OURS)(scope, receive, send)
        return int(told[0]["status"])

    assert await status(b"gateway.internal") == 200
    assert await status(b"gateway.internal", b"evil.example") == 400
    assert await status(b"evil.example", b"gateway.internal") == 400
    assert await status(b"gateway.internal", b"gateway.internal") == 400
    assert await status() == 400
    assert await status(b"gateway.intern\xc3\xa4l") == 400


async def test_ht17_probes_know_the_machine_by_its_address() -> None:
    async with client(OURS) as asked:
        by = {
            path: (await asked.get(path, headers={"host": "10.0.0.7:8000"})).status_code
            for path in ("/health/live", "/health/ready", "/health/other", "/graphql")
        }
    assert by == {"/health/live": 200, "/health/ready": 200, "/health/other": 400, "/graphql": 400}


async def test_where_nobody_has_said_a_name_every_one_will_do() -> None:
    assert own_hosts(None) == frozenset()
    async with client(own_hosts(None)) as asked:
        answer = await asked.get("/graphql", headers={"host": "evil.example"})
    assert answer.status_code == 200


async def test_ht17_websockets_are_refused_before_they_are_opened() -> None:
    async def opened(host: bytes) -> list[Message]:
        told: list[Message] = []

        async def send(message: Message) -> None:
            told.append(message)

        async def receive() -> Message:
            return {"type": "websocket.connect"}

        scope: dict[str, Any] = {"type": "websocket", "path": "/ws", "headers": [(b"host", host)]}
        scope |= {"query_string": b"", "subprotocols": []}
        scope |= {"extensions": {"websocket.http.response": {}}}
        await app(OURS)(scope, receive, send)
        return told

    start, body = await opened(b"evil.example")
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 400)
    assert json.loads(body["body"]) == REFUSED
    assert [told["type"] for told in await opened(b"gateway.internal")] == [
        "websocket.accept",
        "websocket.close",
    ]


async def test_ht17_the_whole_gateway_goes_by_its_settings() -> None:
    told = {"public_url": "http://gateway", "allowed_hosts": ("second",)}
    async with open_house(told=told) as house:
        asked = {"query": "{ portal { businessName } }"}
        by = {
            host: (await house.gateway.post("/graphql", json=asked, headers={"host": host}))
            for host in ("gateway", "second:8000", "third")
        }
    assert {host: answer.status_code for host, answer in by.items()} == {
        "gateway": 200,
        "second:8000": 200,
        "third": 400,
    }
    assert by["third"].json() == REFUSED


@pytest.mark.parametrize("text", ["", "a b", "a:80", "https://a", "a/b", "*", "*.a", "ä", "a,b"])
def test_what_is_no_name_of_a_host(text: str) -> None:
    with pytest.raises(ValueError, match="no name of a host"):
        host_name(text)


def test_names_are_settings() -> None:
    told = read_settings({**GOOD, "PORTAL_ALLOWED_HOSTS": "A.example, [::1] ,b"})
    assert told.allowed_hosts == ("a.example", "[::1]", "b")
    with pytest.raises(SettingsError, match="PORTAL_ALLOWED_HOSTS is wrong"):
        read_settings({**GOOD, "PORTAL_ALLOWED_HOSTS": "a.example:8000"})


def test_an_address_of_version_six_is_said_in_brackets() -> None:
    assert own_hosts("http://[::1]:8000") == {"[::1]"}
    assert host_of(b"[::1]:8000") == "[::1]"
