"""What is given to arguments: one spelling of each value, by literal and by variable (M7).

Money has its own file (tests/paying/test_input.py), and so have cursors (tests/screens).
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from graphql import (
    GraphQLInputObjectType,
    GraphQLScalarType,
    build_schema,
    get_named_type,
    is_specified_scalar_type,
)
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.graph import sdl
from resolvers.ids import global_id
from tests.house import House, gid, ready_house
from tests.paying.asking import PAID

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAT = "pat@example.com"
ID = gid(PAID)
BY_ID = "query($v: ID!) { invoice(id: $v) { id } }"
PAGE = "query($v: Int) { viewer { invoices(first: $v) { totalCount } } }"
STATUS = "query($v: InvoiceStatus) { viewer { invoices(first: 1, status: $v) { totalCount } } }"
NODE = "query($v: Boolean!) { viewer { kind @include(if: $v) } }"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    async with ready_house() as house:
        yield house


async def codes(house: House, query: str, **variables: object) -> list[str]:
    """Return the codes of what went wrong."""
    told = await house.ask(PAT, query, **variables)
    return [error["extensions"]["code"] for error in told.get("errors", [])]


async def test_of_our_own_scalars_money_alone_is_given() -> None:
    schema = build_schema(sdl())
    given = {
        str(get_named_type(value.type))
        for kind in schema.type_map.values()
        if not kind.name.startswith("__")
        for value in (
            kind.fields.values()
            if isinstance(kind, GraphQLInputObjectType)
            else [
                argument
                for field in getattr(kind, "fields", {}).values()
                for argument in getattr(field, "args", {}).values()
            ]
        )
    }
    own = {
        kind.name
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLScalarType) and not is_specified_scalar_type(kind)
    }
    assert own == {"Date", "DateTime", "HTML", "Money", "URL"}
    assert given & own == {"Money"}
    assert "Float" not in given


BAD = ["BAD_USER_INPUT"]
NOT_FOUND = ["NOT_FOUND"]
VARIABLES: list[tuple[str, Any, list[str]]] = [
    (BY_ID, ID, []),
    (BY_ID, ID + "=", NOT_FOUND),
    (BY_ID, ID + "\n", NOT_FOUND),
    (BY_ID, " " + ID, NOT_FOUND),
    (BY_ID, ID.swapcase(), NOT_FOUND),
    (BY_ID, "", NOT_FOUND),
    (BY_ID, "\x00", NOT_FOUND),
    (BY_ID, 1, NOT_FOUND),
    (BY_ID, True, BAD),
    (BY_ID, 1.5, BAD),
    (BY_ID, [ID], BAD),
    (BY_ID, {"id": ID}, BAD),
    (BY_ID, None, BAD),
    (PAGE, 1, []),
    (PAGE, 1.0, []),
    (PAGE, "1", BAD),
    (PAGE, True, BAD),
    (PAGE, 1.5, BAD),
    (PAGE, 0, BAD),
    (PAGE, -1, BAD),
    (PAGE, 101, BAD),
    (PAGE, 2**31, BAD),
    (PAGE, 10**17, BAD),
    (STATUS, "PAID", []),
    (STATUS, "paid", BAD),
    (STATUS, "NOTHING", BAD),
    (STATUS, 0, BAD),
    (STATUS, ["PAID"], BAD),
    (NODE, True, []),
    (NODE, "true", BAD),
    (NODE, 1, BAD),
]


@pytest.mark.parametrize(("query", "value", "expected"), VARIABLES, ids=repr)
async def test_by_variable(house: House, query: str, value: Any, expected: list[str]) -> None:  # noqa: ANN401  # JSON
    assert await codes(house, query, v=value) == expected


LITERALS: list[tuple[str, str, list[str]]] = [
    (BY_ID, json.dumps(ID), []),
    (BY_ID, f'"""{ID}"""', []),
    (BY_ID, json.dumps(ID + "=="), NOT_FOUND),
    (BY_ID, "1", NOT_FOUND),
    (BY_ID, "1.5", BAD),
    (BY_ID, "true", BAD),
    (BY_ID, f"[{json.dumps(ID)}]", BAD),
    (BY_ID, "null", BAD),
    (BY_ID, '"\\uD800"', BAD),
    (PAGE, "1", []),
    (PAGE, "1.0", BAD),
    (PAGE, "1e0", BAD),
    (PAGE, '"1"', BAD),
    (PAGE, "01", BAD),
    (PAGE, "2147483648", BAD),
    (PAGE, "9" * 400, BAD),
    (STATUS, "PAID", []),
    (STATUS, '"PAID"', BAD),
    (STATUS, "paid", BAD),
    (NODE, "true", []),
    (NODE, '"true"', BAD),
]


@pytest.mark.parametrize(("query", "literal", "expected"), LITERALS, ids=repr)
async def test_by_literal(house: House, query: str, literal: str, expected: list[str]) -> None:
    written = query[query.index("{") :].replace("$v", literal)
    assert await codes(house, written) == expected


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
    | st.sampled_from([ID, global_id("Invoice", 2**63), global_id("Job", 1), "PAID"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@pytest.mark.parametrize("query", [BY_ID, PAGE, STATUS, NODE], ids=["ID", "Int", "enum", "Boolean"])
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@example("\ud7ff\U0010ffff\x00")
@given(VALUES)
async def test_no_value_is_an_accident(house: House, query: str, value: Any) -> None:  # noqa: ANN401  # JSON
    logged = len(house.logs)
    told = await codes(house, query, v=value)
    assert set(told) <= {"BAD_USER_INPUT", "NOT_FOUND", "LIMIT_EXCEEDED"}
    assert [line for line in house.logs[logged:] if line["log_level"] == "error"] == []
