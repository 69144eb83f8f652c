"""What every answer looks like: its media type, its headers, and what it keeps back (HT-16)."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from structlog.testing import capture_logs

if TYPE_CHECKING:
    from tests.gateway.conftest import Graph

NEWER = "application/graphql-response+json"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        (NEWER, NEWER),
        (NEWER.upper(), NEWER),
        (f"{NEWER}; charset=utf-8, application/json;q=0.9", NEWER),
        (f"application/json, {NEWER}", NEWER),
        (f"application/json, {NEWER};q=0.9", "application/json"),
        (f"{NEWER};q=0.5, */*;q=0.1", NEWER),
        (f"{NEWER};q=0, */*", "application/json"),
        (f"application/json;q=0, */*;q=0.1, {NEWER};q=0.05", NEWER),
        ("text/html, */*;q=0.8", "application/json"),
    ],
)
async def test_the_answers_type_is_the_one_asked_for(
    graph: "Graph", accept: str | None, media_type: str
) -> None:
    async with graph.client() as client:
        del client.headers["accept"]
        headers = {} if accept is None else {"accept": accept}
        response = await client.post("/graphql", json={"query": "{a}"}, headers=headers)
    assert response.headers["content-type"] == media_type
    assert graph.asked[0][2].media_type == media_type


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "image/*", "*/*;q=0"])
async def test_a_type_we_have_not(graph: "Graph", client: httpx.AsyncClient, accept: str) -> None:
    response = await client.post("/graphql", json={"query": "{a}"}, headers={"accept": accept})
    assert graph.refusal(response)[0] == 406
    assert graph.asked == []


JSON = {"content-type": "application/json"}
ASKED = b'{"query":"{a}"}'
ANSWERS: dict[int, dict[str, Any]] = {
    200: {},
    400: {"content": b"{"},
    404: {"url": "/nowhere"},
    405: {"method": "PUT"},
    406: {"headers": {**JSON, "accept": "text/html"}},
    413: {"content": ASKED.ljust(100 * 1024 + 1)},
    415: {"headers": {"content-type": "text/plain"}},
    431: {"headers": {**JSON, "x-long": "a" * 65_536}},
    500: {},
}
SAFE = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
}


@pytest.mark.parametrize("status", ANSWERS)
async def test_ht16_every_answer_has_its_headers(graph: "Graph", status: int) -> None:
    if status == 500:
        graph.answer = RuntimeError("secret=hunter2")
    request = {"method": "POST", "url": "/graphql", "content": ASKED, "headers": JSON}
    async with graph.client(public_url="https://portal.example.com") as client:
        answer = await client.request(**(request | ANSWERS[status]))
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE
    assert len(answer.headers["x-request-id"]) == 16
    assert not {"server", "x-powered-by", "set-cookie"} & answer.headers.keys()
    assert len(graph.asked) == (status in {200, 500})


async def test_where_there_is_no_https_nothing_is_promised_of_it(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"query": "{a}"})
    assert "strict-transport-security" not in answer.headers


# Pages of other origins: those that are named, letter by letter, and none with cookies.

OURS = "https://portal.example.com"
THEIRS = [
    "https://evil.test",
    "http://portal.example.com",
    "https://portal.example.com:8443",
    "https://portal.example.com.evil.test",
    "https://evil-portal.example.com",
    "https://PORTAL.example.com",
    "https://portal.example.com/",
    "null",
    "*",
    "",
]
PREFLIGHT = {"access-control-request-method": "POST"}


@pytest.fixture
async def crossed(graph: "Graph") -> AsyncIterator[httpx.AsyncClient]:
    async with graph.client(cors_origins=(OURS, "https://second.example.com")) as client:
        yield client


@pytest.mark.parametrize("origin", [OURS, "https://second.example.com"])
async def test_a_front_end_is_let_read(crossed: httpx.AsyncClient, origin: str) -> None:
    answer = await crossed.post("/graphql", json={"query": "{a}"}, headers={"origin": origin})
    assert told_across(answer) == {
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "X-Request-Id, Retry-After, ETag",
        "vary": "Origin",
    }
    preflight = await crossed.options("/graphql", headers={"origin": origin, **PREFLIGHT})
    assert preflight.status_code == 200
    assert told_across(preflight) == {
        "access-control-allow-headers": (
            "Accept, Accept-Language, Authorization, Content-Language, Content-Type, "
            "If-None-Match, X-Request-Id, X-View-As"
        ),
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-origin": origin,
        "access-control-max-age": "600",
        "vary": (
            "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
            "Access-Control-Request-Private-Network"
        ),
    }


@pytest.mark.parametrize("origin", THEIRS)
async def test_nobody_else_is_let_read(crossed: httpx.AsyncClient, origin: str) -> None:
    answer = await crossed.post("/graphql", json={"query": "{a}"}, headers={"origin": origin})
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["vary"] == "Origin"
    preflight = await crossed.options("/graphql", headers={"origin": origin, **PREFLIGHT})
    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in preflight.headers


async def test_what_names_no_origin_is_told_that_answers_differ_by_it(
    crossed: httpx.AsyncClient,
) -> None:
    assert (await crossed.post("/graphql", json={"query": "{a}"})).headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "asked",
    [
        {"access-control-request-method": "DELETE"},
        {**PREFLIGHT, "access-control-request-headers": "content-type, x-portal-console"},
        {**PREFLIGHT, "access-control-request-headers": "cookie"},
        {**PREFLIGHT, "access-control-request-private-network": "true"},
    ],
    ids=repr,
)
async def test_a_front_end_may_not_ask_for_more(
    graph: "Graph", crossed: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    answer = await crossed.options("/graphql", headers={"origin": OURS, **asked})
    assert (answer.status_code, graph.asked) == (400, [])


async def test_without_front_ends_nobody_is_let_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"query": "{a}"}, headers={"origin": OURS})
    assert told_across(answer) == {}
    preflight = await client.options("/graphql", headers={"origin": OURS, **PREFLIGHT})
    assert (preflight.status_code, told_across(preflight)) == (405, {})


def told_across(answer: httpx.Response) -> dict[str, str]:
    """Return what the answer tells a browser of other origins."""
    return {
        name: value
        for name, value in answer.headers.items()
        if name.startswith("access-control-") or name == "vary"
    }


async def test_what_fails_in_the_graph_is_masked_and_logged_without_values(
    graph: "Graph", client: httpx.AsyncClient
) -> None:
    graph.answer = RuntimeError("secret=hunter2")
    with capture_logs() as lines:
        response = await client.post("/graphql", json={"query": "{a}"})
    assert graph.refusal(response) == (500, "INTERNAL", "Something went wrong on our side.")
    (failure,) = [line for line in lines if line["log_level"] == "error"]
    assert failure["error"] == "RuntimeError"
    assert "hunter2" not in repr(lines)
