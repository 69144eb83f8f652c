"""The line each request leaves, its id, and what never stands in it."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, redirect_stderr

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from gateway.http.middleware import street_side
from gateway.logs import configure_logging
from gateway.telemetry import note_viewer, request_id
from resolvers.viewer import Staff, Viewer, ViewerKind


async def answer(request: Request) -> Response:
    note_viewer(Viewer(ViewerKind.CUSTOMER, "key"))
    assert request.method == "GET"
    return Response(request_id(), 203)


async def looking(request: Request) -> Response:
    staff = Staff("key of staff", "staff@example.com", may_bill=False)
    note_viewer(Viewer(ViewerKind.CUSTOMER, "key", "pat@example.com", staff=staff))
    return Response(request.method)


async def fail(request: Request) -> Response:
    raise RuntimeError(request.url.query)


@asynccontextmanager
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Ask for as long as the block lasts; after it the lines of its requests are written."""
    app = Starlette(
        routes=[Route("/answer", answer), Route("/looking", looking), Route("/fail", fail)],
        middleware=street_side(public_url=None, cors_origins=()),
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.test") as asking:
        yield asking
    await asyncio.sleep(0)  # they are, together, once a round of the event loop


@pytest.mark.parametrize("given", ["a", "A.b-c_9", "x" * 64])
async def test_a_safe_id_is_kept(given: str) -> None:
    async with client() as asking:
        response = await asking.get("/answer", headers={"x-request-id": given})
    assert (response.headers["x-request-id"], response.text) == (given, given)


@pytest.mark.parametrize(
    "given",
    [
        *("", "x" * 65, "a b", "a\tb", '{"level":"ERROR"}', "é", "a\u2028"),
        *("4111111111111111", "4111-1111-1111-1111", "eyJhbGciOiJub25lIn0.e30."),
    ],
)
async def test_any_other_is_replaced(given: str) -> None:
    async with client() as asking:
        headers = httpx.Headers({"x-request-id": given}, encoding="utf-8")
        responses = [await asking.get("/answer", headers=headers) for _ in range(2)]
    first, second = (response.headers["x-request-id"] for response in responses)
    assert (len(first), len(second), first != second) == (16, 16, True)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What a configured log writes to standard error."""
    written = io.StringIO()
    with redirect_stderr(written):
        configure_logging("info")
        yield written


async def test_one_line_tells_a_request(lines: io.StringIO) -> None:
    async with client() as asking:
        await asking.get("/answer?token=hunter2", headers={"x-request-id": "r1"})
    (line,) = [json.loads(text) for text in lines.getvalue().splitlines()]
    assert line.pop("ms") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "path": "/answer",
        "status": 203,
        "request_id": "r1",
        "viewer": "CUSTOMER",
    }


async def test_who_looks_through_anothers_eyes_is_told_by_their_key(lines: io.StringIO) -> None:
    async with client() as asking:
        await asking.get("/looking")
    told = json.loads(lines.getvalue())
    assert (told["viewer"], told["staff"]) == ("CUSTOMER", "key of staff")
    assert "@" not in lines.getvalue()


async def test_one_request_leaves_nothing_to_the_next(lines: io.StringIO) -> None:
    async with client() as asking:
        await asking.get("/answer")
        await asking.get("/nowhere")
    first, second = (json.loads(text) for text in lines.getvalue().splitlines())
    assert first["viewer"] == "CUSTOMER"
    assert "viewer" not in second
    assert request_id() == ""


async def test_lg5_a_path_cannot_forge_a_line(lines: io.StringIO) -> None:
    async with client() as asking:
        await asking.get("/a%0A%7B%22level%22:%22error%22%7D%1B[31m" + "x" * 1000)
    (text,) = lines.getvalue().splitlines()
    assert json.loads(text)["path"].startswith('/a\n{"level":"error"}\x1b[31mx')
    assert len(json.loads(text)["path"]) == 200
    assert "\x1b" not in text


async def test_a_request_that_fails_is_answered_and_tells_no_values() -> None:
    with capture_logs() as captured:
        async with client() as asking:
            response = await asking.get("/fail?hunter2")
    assert (response.status_code, response.json()) == (
        500,
        {
            "errors": [
                {
                    "message": "Something went wrong on our side.",
                    "extensions": {"code": "INTERNAL"},
                }
            ]
        },
    )
    failure, line = captured
    assert (failure["event"], failure["error"]) == ("request failed", "RuntimeError")
    assert failure["at"].startswith(f"{__name__}:")
    assert (line["path"], line["status"]) == ("/fail", 500)
    assert "hunter2" not in repr(captured)


async def test_an_answer_that_has_begun_breaks_off() -> None:
    async def half(scope: Scope, _receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        raise RuntimeError("hunter2")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    (side,) = street_side(public_url=None, cors_origins=())
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    await side.cls(half, *side.args, **side.kwargs)(scope, receive, send)
    assert [message.get("status", message.get("body")) for message in sent] == [200, b"first"]
    assert sent[-1]["more_body"] is True


def test_libraries_write_json_too_and_not_what_they_should_not(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("started %s", "now")
    logging.getLogger("httpx").info("GET https://st.example/customers?email=pat")
    logging.getLogger("aiocache.base").error("Couldn't set Pat's invoice")
    (line,) = [json.loads(text) for text in lines.getvalue().splitlines()]
    assert (line["event"], line["level"]) == ("started now", "warning")


@pytest.mark.parametrize(("level", "written"), [("debug", 3), ("info", 2), ("error", 0)])
def test_from_its_level_on(level: str, written: int, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(level)
    log = structlog.get_logger()
    log.debug("one")
    log.info("two")
    log.warning("three")
    assert len(capsys.readouterr().err.splitlines()) == written
