"""What is given to arguments: lists and texts have a bound, however they come (GD-10, GD-22)."""

import re
from typing import Any

import pytest
from graphql import (
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLString,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from gateway import graph
from gateway.documents import Documents
from gateway.guard.inputs import LISTS, TEXTS, Unbounded, text_bounds
from tests.guard.asking import PAT, asks, post
from tests.house import House

SCHEMA = graph.core(graph.build_schema())
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
QUOTE = "query($ids: [ID!]!) { viewer { paymentQuote(invoiceIds: $ids) { total } } }"
PAY = "mutation($i: PayInvoicesInput!) { payInvoices(input: $i) { userErrors { message } } }"
LINK = """mutation($i: CreateEstimateLinkInput!) {
    createEstimateLink(input: $i) { userErrors { message } } }"""
SEARCH = "query($t: String) { viewer { equipment(first: 1, search: $t) { totalCount } } }"
ACCEPT = """mutation($i: AcceptEstimateInput!) {
    acceptEstimate(input: $i) { userErrors { message } } }"""


def listed(count: int) -> str:
    return "[" + '"a" ' * count + "]"


def too_many(name: str) -> dict[str, Any]:
    extensions = {"code": "LIMIT_EXCEEDED", "limit": name}
    return {
        "message": f"`{name}` may have at most {LISTS[name]} entries.",
        "extensions": extensions,
    }


def too_long(name: str, most: int) -> dict[str, Any]:
    message = f"`{name}` may have at most {most} characters."
    return {"message": message, "extensions": {"code": "BAD_USER_INPUT"}}


# A document with its variables, and what it is refused for.
REFUSED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "GD-10 written": (f"{{ nodes(ids: {listed(101)}) {{ id }} }}", {}, too_many("ids")),
    "GD-10 by variable": (NODES, {"ids": ["a"] * 101}, too_many("ids")),
    "GD-10 many numbers": (NODES, {"ids": list(range(15_000))}, too_many("ids")),
    "GD-10 by default": (
        f"query($ids: [ID!]! = {listed(101)}) {{ nodes(ids: $ids) {{ id }} }}",
        {},
        too_many("ids"),
    ),
    "GD-10 in a fragment": (
        "query($of: [ID!]!) { ...f } fragment f on Query { x: nodes(ids: $of) { id } }",
        {"of": ["a"] * 101},
        too_many("ids"),
    ),
    "GD-10 left out": (
        "query($of: [ID!]!) { nodes(ids: $of) @skip(if: true) { id } }",
        {"of": ["a"] * 101},
        too_many("ids"),
    ),
    "GD-10 lists in lists": (NODES, {"ids": [["a"] * 101]}, too_many("ids")),
    "a quote": (QUOTE, {"ids": ["a"] * 101}, too_many("invoiceIds")),
    "a payment": (PAY, {"i": {"invoiceIds": ["a"] * 101}}, too_many("invoiceIds")),
    "a payment, in parts": (
        """mutation($ids: [ID!]!, $s: PaymentSourceInput!) { payInvoices(input: {
            idempotencyKey: "k", invoiceIds: $ids, expectedTotal: "1.00", source: $s
        }) { userErrors { message } } }""",
        {"ids": ["a"] * 101, "s": {"processorToken": "t"}},
        too_many("invoiceIds"),
    ),
    "a link": (LINK, {"i": {"estimateNumbers": ["1"] * 101}}, too_many("estimateNumbers")),
    "a search": (SEARCH, {"t": "x" * 4_097}, too_long("search", 4_096)),
    "a search, written": (
        '{ viewer { equipment(first: 1, search: "' + "x" * 4_097 + '") { totalCount } } }',
        {},
        too_long("search", 4_096),
    ),
    "a search, as a block": (
        '{ viewer { equipment(first: 1, search: """' + "x" * 4_097 + '""") { totalCount } } }',
        {},
        too_long("search", 4_096),
    ),
    "GD-22 a text as long as can be": (SEARCH, {"t": "x" * 100_000}, too_long("search", 4_096)),
    "an id": (NODES, {"ids": ["x" * 10_241]}, too_long("ids", 10_240)),
    "a cursor": (
        "query($c: String) { viewer { customers(first: 1, after: $c) { totalCount } } }",
        {"c": "x" * 10_241},
        too_long("after", 10_240),
    ),
    "a member of a member": (
        ACCEPT,
        {"i": {"signature": {"drawn": {"name": "n" * 4_097}}}},
        too_long("name", 4_096),
    ),
    "a drawing": (
        ACCEPT,
        {"i": {"signature": {"drawn": {"svgPath": "M" * 98_305}}}},
        too_long("svgPath", 98_304),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_too_many_and_too_long_are_refused_before_anything_runs(
    house: House, case: str
) -> None:
    text, variables, error = REFUSED[case]
    for _ in range(2):  # read, and remembered
        answer = (await post(house, PAT, asks(text, **variables))).json()
        (told,) = answer["errors"]
        told.pop("locations", None)
        assert (answer.keys(), told) == ({"errors"}, error)
    assert await house.calls() == {}


async def test_gd10_a_hundred_may_be_asked_for(house: House) -> None:
    for text, variables in (
        (f"{{ nodes(ids: {listed(100)}) {{ id }} }}", {}),
        (NODES, {"ids": ["a"] * 100}),
    ):
        told = (await post(house, PAT, asks(text, **variables))).json()
        assert {of["extensions"]["code"] for of in told["errors"]} == {"NOT_FOUND"}
        assert told["data"] == {"nodes": [None] * 100}


def test_every_list_and_text_of_the_schema_has_a_bound() -> None:
    bounds, met = text_bounds(SCHEMA), set[str]()
    for kind in SCHEMA.type_map.values():
        if kind.name.startswith("__"):
            continue
        inputs: dict[str, Any] = {}
        if isinstance(kind, GraphQLInputObjectType):
            inputs = kind.fields
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field in kind.fields.values():
                inputs |= field.args
        for name, of in inputs.items():
            if is_list_type(get_nullable_type(of.type)):
                assert LISTS[name] == 100
                met.add(name)
            if get_named_type(of.type) in {GraphQLString, GraphQLID}:
                assert 1_000 < bounds[name] < 100_000
                met.add(name)
    assert met >= TEXTS.keys() | LISTS.keys()  # and none of them stands for nothing


@pytest.mark.parametrize(
    "argument", ["words: String", "words: [Int!]", "words: [[Kind]!]!", "of: Input"]
)
def test_a_schema_with_an_argument_without_a_bound_is_not_served(argument: str) -> None:
    schema = build_schema(
        f"type Query {{ a({argument}): Int }} enum Kind {{ A }} input Input {{ words: [String] }}"
    )
    with pytest.raises(Unbounded, match=re.escape("`words` is a ")):
        Documents(schema)


DIGITS = "A number may have at most 18 digits."
FIRST = {
    "0": ("first: 0", {}, "`first` must be from 1 to 100; it was 0."),
    "-1": ("first: -1", {}, "`first` must be from 1 to 100; it was -1."),
    "101": ("first: 101", {}, "`first` must be from 1 to 100; it was 101."),
    "2^31": (
        "first: 2147483648",
        {},
        "Int cannot represent non 32-bit signed integer value: 2147483648",
    ),
    "null by variable": (
        "first: $n",
        {"n": None},
        "Say how many: `first` or `last`, from 1 to 100.",
    ),
    "both": ("first: 1, last: 1", {}, "Ask for `first` or for `last`, not for both."),
    "GD-22 five thousand digits": ("first: " + "9" * 5_000, {}, DIGITS),
    "GD-22 endless": ("first: 1e999", {}, "Int cannot represent non-integer value: 1e999"),
}


@pytest.mark.parametrize("case", FIRST)
async def test_gd11_how_many_rows(house: House, case: str) -> None:
    arguments, variables, said = FIRST[case]
    named = f"(${'n'}: Int)" if variables else ""
    inside = f"({arguments})" if arguments else ""
    text = f"query{named} {{ viewer {{ customers{inside} {{ totalCount }} }} }}"
    (error,) = (await post(house, PAT, asks(text, **variables))).json()["errors"]
    assert error["message"].startswith(said)
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert await house.calls() == {}


@pytest.mark.parametrize(
    "text",
    [
        "query($n: Int = €) { viewer { customers(first: $n) { totalCount } } }",
        "query($n: Int = €) { __typename }",
        "query($n: [Int] = [1, €]) { __typename }",
        "{ __typename @skip(if: €) }",
        "{ nodes(ids: [€]) { id } }",
        "{ node(id: 1€.5) { id } }",
    ],
)
async def test_gd22_a_number_has_eighteen_digits_at_most(house: House, text: str) -> None:
    answer = (await post(house, PAT, asks(text.replace("€", "9" * 19)))).json()
    assert [error["message"] for error in answer["errors"]] == [DIGITS]
    answer = (await post(house, PAT, asks(text.replace("€", "9" * 5)))).json()
    assert DIGITS not in [error["message"] for error in answer.get("errors", ())]


@pytest.mark.parametrize(
    "body",
    [
        '{"query": "query($n: Int) { viewer { customers(first: $n) { totalCount } } }",'
        ' "variables": {"n": ' + "9" * 5_000 + "}}",
        '{"query": "{ viewer { customers(first: 1e999) { totalCount } } }"}',
        (
            '{"query": "query($n: Int) { viewer { customers(first: $n) { totalCount } } }",'
            ' "variables": {"n": 1e999}}'
        ),
        (
            '{"query": "query($t: String) { viewer { equipment(first: 1, search: $t)'
            ' { totalCount } } }", "variables": {"t": "\\ud800"}}'
        ),
        "[" + ",".join(['{"query": "{ __typename }"}'] * 10) + "]",
        '[{"query": "{ __typename }"}]',
        "[]",
        "[1]",
    ],
    ids=["digits", "endless", "endless by variable", "half a character", "GD-7", "one", "no", "1"],
)
async def test_gd7_gd22_what_no_value_is_written_like(house: House, body: str) -> None:
    headers = {"content-type": "application/json"}
    headers["authorization"] = f"Bearer {await house.token(PAT)}"
    answer = await house.gateway.post("/graphql", content=body.encode(), headers=headers)
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert await house.calls() == {}


@pytest.mark.parametrize("told", ["\x00", "\u202eright to left\u202c", "\ufeff", "\U0010ffff"])
async def test_gd22_any_whole_character_may_be_searched_for(house: House, told: str) -> None:
    answer = (await post(house, PAT, asks(SEARCH, t=told))).json()
    assert answer["data"] == {"viewer": {"equipment": {"totalCount": 0}}}
