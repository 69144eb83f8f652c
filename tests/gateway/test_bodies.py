"""Bodies that are no request, by shape, size and time (HT-7, HT-8, A7)."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message, Receive

from gateway.http import bodies
from gateway.http.refusals import Refused

if TYPE_CHECKING:
    from tests.gateway.conftest import Graph

JSON = {"content-type": "application/json"}
NOT_JSON = "The body is not valid JSON in UTF-8."
NO_QUERY = "The request has no query."
DEEP = "The JSON is nested more than 32 deep."
DIGITS = "A whole number has more than 18 digits."


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", NOT_JSON),
        (b"{", NOT_JSON),
        (b"G", NOT_JSON),
        (b'{"query":"{a}"} x', NOT_JSON),
        (b'{"query":"\xff"}', NOT_JSON),
        ('{"query":"{a}"}'.encode("utf-16"), NOT_JSON),
        (b'\xef\xbb\xbf{"query":"{a}"}', NOT_JSON),
        (b'{"query":"{a}","variables":{"s":"\\ud800"}}', NOT_JSON),
        (b'{"query":"\\uDFFF"}', NOT_JSON),
        (b'{"query":"a\nb"}', NOT_JSON),
        (b'"abc"', "The body must be a JSON object."),
        (b"1", "The body must be a JSON object."),
        (b"null", "The body must be a JSON object."),
        (b"true", "The body must be a JSON object."),
        (b"[]", "Batches are not supported: send one operation a request."),
        (b'[{"query":"{a}"}]', "Batches are not supported: send one operation a request."),
        (b"[1]", "Batches are not supported: send one operation a request."),
        (b"{}", NO_QUERY),
        (b'{"query":null}', NO_QUERY),
        (b'{"query":""}', NO_QUERY),
        (b'{"query":1}', "The request's query must be a string."),
        (b'{"query":["{a}"]}', "The request's query must be a string."),
        (b'{"query":"{a}","variables":[]}', "The request's variables must be an object."),
        (b'{"query":"{a}","variables":"{}"}', "The request's variables must be an object."),
        (b'{"query":"{a}","operationName":["a"]}', "The request's operationName must be a string."),
        (b'{"query":"{a}","operationName":1}', "The request's operationName must be a string."),
        (b'{"query":"{a}","extensions":false}', "The request's extensions must be an object."),
        (b"[" * 100_000, DEEP),
        (b'{"a":' * 20_000, DEEP),
        (b'{"query":"{a}","variables":' + b'{"a":' * 32 + b"1" + b"}" * 33, DEEP),
        (b'{"query":"{a}","query":"mutation{pay}"}', "An object names a member twice."),
        (
            b'{"query":"{a}","variables":{"n":1,"n":2}}',
            "An object names a member twice.",
        ),
        (b'{"query":"{a}","variables":{"n":' + b"9" * 5000 + b"}}", DIGITS),
        (b'{"query":"{a}","variables":{"n":-1234567890123456789}}', DIGITS),
        (b'{"query":"{a}","variables":{"n":1e999}}', "A number is too large."),
        (b'{"query":"{a}","variables":{"n":NaN}}', "NaN is not a JSON number."),
        (b'{"query":"{a}","variables":{"n":-Infinity}}', "-Infinity is not a JSON number."),
    ],
    ids=lambda value: repr(value)[:60],
)
async def test_ht8_a_body_that_is_no_request(
    graph: "Graph", client: httpx.AsyncClient, body: bytes, said: str
) -> None:
    response = await client.post("/graphql", content=body, headers=JSON)
    assert graph.refusal(response) == (400, "BAD_USER_INPUT", said)
    assert graph.asked == []


async def test_what_stands_in_strings_is_not_counted(
    graph: "Graph", client: httpx.AsyncClient
) -> None:
    text = '[{"\\' * 100
    variables = {"deep": text, "pair": "\N{GRINNING FACE}", "whole": 123456789012345678}
    for _ in range(29):
        variables = {"v": variables}
    body = json.dumps({"query": "{a}", "variables": variables})
    response = await client.post("/graphql", content=body, headers=JSON)
    assert response.status_code == 200
    assert graph.asked[0][0].variables == variables


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text() | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()))
async def test_no_body_is_an_accident(
    graph: "Graph", client: httpx.AsyncClient, body: bytes
) -> None:
    response = await client.post("/graphql", content=body, headers=JSON)
    assert graph.refusal(response)[0] == 400


SIZE = 100 * 1024


def padded(size: int) -> bytes:
    body = b'{"query":"{a}"}'
    return body + b" " * (size - len(body))


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 10_000):
        yield body[start : start + 10_000]


@pytest.mark.parametrize("chunked", [False, True])
async def test_ht7_a_body_may_have_100_kib(client: httpx.AsyncClient, *, chunked: bool) -> None:
    body = padded(SIZE)
    content = in_pieces(body) if chunked else body
    assert (await client.post("/graphql", content=content, headers=JSON)).status_code == 200


@pytest.mark.parametrize("chunked", [False, True])
async def test_ht7_one_byte_more_is_refused(
    graph: "Graph", client: httpx.AsyncClient, *, chunked: bool
) -> None:
    body = padded(SIZE + 1)
    content = in_pieces(body) if chunked else body
    response = await client.post("/graphql", content=content, headers=JSON)
    assert graph.refusal(response) == (413, "BAD_USER_INPUT", "The body is larger than 100 KiB.")
    assert graph.asked == []


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "²", "9" * 400])
async def test_ht7_a_length_that_is_no_length(
    graph: "Graph", client: httpx.AsyncClient, length: str
) -> None:
    headers = httpx.Headers({**JSON, "content-length": length}, encoding="utf-8")
    response = await client.post("/graphql", content=b"{}", headers=headers)
    assert graph.refusal(response)[0] == (413 if length.startswith("9") else 400)


@pytest.mark.parametrize("length", [14, 16, 0, 102_400], ids=repr)
async def test_ht7_a_length_that_does_not_come_true(
    graph: "Graph", client: httpx.AsyncClient, length: int
) -> None:
    headers = {**JSON, "content-length": str(length)}
    response = await client.post("/graphql", content=b'{"query":"{a}"}', headers=headers)
    assert graph.refusal(response) == (
        400,
        "BAD_USER_INPUT",
        "Content-Length is not the length of the body.",
    )
    assert graph.asked == []


async def test_ht7_two_lengths_are_none(graph: "Graph", client: httpx.AsyncClient) -> None:
    headers = [("content-type", "application/json"), ("content-length", "15")] * 2
    response = await client.post("/graphql", content=b'{"query":"{a}"}', headers=headers[1:])
    assert graph.refusal(response)[::2] == (400, "Content-Length is not a number.")
    assert graph.asked == []


@pytest.mark.parametrize(
    "coding", ["gzip", "GZIP", "br", "deflate", "x-gzip", "identity, gzip", ""]
)
@pytest.mark.parametrize("before", [[], [("content-encoding", "identity")]], ids=repr)
async def test_ht7_a_packed_body_is_not_unpacked(
    graph: "Graph", client: httpx.AsyncClient, coding: str, before: list[tuple[str, str]]
) -> None:
    bomb = gzip.compress(b'{"query":"{a}"}' + b" " * 1_000_000)
    headers = [*JSON.items(), *before, ("content-encoding", coding)]
    response = await client.post("/graphql", content=bomb, headers=headers)
    assert graph.refusal(response) == (
        415,
        "BAD_USER_INPUT",
        "Send the body as it is, without Content-Encoding.",
    )
    assert graph.asked == []


async def test_an_announced_giant_is_refused_unread(graph: "Graph") -> None:
    async def receive() -> Message:
        raise AssertionError("the body was read")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"102401")],
    }
    await graph.endpoint()(scope, receive, send)
    assert sent[0]["status"] == 413


async def test_a_body_that_trickles_is_given_up(
    graph: "Graph", client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "TOTAL_SECONDS", 0.05)

    async def trickle() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    response = await client.post("/graphql", content=trickle(), headers=JSON)
    assert graph.refusal(response)[0] == 408
    assert graph.asked == []


async def test_a_client_that_leaves_gets_nothing(graph: "Graph") -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    await graph.endpoint()(scope, receive, send)
    assert graph.asked == []


async def test_ht7_pieces_are_counted_together() -> None:
    pieces = [b"a" * bodies.MAX_BYTES, b"a"]
    request = Request({"type": "http", "headers": []}, receive=receiving(pieces))
    with pytest.raises(Refused) as refused:
        await bodies.read_body(request)
    assert refused.value.status == 413


async def test_pieces_are_put_together_in_their_order() -> None:
    pieces = [b"", b"a", b"", b"bc", b""]
    request = Request({"type": "http", "headers": []}, receive=receiving(pieces))
    assert await bodies.read_body(request) == b"abc"


def receiving(pieces: list[bytes]) -> Receive:
    """Return what gives these pieces of a body, one after the other."""
    left = list(pieces)

    async def receive() -> Message:
        piece = left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(left)}

    return receive
