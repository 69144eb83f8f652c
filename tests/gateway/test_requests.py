"""Which requests reach the graph, by method, media type and members (HT-1, HT-2)."""

from typing import TYPE_CHECKING

import httpx
import pytest

from gateway.http.exchange import Answer, GraphQLRequest, HTTPInfo
from resolvers.origins import Origin
from resolvers.viewer import ANONYMOUS

if TYPE_CHECKING:
    from tests.gateway.conftest import Graph

JSON = {"content-type": "application/json"}


async def test_a_post_reaches_the_graph(graph: "Graph", client: httpx.AsyncClient) -> None:
    graph.answer = Answer(body=b'{"data":{"a":1}}', status=207, headers={"x-told": "yes"})
    body = {
        "query": "query Q { a }",
        "variables": {"n": 1, "deep": [{"x": None}]},
        "operationName": "Q",
        "extensions": {"e": True},
    }
    response = await client.post("/graphql", json=body, headers={"x-request-id": "abc.DEF-1_2"})
    assert (response.status_code, response.content) == (207, b'{"data":{"a":1}}')
    assert response.headers["x-told"] == "yes"
    assert graph.asked == [
        (
            GraphQLRequest(
                query="query Q { a }",
                variables={"n": 1, "deep": [{"x": None}]},
                operation_name="Q",
                extensions={"e": True},
            ),
            ANONYMOUS,
            HTTPInfo(
                method="POST",
                media_type="application/json",
                request_id="abc.DEF-1_2",
                origin=Origin("127.0.0.0/24", "program", "127.0.0.1", client.headers["user-agent"]),
                address="127.0.0.1",
            ),
        )
    ]


async def test_members_may_be_null_or_left_out(graph: "Graph", client: httpx.AsyncClient) -> None:
    body = {"query": "{a}", "variables": None, "operationName": None, "extensions": None, "id": 7}
    for sent in (body, {"query": "{a}"}):
        assert (await client.post("/graphql", json=sent)).status_code == 200
    assert [request for request, _, _ in graph.asked] == [GraphQLRequest(query="{a}")] * 2


async def test_a_get_carries_its_members_in_the_query_string(
    graph: "Graph", client: httpx.AsyncClient
) -> None:
    params = {"query": "{a}", "variables": '{"n":1}', "operationName": "Q", "extensions": ""}
    response = await client.get("/graphql", params={**params, "access_token": "ignored"})
    assert response.status_code == 200
    ((request, viewer, info),) = graph.asked
    assert request == GraphQLRequest(query="{a}", variables={"n": 1}, operation_name="Q")
    assert (viewer, info.method) == (ANONYMOUS, "GET")


async def test_by_get_an_empty_name_is_none(graph: "Graph", client: httpx.AsyncClient) -> None:
    await client.get("/graphql", params={"query": "{a}", "operationName": "", "variables": ""})
    assert [request for request, _, _ in graph.asked] == [GraphQLRequest(query="{a}")]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "The request has no query."),
        ("query=", "The request has no query."),
        ("query={a}&query={b}", "A parameter is given twice."),
        ("query={a}&variables=[]", "The request's variables must be an object."),
        ("query={a}&variables={", "The body is not valid JSON in UTF-8."),
        ("query={a}&variables=1&variables=2", "A parameter is given twice."),
    ],
)
async def test_a_get_that_is_not_right(
    graph: "Graph", client: httpx.AsyncClient, query: str, said: str
) -> None:
    response = await client.get(f"/graphql?{query}")
    assert graph.refusal(response) == (400, "BAD_USER_INPUT", said)
    assert graph.asked == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD"])
async def test_other_methods_are_told_which_there_are(
    graph: "Graph", client: httpx.AsyncClient, method: str
) -> None:
    response = await client.request(method, "/graphql?query={a}", content=b"{}", headers=JSON)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
    assert graph.asked == []


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "APPLICATION/JSON; charset=UTF-8",
        'application/json;charset="utf-8"',
        "application/json ; charset=utf-8",
    ],
)
async def test_ht2_json_in_utf8_by_any_spelling(
    client: httpx.AsyncClient, content_type: str
) -> None:
    response = await client.post(
        "/graphql", content=b'{"query":"{a}"}', headers={"content-type": content_type}
    )
    assert response.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("content-type", "")],
        [("content-type", "text/plain")],
        [("content-type", "application/x-www-form-urlencoded")],
        [("content-type", "multipart/form-data; boundary=x")],
        [("content-type", "text/plain,application/json")],
        [("content-type", "application/jsonx")],
        [("content-type", "application/json;charset=utf-16")],
        [("content-type", "application/json; boundary=x")],
        [("content-type", "application/json"), ("content-type", "application/json")],
        [("content-type", "application/json"), ("content-encoding", "gzip")],
    ],
    ids=repr,
)
async def test_ht1_ht2_anything_else_is_not_read(
    graph: "Graph", client: httpx.AsyncClient, headers: list[tuple[str, str]]
) -> None:
    response = await client.post("/graphql", content=b'{"query":"{a}"}', headers=headers)
    assert graph.refusal(response)[:2] == (415, "BAD_USER_INPUT")
    assert graph.asked == []
