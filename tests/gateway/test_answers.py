"""What every answer looks like: its media type, its headers, and what it keeps back (HT-16)."""

from typing import TYPE_CHECKING

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


@pytest.mark.parametrize("query", ["{a}", ""], ids=["answer", "refusal"])
async def test_ht16_every_answer_has_its_headers(graph: "Graph", query: str) -> None:
    async with graph.client(public_url="https://portal.example.com") as client:
        response = await client.post("/graphql", json={"query": query})
        nowhere = await client.get("/nowhere")
    for answer in (response, nowhere):
        headers = answer.headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert len(headers["x-request-id"]) == 16


async def test_front_ends_of_other_origins(graph: "Graph") -> None:
    async with graph.client(cors_origins=("https://portal.example.com",)) as client:
        asked = {"access-control-request-method": "POST"}
        ours = await client.options(
            "/graphql", headers={"origin": "https://portal.example.com", **asked}
        )
        theirs = await client.options("/graphql", headers={"origin": "https://evil.test", **asked})
    assert ours.headers["access-control-allow-origin"] == "https://portal.example.com"
    assert "access-control-allow-credentials" not in ours.headers
    assert "access-control-allow-origin" not in theirs.headers


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
