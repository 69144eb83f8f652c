"""What customers learn of the schema by asking: nothing that they did not write (GD-14 to 17)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import get_introspection_query

from gateway.graph import build_schema, core
from gateway.guard.unsaid import Asked
from tests.guard.asking import PAT, asks, post
from tests.house import House
from tests.staff import as_staff, staffed_house

SCHEMA = core(build_schema())
CLOSED = {
    "errors": [
        {"message": "The schema is told to staff alone.", "extensions": {"code": "FORBIDDEN"}}
    ]
}
NAME = "queryType { name }"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway with staff at its door, over a fresh sandbox."""
    async with staffed_house() as ready:
        yield ready


@pytest.mark.parametrize("email", [PAT, None])
@pytest.mark.parametrize(
    "text",
    [
        f"{{ __schema {{ {NAME} }} }}",
        '{ __type(name: "Query") { name } }',
        f"{{ x: __schema {{ {NAME} }} }}",
        f"{{ ...f }} fragment f on Query {{ __schema {{ {NAME} }} }}",
        f"{{ ... on Query {{ __schema {{ {NAME} }} }} }}",
        f"{{ __typename }} fragment f on Query {{ __schema {{ {NAME} }} }}",
        f"query a {{ __typename }} query b {{ __schema {{ {NAME} }} }}",
        f"mutation {{ __schema {{ {NAME} }} }}",
        f"{{ viewer {{ __schema {{ {NAME} }} }} }}",
        f"{{ __schema @skip(if: true) {{ {NAME} }} }}",
        get_introspection_query(),
    ],
)
async def test_gd14_the_schema_is_told_to_staff_alone(
    house: House, text: str, email: str | None
) -> None:
    body = asks(text) | {"operationName": "b"} if "query b" in text else asks(text)
    assert (await post(house, email, body)).json() == CLOSED
    assert await house.calls() == {}


async def test_gd14_staff_are_told_it_also_through_a_customers_eyes(house: House) -> None:
    text = (
        f"{{ x: __schema {{ {NAME} }} ...f }}"
        ' fragment f on Query { __type(name: "Money") { kind } }'
    )
    told = {"x": {"queryType": {"name": "Query"}}, "__type": {"kind": "SCALAR"}}
    for through in (None, PAT):
        assert await as_staff(house, text, through=through) == {"data": told}
    whole = await as_staff(house, get_introspection_query())
    assert len(whole["data"]["__schema"]["types"]) == len(SCHEMA.type_map)


@pytest.mark.parametrize("email", [PAT, None])
async def test_gd14_what_an_answer_is_of_is_told_to_anybody(
    house: House, email: str | None
) -> None:
    assert await house.data(email, "{ __typename portal { __typename } }") == {
        "__typename": "Query",
        "portal": {"__typename": "Portal"},
    }


async def test_gd14_what_one_may_read_the_other_is_refused_in_any_order(house: House) -> None:
    text = f"{{ __schema {{ {NAME} }} }}"
    assert "data" in await as_staff(house, text)
    assert (await post(house, PAT, asks(text))).json() == CLOSED
    assert "data" in await as_staff(house, text)


PAY = "mutation($i: PayInvoicesInput!) { payInvoices(input: $i) { userErrors { message } } }"
JOBS = "query($t: JobTab!) { viewer { jobs(tab: $t, first: 1) { totalCount } } }"
# A document with its variables, and what a customer and what staff are told about it.
WRONG: dict[str, tuple[str, dict[str, Any], list[str], list[str]]] = {
    "a field": (
        "{ viewr { id } }",
        {},
        ["Cannot query field 'viewr' on type 'Query'."],
        ["Cannot query field 'viewr' on type 'Query'. Did you mean 'viewer'?"],
    ),
    "a field of a field": (
        "{ viewer { emai } }",
        {},
        ["Cannot query field 'emai' on type '…'."],
        ["Cannot query field 'emai' on type 'Viewer'. Did you mean 'email'?"],
    ),
    "an enum's value": (
        "{ viewer { jobs(tab: ON_HOL, first: 1) { totalCount } } }",
        {},
        ["Value 'ON_HOL' does not exist in '…' enum."],
        ["Value 'ON_HOL' does not exist in 'JobTab' enum. Did you mean the enum value 'ON_HOLD'?"],
    ),
    "an enum's value by variable": (
        JOBS,
        {"t": "ON_HOL"},
        ["Variable '$t' has invalid value: Value 'ON_HOL' does not exist in 'JobTab' enum."],
        [
            (
                "Variable '$t' has invalid value: Value 'ON_HOL' does not exist in 'JobTab' enum."
                " Did you mean the enum value 'ON_HOLD'?"
            )
        ],
    ),
    "an argument": (
        "{ viewer { customers(firs: 1) { totalCount } } }",
        {},
        ["Unknown argument 'firs' on field '….customers'."],
        ["Unknown argument 'firs' on field 'Viewer.customers'. Did you mean 'first'?"],
    ),
    "an argument that is left out": (
        "{ viewer { jobs { totalCount } } }",
        {},
        ["Argument '….jobs(…:)' of type '…!' is required, but it was not provided."],
        ["Argument 'Viewer.jobs(tab:)' of type 'JobTab!' is required, but it was not provided."],
    ),
    "no selection": (
        "{ viewer }",
        {},
        ["Field 'viewer' of type '…' must have a selection of subfields."],
        [
            (
                "Field 'viewer' of type 'Viewer' must have a selection of subfields."
                " Did you mean 'viewer { ... }'?"
            )
        ],
    ),
    "a type": (
        "{ viewer { ... on Viewe { email } } }",
        {},
        ["Unknown type 'Viewe'."],
        ["Unknown type 'Viewe'. Did you mean 'Viewer' or 'Visit'?"],
    ),
    "members of an input": (
        PAY,
        {"i": {"invoiceIds": [], "expectedTotal": "1", "source": {}, "idempotencyKe": "k"}},
        [
            (
                "Variable '$i' has invalid value: Expected value of type 'PayInvoicesInput'"
                " to include required field '…', found: …."
            ),
            (
                "Variable '$i' has invalid value: Expected value of type 'PayInvoicesInput' not to"
                " include unknown field 'idempotencyKe', found: …."
            ),
        ],
        [
            (
                "Variable '$i' has invalid value: Expected value of type 'PayInvoicesInput'"
                " to include required field 'idempotencyKey', found: …."
            ),
            (
                "Variable '$i' has invalid value: Expected value of type 'PayInvoicesInput' not to"
                " include unknown field 'idempotencyKe'. Did you mean 'idempotencyKey'? Found: …."
            ),
        ],
    ),
    "an amount": (
        PAY,
        {"i": {"invoiceIds": [], "expectedTotal": 1, "source": {}, "idempotencyKey": "k"}},
        [
            (
                "Variable '$i' has invalid value at .expectedTotal: Expected value of type '…', but"
                " encountered error 'Write an amount as a string of digits, such as \"1234.50\".';"
                " found: …."
            )
        ],
        [
            (
                "Variable '$i' has invalid value at .expectedTotal: Expected value of type 'Money',"
                " but encountered error 'Write an amount as a string of digits, such as"
                ' "1234.50".\'; found: ….'
            )
        ],
    ),
}


def messages(told: dict[str, Any]) -> list[str]:
    """Return what is said, without the value that came."""
    for error in told["errors"]:
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    found = [error["message"] for error in told["errors"]]
    return [f"{said.split('ound: ')[0]}ound: …." if "ound: " in said else said for said in found]


@pytest.mark.parametrize("case", WRONG)
async def test_gd16_suggestions_are_for_staff(house: House, case: str) -> None:
    text, variables, customers, staff = WRONG[case]
    assert messages((await post(house, PAT, asks(text, **variables))).json()) == customers
    assert messages(await as_staff(house, text, **variables)) == staff
    assert messages((await post(house, PAT, asks(text, **variables))).json()) == customers
    assert await house.calls() == {}


def words() -> list[str]:
    """Five hundred names: each close to one that the schema has, and none of them one."""
    fields = {
        name
        for kind in SCHEMA.type_map.values()
        if not kind.name.startswith("__")
        for name in getattr(kind, "fields", {})
    }
    near = sorted(f"{name}{letter}" for name in fields for letter in "sxy")
    return [name for name in near if name not in fields][:500]


async def test_gd17_a_list_of_words_learns_the_same_of_each(house: House) -> None:
    guesses = words()
    assert len(guesses) == 500
    for at in range(0, 500, 20):  # as many errors as an answer has
        asked = guesses[at : at + 20]
        text = "{ viewer {" + " ".join(asked) + "} }"
        told = (await post(house, PAT, asks(text))).json()
        assert [error["message"] for error in told["errors"]] == [
            f"Cannot query field '{name}' on type '…'." for name in asked
        ]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("Field 'a' of type '[Secret!]!' is 'b'.", "Field 'a' of type '[…!]!' is '…'."),
        ("'Secret.a(b:)' and 'x', '$a'", "'….a(…:)' and '…', '$a'"),
        ("'String', 'ID!', 'Query.a'", "'String', 'ID!', 'Query.a'"),
        ("This is one's own word, and Secret's.", "This is one's own word, and Secret's."),
        ("Syntax Error: Found 'half'.", "Syntax Error: Found 'half'."),
        ("Say 'a whole sentence' of it", "Say 'a whole sentence' of it"),
        ("'given' and 'inside' came by variable", "'given' and 'inside' came by variable"),
    ],
)
def test_only_quoted_names_that_nobody_wrote_are_left_out(message: str, said: str) -> None:
    asked = Asked("{ a }", {"given": [{"inside": 1}]})
    assert asked.unsaid(message) == said
