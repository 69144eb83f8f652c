"""How a query would be run is shown to staff alone, and asks nothing of anybody."""

from collections import Counter

import pytest

from tests.authz.viewers import KINDS
from tests.authz.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUERY = "{ viewer { email invoices(first: 2) { nodes { number } } } }"
SHOWN = {
    "fields": 5,
    "rounds": [
        [
            {
                "at": "viewer.invoices",
                "field": "Viewer.invoices",
                "forAll": False,
                "asks": "invoices",
            }
        ]
    ],
    "free": [
        {"at": "the query", "keys": ["viewer"]},
        {"at": "viewer", "keys": ["email"]},
        {"at": "viewer.invoices", "keys": ["nodes"]},
        {"at": "viewer.invoices.nodes[]", "keys": ["number"]},
    ],
}
REFUSED = {
    "errors": [
        {
            "message": "How a query is run is shown to staff.",
            "extensions": {"code": "FORBIDDEN"},
        }
    ]
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_plan_is_shown_to_staff_alone(world: World, kind: str) -> None:
    asked = {"query": QUERY, "extensions": {"plan": True}}
    headers = await world.headers(KINDS[kind])
    answer = await world.house.gateway.post("/graphql", json=asked, headers=headers)
    told = (answer.status_code, answer.json())
    if KINDS[kind].staff is None:
        assert told == (403, REFUSED)
    else:
        assert told == (200, {"data": {}, "extensions": {"plan": SHOWN}})
    assert await world.calls() == Counter()
