"""Who is asking, as the graph learns it, and what is said to those who are not who they say."""

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from gateway.http.exchange import Answer, GraphQLRequest, HTTPInfo
from gateway.identity.bearer import Bearer
from gateway.identity.door import Door
from resolvers.viewer import Viewer

if TYPE_CHECKING:
    from tests.gateway.conftest import Graph, Provider


async def test_who_is_asking_is_known_to_the_graph(
    graph: "Graph", provider: "Provider", bearer: Bearer
) -> None:
    provider.publish()
    async with graph.client(Door([bearer]).identify) as client:
        headers = {"authorization": f"bearer {provider.token()}"}
        assert (await client.post("/graphql", json={"query": "{a}"}, headers=headers)).is_success
        assert (await client.post("/graphql", json={"query": "{a}"})).is_success
    emails = [viewer.email for _, viewer, _ in graph.asked]
    assert emails == ["pat@example.com", None]


@pytest.mark.parametrize(
    "credentials",
    [
        ["Basic cGF0OnBhdA=="],
        ["Bearer"],
        ["Bearer "],
        [""],
        ["Bearer a.b.c"],
        ["Bearer {good} {good}"],
        ["{good}"],
        ["Token {good}"],
        ["Bearer {good}", "Bearer {good}"],
        ["Bearer {expired}"],
    ],
    ids=repr,
)
async def test_credentials_that_do_not_verify_are_401(
    graph: "Graph", provider: "Provider", bearer: Bearer, credentials: list[str]
) -> None:
    provider.publish()
    tokens = {
        "good": provider.token(),
        "expired": provider.token(provider.claims(exp=int(provider.clock()) - 60)),
    }
    headers = [("authorization", text.format(**tokens)) for text in credentials]
    async with graph.client(Door([bearer]).identify) as client:
        with capture_logs() as lines:
            response = await client.post("/graphql", json={"query": "{a}"}, headers=headers)
    assert graph.refusal(response)[:2] == (401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert graph.asked == []
    assert [line["what"] for line in lines if line["log_level"] == "warning"] == [
        "credentials refused"
    ]
    assert tokens["good"] not in repr(lines)


async def test_without_keys_credentials_are_503_and_the_rest_goes_on(
    graph: "Graph", provider: "Provider", bearer: Bearer
) -> None:
    provider.router.get(url__startswith="https://login.example.com").respond(500)
    async with graph.client(Door([bearer]).identify) as client:
        headers = {"authorization": f"Bearer {provider.token()}"}
        response = await client.post("/graphql", json={"query": "{a}"}, headers=headers)
        anonymous = await client.post("/graphql", json={"query": "{a}"})
    assert graph.refusal(response)[:2] == (503, "UPSTREAM_UNAVAILABLE")
    assert response.headers["retry-after"] == "30"
    assert anonymous.status_code == 200


async def test_jw20_a_token_that_ends_during_a_request_ends_the_next(
    graph: "Graph", provider: "Provider", bearer: Bearer
) -> None:
    provider.publish()
    headers = {"authorization": f"Bearer {provider.token()}"}
    ask = graph.execute

    async def slowly(request: GraphQLRequest, viewer: Viewer, info: HTTPInfo) -> Answer:
        provider.clock.now += 900 + 31
        return await ask(request, viewer, info)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph, "execute", slowly)
        async with graph.client(Door([bearer]).identify) as client:
            first = await client.post("/graphql", json={"query": "{a}"}, headers=headers)
            second = await client.post("/graphql", json={"query": "{a}"}, headers=headers)
    assert (first.status_code, second.status_code, len(graph.asked)) == (200, 401, 1)
