"""Types asked for by name by those to whom the schema is not told (GD-14)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.house import House
from tests.staff import STAFF, staffed_house, token_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAT = "pat@example.com"
BY_NAME = "query($n: String!) { __type(name: $n) { name fields { name } } }"
BY_DEFAULT = 'query($n: String! = "Invoice") { __type(name: $n) { name } }'
UNKNOWN: dict[str, Any] = {"data": {"__type": None}}
CLOSED = {
    "errors": [
        {"message": "The schema is told to staff alone.", "extensions": {"code": "FORBIDDEN"}}
    ]
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    async with staffed_house() as house:
        yield house


CASES: list[tuple[str, dict[str, Any], Any]] = [
    (BY_NAME, {"n": "sometype"}, UNKNOWN),
    (BY_NAME, {"n": "invoice"}, UNKNOWN),
    (BY_NAME, {"n": "Invoice "}, UNKNOWN),
    (BY_NAME, {"n": ""}, UNKNOWN),
    (BY_NAME, {"n": "Invoice"}, CLOSED),
    (BY_NAME, {"n": "Query"}, CLOSED),
    (BY_NAME, {"n": "String"}, CLOSED),
    (BY_NAME, {"n": "__Schema"}, CLOSED),
    (BY_DEFAULT, {}, CLOSED),
    (BY_DEFAULT, {"n": "sometype"}, CLOSED),
    ('{ __type(name: "sometype") { name } }', {}, UNKNOWN),
    ('{ __type(name: "Invoice") { name } }', {}, CLOSED),
    ('{ __type(name: """Invoice""") { name } }', {}, CLOSED),
    ('{ a: __type(name: "Invoice") { name } }', {}, CLOSED),
    ('{ ...f } fragment f on Query { ... { __type(name: "Invoice") { name } } }', {}, CLOSED),
    ('{ __type(name: "x") { name } b: __type(name: "Invoice") { name } }', {}, CLOSED),
    ("{ __schema { queryType { name } } }", {}, CLOSED),
]


@pytest.mark.parametrize("who", [None, PAT])
@pytest.mark.parametrize(("query", "variables", "expected"), CASES, ids=repr)
async def test_gd14_a_type_is_told_to_nobody_else_and_a_name_of_none_is_none(
    house: House,
    who: str | None,
    query: str,
    variables: dict[str, Any],
    expected: Any,  # noqa: ANN401  # JSON
) -> None:
    told = await house.ask(who, query, **variables)
    for error in told.get("errors", []):
        error.pop("locations", None)
    assert told == expected


@pytest.mark.parametrize("value", [7, ["Invoice"], None, {"n": "Invoice"}], ids=repr)
async def test_gd14_no_other_value_names_a_type(house: House, value: Any) -> None:  # noqa: ANN401  # JSON
    told = await house.ask(PAT, BY_NAME, n=value)
    assert told.get("data") is None
    assert [error["extensions"]["code"] for error in told["errors"]] == ["BAD_USER_INPUT"]


async def test_gd14_staff_are_told(house: House) -> None:
    headers = {"authorization": f"Bearer {await token_of(house, STAFF)}"}
    body = {"query": "query($n: String!) { __type(name: $n) { name } }"}
    for name, told in (("Invoice", {"name": "Invoice"}), ("sometype", None)):
        asked = body | {"variables": {"n": name}}
        answer = await house.gateway.post("/graphql", json=asked, headers=headers)
        assert answer.json()["data"] == {"__type": told}
