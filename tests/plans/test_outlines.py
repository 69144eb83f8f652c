"""A plan asked for in place of an answer: what staff are told, and that nothing is run."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from resolvers.policy import Limits
from tests.house import House, demo_policy, number
from tests.staff import ACCESS, SET_LEVEL, STAFF, staff_data, staffed_house, token_of

FLAGGED = "query($more: Boolean!) { viewer { email tasks @include(if: $more) { totalDue } } }"
LISTENS = "subscription { changed { nodeId } }"
NOT = "This is not compiled, so graphql-core runs it: "
ONLY_QUERIES = f"{NOT}only queries are planned: what changes something never runs twice."


@pytest.fixture
async def house() -> AsyncIterator[House]:
    limits = Limits(staff_operations_per_minute=12)
    async with staffed_house(demo_policy(limits=limits)) as house:
        yield house


async def planned(
    house: House,
    query: str,
    variables: Mapping[str, object] = MappingProxyType({}),
    plan: object = True,  # noqa: FBT002  # as JSON has it
    accept: str = "*/*",
) -> httpx.Response:
    """Ask as staff how this would run."""
    asked = {"query": query, "variables": dict(variables), "extensions": {"plan": plan}}
    headers = {"authorization": f"Bearer {await token_of(house, STAFF)}", "accept": accept}
    return await house.gateway.post("/graphql", json=asked, headers=headers)


async def told(house: House, query: str, **variables: object) -> Any:  # noqa: ANN401  # JSON
    """Return the plan that staff are told."""
    answer = (await planned(house, query, variables)).json()
    assert answer["data"] == {}
    assert set(answer["extensions"]) == {"plan"}
    return answer["extensions"]["plan"]


async def test_a_variable_decides_what_is_asked(house: House) -> None:
    without, asks = [await told(house, FLAGGED, more=more) for more in (False, True)]
    assert (without["fields"], without["rounds"]) == (2, [])
    assert [one["at"] for one in asks["rounds"][0]] == ["viewer.tasks.totalDue"]
    assert await told(house, FLAGGED) == {
        "without": "Say in the variables what $more is: true or false."
    }


async def test_what_would_change_something_changes_nothing(house: House) -> None:
    grant = {"email": "sam@example.com", "customerNumber": "1001", "level": "NONE"}
    before = await staff_data(house, ACCESS, email="sam@example.com")
    assert await told(house, SET_LEVEL, input=grant) == {"without": ONLY_QUERIES}
    assert await staff_data(house, ACCESS, email="sam@example.com") == before


async def test_nothing_is_listened_to(house: House) -> None:
    assert await told(house, LISTENS) == {"without": ONLY_QUERIES}
    event, end, rest = (await planned(house, LISTENS, accept="text/event-stream")).text.split(
        "\n\n"
    )
    plan = f'{{"plan":{{"without":"{ONLY_QUERIES}"}}}}'
    assert event == f'event: next\ndata: {{"data":{{}},"extensions":{plan}}}'
    assert (end, rest) == ("event: complete\ndata:", "")


async def test_a_document_that_is_wrong_is_told_as_ever(house: House) -> None:
    answer = (await planned(house, "{ zzz }")).json()
    assert [error["message"] for error in answer["errors"]] == [
        "Cannot query field 'zzz' on type 'Query'."
    ]
    assert "data" not in answer


@pytest.mark.parametrize("plan", [False, 1, "true", None])
async def test_whatever_else_is_said_there_has_it_run(house: House, plan: object) -> None:
    answer = (await planned(house, "{ portal { currency } }", plan=plan)).json()
    assert answer["data"] == {"portal": {"currency": "USD"}}
    assert "plan" not in answer["extensions"]


async def test_nobody_upstream_is_asked_and_each_is_charged_as_an_operation(house: House) -> None:
    dear = "{ viewer { invoices(first: 50) { nodes { number job { type } } } } }"
    statuses = [(await planned(house, dear)).status_code for _ in range(13)]
    assert Counter(statuses) == {200: 12, 429: 1}
    assert await house.calls() == Counter()


async def test_where_nothing_is_compiled_it_is_told_how_it_would_be() -> None:
    async with staffed_house(told={"compiled": "off"}) as house:
        plan = await told(house, f'{{ node(id: "{number("open-invoice")}") {{ id }} }}')
    assert [one["field"] for one in plan["rounds"][0]] == ["Query.node"]
