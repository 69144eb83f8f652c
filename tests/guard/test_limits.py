"""Documents beyond a bound, by each way they come: refused whole, and ServiceTitan not asked."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import get_introspection_query, parse

from gateway.documents import Documents
from gateway.graph import build_schema, core
from gateway.guard.limits import EVERYBODY
from gateway.guard.shape import shape_of
from tests.documented import pages, query_of, staff_pages
from tests.guard.asking import GRAPHQL, PAT, asks, post, post_as_staff
from tests.house import House
from tests.staff import STAFF as STAFF_EMAIL
from tests.staff import staffed_house

SCHEMA = core(build_schema())


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway with staff at its door, over a fresh sandbox."""
    async with staffed_house() as ready:
        yield ready


def dag(deep: int) -> str:
    """Write the bomb of M1: each fragment spreads the next one twice."""
    spread = [f"fragment f{n} on Customer{{...f{n + 1}...f{n + 1}}}" for n in range(deep)]
    last = f"fragment f{deep} on Customer{{id}}"
    return "{viewer{customers(first:1){nodes{...f0}}}}" + "".join(spread) + last


def nested(levels: int) -> str:
    """Write so many fields inside each other: an invoice's job's invoices' job, and so on."""
    names = ["viewer", "invoices(first: 1)", "nodes", *["job", "invoices"] * levels]
    return "{" + "{".join([*names[: levels - 1], "__typename"]) + "}" * levels


DEEP = nested(13)
IN_FRAGMENTS = (
    "{ viewer { ...f } } fragment f on Viewer { locations(first: 1) { nodes { invoices(first: 1) {"
    " ... { nodes { ...g } } } } } } fragment g on Invoice { job { invoices { job { invoices { job"
    " { invoices { job { number } } } } } } } }"
)
ALIASES = " ".join(f"a{n}: __typename" for n in range(101))
INVOICES = [f"a{n}: invoice(id: 1) {{ id }}" for n in range(101)]
LISTS = (
    "{ viewer { customers(first: 1) { nodes { jobs(tab: OPEN, first: 1) { nodes { invoices {"
    " job { invoices { job { invoices { job { invoices } } } } } } } } } } } }"
)
SPREAD = "{" + "...f " * 20 + "} fragment f on Query { a: __typename b: portal { currency } }"

# The name of the limit, what it says of its bound, and the documents of customers beyond it.
BEYOND: dict[str, tuple[str, str]] = {
    "GD-1": ("depth", DEEP),
    "GD-1 in fragments": ("depth", IN_FRAGMENTS),
    "GD-2": ("aliases", "{" + ALIASES + "}"),
    "GD-2 of invoices": ("tokens", "{" + " ".join(INVOICES) + "}"),
    "GD-2 of fewer": ("aliases", "{" + " ".join(INVOICES[:31]) + "}"),
    "GD-2 in a fragment": ("aliases", SPREAD),
    "GD-4 __typename": ("fields", "{" + "__typename " * 500 + "}"),
    "GD-4 viewer": ("fields", "{" + "viewer{id} " * 248 + "}"),
    "GD-4 pairs": ("tokens", "{" + "viewer{kind email} " * 400 + "}"),
    "GD-5": ("fields", dag(30)),
    "GD-5 as long as it may be": ("fields", dag(90)),
    "GD-8 tokens": ("tokens", "{" + " __typename" * 999 + "}"),
    "GD-8 characters": ("characters", "{ __typename" + " " * 14_988 + "}"),
    "GD-8 comments and commas": ("characters", "{ __typename }" + ",#\n" * 25_000),
    "GD-13": ("fields", "query small { __typename }" + "query big { viewer{" + "id " * 250 + "} }"),
    "GD-13 all together": (
        "fields",
        "".join(f"query q{n} {{ portal {{ {'currency ' * 12} }} }}" for n in range(20)),
    ),
    "GD-13 in an unused fragment": (
        "fields",
        "{ __typename } fragment f on Viewer {" + "id " * 250 + "}",
    ),
    "GD-23 comments": ("characters", "# a line\n" * 10_000 + "{ __typename }"),
    "GD-23 short comments": ("tokens", "#\n" * 2_000 + "{ __typename }"),
    "GD-23 a block string": ("characters", '{ node(id: """' + "x" * 100_000 + '""") { id } }'),
    "A5 directives": ("directives", "{ __typename " + "@include(if: true) " * 21 + "}"),
    "many roots": ("rootFields", "{" + "__typename " * 21 + "}"),
    "many siblings": ("siblings", "{ viewer {" + "kind " * 101 + "} }"),
    "lists in lists": ("lists", LISTS),
    "nested like a well": ("depth", "{" + "a{" * 250 + "b" + "}" * 251),
}
SAID = {
    "characters": "A document may have at most {} characters.",
    "tokens": "A document may have at most {} tokens.",
    "fields": "A document may have at most {} fields, its fragments spread out.",
    "depth": "A document may have at most {} fields inside each other.",
    "aliases": "A document may have at most {} aliases, its fragments spread out.",
    "directives": "A document may have at most {} directives.",
    "rootFields": "A document may have at most {} fields at its root.",
    "lists": "A document may have at most {} lists inside each other.",
    "siblings": "A document may have at most {} fields side by side.",
}
MOST = {
    "characters": (15_000, 30_000),
    "tokens": (1_000, 2_000),
    "fields": (250, 400),
    "depth": (12, 12),
    "aliases": (30, 30),
    "directives": (20, 20),
    "rootFields": (20, 30),
    "lists": (5, 5),
    "siblings": (100, 100),
}


def refusal(limit: str, message: str) -> dict[str, Any]:
    extensions = {"code": "LIMIT_EXCEEDED", "limit": limit}
    return {"errors": [{"message": message, "extensions": extensions}]}


def told(answer: httpx.Response) -> dict[str, Any]:
    of: dict[str, Any] = answer.json()
    return of


@pytest.mark.parametrize("case", BEYOND)
async def test_a_document_beyond_a_bound_is_refused_before_anything_is_asked(
    house: House, case: str
) -> None:
    limit, text = BEYOND[case]
    said = SAID[limit].format(MOST[limit][0])
    if case == "nested like a well":
        said = "The document is nested too deeply."
    for _ in range(2):  # read, and remembered
        answer = await post(house, PAT, asks(text), **GRAPHQL)
        assert (answer.status_code, told(answer)) == (400, refusal(limit, said))
    assert told(await post(house, None, asks(text))) == refusal(limit, said)
    assert await house.calls() == {}


def fields(most: int) -> str:
    """Write so many fields, few of them side by side."""
    whole = ["viewer {" + " kind" * 24 + "}"] * (most // 25)
    return "{" + " ".join(whole) + " __typename" * (most % 25) + "}"


# A document that reaches a bound of so many.
REACHING: dict[str, Callable[[int], str]] = {
    "characters": lambda most: "{ __typename" + " " * (most - 13) + "}",
    "tokens": lambda most: "{ viewer { kind } }" + "#\n" * (most - 6),
    "fields": fields,
    "depth": nested,
    "aliases": lambda most: "{ viewer {" + " ".join(f"a{n}: kind" for n in range(most)) + "} }",
    "directives": lambda most: "{ viewer {" + " kind @skip(if: false)" * most + "} }",
    "rootFields": lambda most: "{" + " __typename" * most + "}",
    "siblings": lambda most: "{ viewer {" + " kind" * most + "} }",
}


@pytest.mark.parametrize("freely", [False, True])
@pytest.mark.parametrize("limit", REACHING)
def test_gd8_each_bound_is_exact(limit: str, *, freely: bool) -> None:
    documents = Documents(SCHEMA)
    most = MOST[limit][freely]
    assert documents.read(REACHING[limit](most), freely=freely).errors == ()
    (error,) = documents.read(REACHING[limit](most + 1), freely=freely).errors
    assert error.message == SAID[limit].format(most)
    assert error.extensions == {"code": "LIMIT_EXCEEDED", "limit": limit}


async def test_staff_may_ask_more_also_through_a_customers_eyes(house: House) -> None:
    text = "{" + " ".join(f"viewer {{ {'kind ' * 13}}}" for _ in range(18)) + "}"
    body = asks(text)
    answer = told(await post_as_staff(house, body, STAFF_EMAIL))
    assert answer["data"] == {"viewer": {"kind": "STAFF"}}
    headers = {"x-view-as": PAT}
    headers["authorization"] = f"Bearer {house.tokens[f'staff {STAFF_EMAIL}']}"
    seen = (await house.gateway.post("/graphql", json=body, headers=headers)).json()
    assert seen["data"] == {"viewer": {"kind": "CUSTOMER"}}
    assert told(await post(house, PAT, body)) == refusal("fields", SAID["fields"].format(250))


def test_every_page_of_the_screens_has_room() -> None:
    documents = Documents(SCHEMA)
    for page in [*pages(), *staff_pages()]:
        text = query_of(page.read_text("utf-8"))
        assert documents.read(text).errors == ()
        shape = shape_of(SCHEMA, parse(text))
        for name in ("fields", "siblings", "root_fields"):
            assert 3 * getattr(shape, name) <= getattr(EVERYBODY, name), (page.name, name)
        assert shape.depth + 4 <= EVERYBODY.depth
        assert shape.lists + 2 <= EVERYBODY.lists


def test_introspection_fits_and_its_cycles_do_not() -> None:
    documents = Documents(SCHEMA)
    text = get_introspection_query(specified_by_url=True, input_value_deprecation=True)
    assert documents.read(text, freely=True).errors == ()
    round_and_round = "{__schema{types{fields{type{fields{type{fields{type{name}}}}}}}}}"
    (error,) = documents.read(round_and_round, freely=True).errors
    assert error.message == "Maximum introspection depth exceeded"


def test_gd5_cycles_are_reported_and_end() -> None:
    texts = (
        '{node(id:"x"){...a}} fragment a on Invoice{...b} fragment b on Invoice{...a}',
        '{node(id:"x"){...a}} fragment a on Invoice{...a}',
    )
    for text in texts:
        (error, *_) = Documents(SCHEMA).read(text).errors
        assert error.message.startswith("Cannot spread fragment 'a' within itself")


async def test_gd13_the_specification_keeps_its_word(house: House) -> None:
    two = told(await post(house, PAT, asks("{ __typename } { __typename }")))
    assert {of["message"] for of in two["errors"]} == {
        "This anonymous operation must be the only defined operation."
    }
    twice = told(await post(house, PAT, asks("query q { __typename } query q { __typename }")))
    assert [of["message"] for of in twice["errors"]] == [
        "There can be only one operation named 'q'."
    ]


async def test_gd23_what_is_large_and_within_bounds_is_read(house: House) -> None:
    block = '{ node(id: """' + "x" * 9_000 + '""") { id } }'
    (error,) = told(await post(house, PAT, asks(block)))["errors"]
    assert error["extensions"] == {"code": "NOT_FOUND"}
    for text in ("\N{ZERO WIDTH NO-BREAK SPACE}{ __typename }", "#\n" * 900 + "{ __typename }"):
        answer = told(await post(house, PAT, asks(text)))
        assert answer["data"] == {"__typename": "Query"}


def test_the_page_for_front_ends_tells_these_bounds() -> None:
    page = Path(__file__).parents[2] / "docs" / "front-end" / "schema.md"
    rows = {
        row.split("`")[1]: tuple(cell.strip() for cell in row.split("|")[3:5])
        for row in page.read_text("utf-8").splitlines()
        if row.startswith("| `") and row.count("|") == 5 and row[-3].isdigit()
    }
    assert rows == {limit: (f"{most:,}", f"{staff:,}") for limit, (most, staff) in MOST.items()}
