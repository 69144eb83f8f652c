"""What every answer has that leaves by the street, and that its parts do as libraries do."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from gateway.counts import StreetCounts
from gateway.http.heads import MOST_BYTES
from gateway.http.lanes import Lane
from gateway.http.leaving import Leaving
from gateway.http.middleware import street_side
from gateway.http.overload import Gate
from gateway.telemetry import request_id

OURS, THEIRS = "https://portal.example", "https://other.example"
SAFE = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
}


async def answered(request: Request) -> Response:
    """Answer with headers of its own."""
    return Response(request_id(), headers=dict(request.query_params))


async def fails(_request: Request) -> Response:
    raise RuntimeError


async def ends(_request: Request) -> Response:
    raise asyncio.CancelledError


async def straight(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer at the end of the short way."""
    await Response("straight")(scope, receive, send)


_SAME: Message = {"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]}


async def same(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer each time by the very same message."""
    await send(_SAME)
    await send({"type": "http.response.body", "body": b""})


ROUTES = [
    Route("/answered", answered),
    Route("/posted", answered, methods=["POST"]),
    Route("/fails", fails),
    Route("/ends", ends),
    Route("/documents/{token}", answered),
    Route("/straight", answered),
]


class Street:
    """Places behind the street's side, with what it counts; nobody may begin at the gate."""

    def __init__(self, *, hosts: tuple[str, ...] = ("here",)) -> None:
        self.counts, self.leaving = StreetCounts(), Leaving()
        self.gate = Gate(dict.fromkeys(Lane, 0))
        self.app = Starlette(
            routes=ROUTES,
            middleware=street_side(
                public_url="https://here",
                cors_origins=(OURS,),
                counts=self.counts,
                hosts=hosts,
                leaving=self.leaving,
                gate=self.gate,
                straight={"/straight": straight, "/same": same},
            ),
        )

    async def ask(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """Ask once."""
        return await ask(self.app, path, method, headers)


async def ask(app: Starlette, path: str, method: str, headers: Mapping[str, str]) -> httpx.Response:
    """Ask an app once."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://here") as client:
        return await client.request(method, path, headers=headers)


LONG = {"x-long": "a" * MOST_BYTES}
PREFLIGHT = {"origin": OURS, "access-control-request-method": "POST"}
ANSWERS: dict[str, tuple[str, str, dict[str, str], int, str]] = {
    "an answer": ("GET", "/answered", {}, 200, "other"),
    "the short way": ("GET", "/straight", {}, 200, "other"),
    "no place": ("GET", "/nowhere", {}, 404, "other"),
    "no method": ("GET", "/posted", {}, 405, "other"),
    "a head": ("GET", "/answered", LONG, 431, "other"),
    "a host": ("GET", "/answered", {"host": "elsewhere"}, 400, "other"),
    "a preflight": ("OPTIONS", "/answered", PREFLIGHT, 200, "other"),
    "a failure": ("GET", "/fails", {}, 500, "other"),
    "an end": ("GET", "/ends", {}, 503, "other"),
    "no turn": ("GET", "/documents/a", {}, 503, "/documents/*"),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_ht16_every_answer_has_its_headers_its_id_its_line_and_its_count(case: str) -> None:
    method, path, headers, status, route = ANSWERS[case]
    street = Street()
    with capture_logs() as logs:
        answer = await street.ask(path, method, **headers)
    assert answer.status_code == status
    assert SAFE.items() <= dict(answer.headers).items()
    assert len(answer.headers.get_list("x-request-id")) == 1
    assert len(answer.headers["x-request-id"]) == 16
    lines = [line for line in logs if line["event"] == "request"]
    assert [(line["method"], line["status"]) for line in lines] == [(method, status)]
    assert street.counts.requests == {(route, status): 1}
    assert request_id() == ""


async def test_the_short_way_leads_past_the_routes_and_to_that_path_alone() -> None:
    street = Street()
    assert (await street.ask("/straight")).text == "straight"
    assert (await street.ask("/straight/")).status_code == 307


async def test_what_is_sent_is_not_changed_for_whoever_sends_it_again() -> None:
    street = Street()
    for _ in range(2):
        answer = await street.ask("/same", origin=OURS)
        assert answer.headers.get_list("access-control-allow-origin") == [OURS]
        assert answer.headers.get_list("vary") == ["Origin"]
    assert _SAME["headers"] == [(b"a", b"b")]


async def test_what_an_answer_says_itself_stays() -> None:
    street = Street()
    answer = await street.ask("/answered?cache-control=private&x-request-id=theirs&vary=cookie")
    told = answer.headers
    assert (told["cache-control"], told["vary"]) == ("private", "cookie, Origin")
    assert (told["x-request-id"], told["x-content-type-options"]) == (answer.text, "nosniff")
    assert len(answer.text) == 16


async def test_who_leaves_says_so_once_in_each_answer() -> None:
    street = Street()
    street.leaving.begin()
    for path in ("/answered", "/answered?connection=keep-alive", "/nowhere", "/ends"):
        answer = await street.ask(path)
        assert answer.headers.get_list("connection") == ["close"]


@pytest.mark.parametrize(
    ("headers", "status"), [({"host": "elsewhere"}, 400), ({"host": "here", **LONG}, 431)]
)
async def test_a_websocket_that_is_refused_has_headers_an_id_and_a_line(
    headers: dict[str, str], status: int
) -> None:
    told: list[Message] = []

    async def send(message: Message) -> None:
        told.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "websocket", "path": "/ws", "headers": raw}
    scope |= {"query_string": b"", "extensions": {"websocket.http.response": {}}}
    with capture_logs() as logs:
        await Street().app(scope, receive, send)
    said = {name.decode(): value.decode() for name, value in told[0]["headers"]}
    assert (told[0]["type"], told[0]["status"]) == ("websocket.http.response.start", status)
    assert SAFE.items() <= said.items()
    assert len(said["x-request-id"]) == 16
    assert [line["event"] for line in logs] == ["websocket refused"]
    assert request_id() == ""


# What front ends' browsers are told, beside Starlette's own middleware.

_CORS = Starlette(
    routes=ROUTES,
    middleware=[
        Middleware(
            CORSMiddleware,
            allow_origins=[OURS],
            allow_methods=["GET", "POST"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "If-None-Match",
                "X-Request-Id",
                "X-View-As",
            ],
            expose_headers=["X-Request-Id", "Retry-After", "ETag"],
            max_age=600,
        )
    ],
)
_ORIGINS = st.sampled_from([OURS, THEIRS, OURS.upper(), f"{OURS}/", "null", ""])
_ASKED = st.fixed_dictionaries(
    {},
    optional={
        "origin": _ORIGINS,
        "access-control-request-method": st.sampled_from(["GET", "POST", "DELETE", ""]),
        "access-control-request-headers": st.sampled_from(["authorization, x-view-as", "cookie"]),
        "access-control-request-private-network": st.just("true"),
    },
)


@given(
    headers=_ASKED,
    method=st.sampled_from(["GET", "POST", "OPTIONS", "DELETE"]),
    path=st.sampled_from(["/answered", "/answered?vary=accept-encoding", "/posted", "/nowhere"]),
)
async def test_browsers_are_told_what_the_library_tells_them(
    headers: dict[str, str], method: str, path: str
) -> None:
    ours = await ask(Street(hosts=()).app, path, method, headers)
    theirs = await ask(_CORS, path, method, headers)
    assert ours.status_code == theirs.status_code
    assert _told_of_origins(ours) == _told_of_origins(theirs)


@pytest.mark.parametrize("headers", [{"host": "elsewhere"}, LONG])
async def test_what_is_refused_before_is_told_to_no_page(headers: dict[str, str]) -> None:
    answer = await Street().ask("/answered", **{"origin": OURS, **headers})
    assert _told_of_origins(answer) == {}


async def test_a_page_may_read_a_failure() -> None:
    answer = await Street().ask("/fails", origin=OURS)
    assert answer.headers["access-control-allow-origin"] == OURS
    assert json.loads(answer.text)["errors"][0]["extensions"] == {"code": "INTERNAL"}


def _told_of_origins(answer: httpx.Response) -> dict[str, list[str]]:
    names = {name for name in answer.headers if name.startswith("access-control-")} | {"vary"}
    return {name: of for name in names if (of := answer.headers.get_list(name))}
