"""What operations are reckoned at: every edge has a weight, and no screen costs more in truth."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    get_operation_ast,
    is_composite_type,
    parse,
    validate,
)
from hypothesis import given
from hypothesis import strategies as st

from gateway.graph import build_schema, core
from gateway.guard.cost import Cost, cost_of
from schema.weights import SAME_PARENT, WEIGHTS
from tests.documented import (
    ASKER,
    ask,
    ask_as_staff,
    pages,
    query_of,
    staff_pages,
    variables_of,
)
from tests.house import House
from tests.staff import staffed_house

SCHEMA = core(build_schema())


def cost(query: str, **variables: object) -> Cost:
    """Return what a valid query is reckoned at."""
    document = parse(query)
    assert validate(SCHEMA, document) == []
    return cost_of(SCHEMA, document, get_operation_ast(document, None), variables)


def fields() -> Iterator[tuple[str, GraphQLField]]:
    """Give every field of every object, but for those of introspection and of pages."""
    for name, kind in SCHEMA.type_map.items():
        page = name.endswith(("Connection", "Edge", "PageInfo")) or name.startswith("__")
        if isinstance(kind, GraphQLObjectType) and not page:
            yield from ((f"{name}.{of}", field) for of, field in kind.fields.items())


def asks_or_lists(field: GraphQLField) -> bool:
    """Does this field wait for something, or bring rows?"""
    named = get_named_type(field.type)
    if named.name.endswith("UserError"):
        return False
    told: Any = field.extensions["strawberry-definition"]
    resolver = told.base_resolver
    if resolver is not None and inspect.iscoroutinefunction(inspect.unwrap(resolver.wrapped_func)):
        return True
    is_many = "[" in str(field.type) or named.name.endswith("Connection")
    return is_many and is_composite_type(named)


def test_every_field_that_asks_or_lists_has_a_weight_and_no_other() -> None:
    assert {place for place, field in fields() if asks_or_lists(field)} == set(WEIGHTS)


def test_every_place_that_is_named_there_is() -> None:
    places = dict(fields())
    assert set(places) >= SAME_PARENT
    for place, weight in WEIGHTS.items():
        assert weight.by_list is None or weight.by_list in places[place].args, place


PAGES = {
    "equipment": (3, 4),
    "invoice": (4, 5),
    "invoices": (1, 4),
    "job": (5, 8),
    "jobs": (5, 6),
    "memberships": (9, 9),
    "my-tasks": (5, 7),
    "pay-invoices": (2, 8),
    "pay-quote": (1, 1),
    "payment-methods": (0, 2),
    "payments": (0, 4),
    "portal": (0, 0),
    "proposals": (1, 2),
    "service-agreements": (1, 10),
}
"""Of each page of docs/screens: the calls it really takes, cold, and the points it is charged."""

STAFF_PAGES = {
    "access": (0, 1),
    "explain": (1, 10),
    "payment-link": (1, 2),
    "set-access-level": (0, 2),
}


def test_every_page_is_in_the_table() -> None:
    assert {page.stem for page in pages()} == set(PAGES)
    assert {page.stem for page in staff_pages()} == set(STAFF_PAGES)
    assert all(calls <= points for calls, points in (PAGES | STAFF_PAGES).values())


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
async def test_a_screen_is_reckoned_at_what_it_costs_at_most(house: House, page: Any) -> None:  # noqa: ANN401  # a path
    text = page.read_text("utf-8")
    await ask(house, ASKER, text)
    points = cost(query_of(text), **variables_of(text)).points
    assert ((await house.calls()).total(), points) == PAGES[page.stem]


@pytest.mark.parametrize("page", staff_pages(), ids=lambda page: page.stem)
async def test_what_staff_do_is_reckoned_at_what_it_costs_at_most(page: Any) -> None:  # noqa: ANN401  # as above
    text = page.read_text("utf-8")
    async with staffed_house() as house:
        await ask_as_staff(house, text)
        points = cost(query_of(text), **variables_of(text)).points
        assert ((await house.calls()).total(), points) == STAFF_PAGES[page.stem]


PAGED = "query($n: Int) { viewer { invoices(first: $n) { nodes { job { number } } } } }"
NESTED = """{ viewer { customers(first: 100) { nodes { invoices(first: 100) {
    nodes { payments { amount } } } } } } }"""
DOUBLE = """{ viewer { customers(first: 100) { nodes { invoices(first: 100) { nodes { job {
    appointments { job { invoices { job { appointments { number } } } } } } } } } } } }"""


@pytest.mark.parametrize(
    ("query", "variables", "calls", "rows"),
    [
        ("{ portal { businessName } __typename }", {}, 0, 0),
        ("{ __schema { types { name } } }", {}, 0, 0),
        ("{ viewer { email } }", {}, 0, 0),
        # A page, its default, a literal, a variable, a null one, and what will be refused.
        ("{ viewer { invoices { nodes { number } } } }", {}, 1, 20),
        ("{ viewer { invoices(first: 7) { nodes { number } } } }", {}, 1, 7),
        ("{ viewer { invoices(last: 9) { nodes { number } } } }", {}, 1, 9),
        (PAGED, {"n": 51}, 3, 51),
        (PAGED, {"n": 100}, 3, 100),
        (PAGED, {"n": 50}, 2, 50),
        (PAGED, {}, 2, 20),
        (PAGED, {"n": None}, 3, 100),
        (PAGED, {"n": 2_000_000_000}, 3, 100),
        (PAGED, {"n": -5}, 1, 0),
        (PAGED, {"n": "x"}, 0, 0),  # it does not run
        # The same question for the same parents is asked once, for others once more.
        ("{ viewer { jobs(tab: UPCOMING) { totalCount } jobCounts { onHold } } }", {}, 2, 20),
        ("{ viewer { jobCounts { onHold } tasks { count } } }", {}, 4, 0),
        ("{ a: viewer { jobCounts { onHold } } b: viewer { jobCounts { onHold } } }", {}, 2, 0),
        ('{ a: invoice(id: "1") { number } b: invoice(id: "2") { number } }', {}, 4, 0),
        # Lists multiply: a hundred customers with a hundred invoices each.
        (NESTED, {}, 1 + 2 + 200, 100 + 10_000 + 30_000),
        # What is left out costs nothing, and what stands beside it as much as ever.
        ("{ viewer { invoices @skip(if: true) { totalCount } jobCounts { onHold } } }", {}, 2, 0),
        ("query($n: Boolean!) { viewer { invoices @skip(if: $n) { totalCount } } }", {"n": True}, 0, 0),  # noqa: E501  # a row of the table
        ("query($n: Boolean!) { viewer { invoices @skip(if: $n) { totalCount } } }", {"n": False}, 1, 20),  # noqa: E501  # as above
        ("{ viewer { invoices @skip(if: true) { totalCount } } }", {}, 0, 0),
        ("{ viewer { invoices @include(if: false) { totalCount } } }", {}, 0, 0),
        ("query($n: Boolean!) { viewer { invoices @include(if: $n) { totalCount } } }", {"n": True}, 1, 20),  # noqa: E501  # a row of the table
        # Fragments, once for the same parents.
        ("{ viewer { ...f ...f } } fragment f on Viewer { invoices { totalCount } }", {}, 1, 20),
        ("{ viewer { ... on Viewer { invoices(first: 2) { totalCount } } } }", {}, 1, 2),
        ("{ viewer { ... { invoices(first: 2) { totalCount } } } }", {}, 1, 2),
        ("{ viewer { ...f ...f jobCounts { onHold } } } fragment f on Viewer { invoices { totalCount } }", {}, 3, 20),  # noqa: E501  # as above
        ("{ ...f } fragment f on Query { viewer { invoices { totalCount } } }", {}, 1, 20),
        ("{ viewer { ... { ...f } } } fragment f on Viewer { invoices { totalCount } }", {}, 1, 20),
        # A page, its edges and its nodes are the same parents.
        ("{ viewer { invoices { nodes { job { number } } edges { node { job { number } } } } } }", {}, 2, 20),  # noqa: E501  # as above
        ("{ viewer { invoices { edges { node { job { number } } also: node { job { number } } } } } }", {}, 2, 20),  # noqa: E501  # as above
        # What will be refused where it runs is reckoned as a whole page.
        ("query($t: JobTab = ON_HOLD) { viewer { jobs(tab: $t) { totalCount } } }", {"t": None}, 2, 100),  # noqa: E501  # as above
        ('{ node(id: "1") { id ... on Invoice { job { number } } } }', {}, 3, 0),
        # As many as are named.
        ("query($n: [ID!]!) { nodes(ids: $n) { ... on Job { type } } }", {"n": ["1"] * 60}, 6, 60),
        ('{ viewer { paymentQuote(invoiceIds: ["1", "2"]) { total } } }', {}, 1, 0),
    ],
)  # fmt: skip
def test_operations_are_reckoned(
    query: str, variables: dict[str, object], calls: int, rows: int
) -> None:
    assert cost(query, **variables) == Cost(calls, rows)


def test_what_staff_do_is_reckoned_by_the_call() -> None:
    query = """mutation($i: CreateEstimateLinkInput!) {
        createEstimateLink(input: $i) { userErrors { message } } }"""
    assert cost(query, i={"estimateNumbers": ["1"]}) == Cost(2, 0)


def test_without_an_operation_nothing_is_reckoned() -> None:
    assert cost_of(SCHEMA, parse("fragment f on Query { __typename }"), None, {}) == Cost()


def test_so_many_selections_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.guard.cost.MOST_STEPS", 12)
    assert cost("{ portal { " + "currency " * 11 + "} }") == Cost()
    assert cost("{ portal { " + "currency " * 12 + "} }") == Cost(10**9)


def test_a_point_is_a_call_or_a_hundred_rows() -> None:
    assert [Cost(3, rows).points for rows in (0, 99, 100, 250)] == [3, 3, 4, 5]


def test_what_multiplies_without_end_has_an_end() -> None:
    assert cost(DOUBLE).points > 1000
    deep = "job { appointments { " * 12 + "number" + " } }" * 12
    query = f"{{ viewer {{ invoices(first: 100) {{ nodes {{ {deep} }} }} }} }}"
    assert 1000 < cost(query).points <= 2 * 10**9


def test_a_document_that_spreads_without_end_is_dearer_than_any_may_be() -> None:
    again = "locations { nodes { customer { ...f%d } } }"
    doubling = " ".join(
        f"fragment f{n} on Customer {{ a{n}: {again % (n + 1)} b{n}: {again % (n + 1)} }}"
        for n in range(16)
    )
    document = parse(
        f"{{ viewer {{ customers {{ nodes {{ ...f0 }} }} }} }} {doubling} "
        "fragment f16 on Customer { name }"
    )
    told = cost_of(SCHEMA, document, get_operation_ast(document, None), {})
    assert told.points >= 10**9


@given(st.integers(1, 100), st.integers(1, 100))
def test_more_rows_never_cost_less(few: int, more: int) -> None:
    few, more = sorted((few, more))
    query = "query($n: Int) { viewer { jobs(tab: COMPLETED, first: $n) { nodes { type invoices { job { number } } } } } }"  # noqa: E501  # one query
    assert cost(query, n=few).points <= cost(query, n=more).points
