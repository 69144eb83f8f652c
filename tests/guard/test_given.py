"""What is given to arguments, read without a schema: how long, for whom, and where it stands."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import GraphQLError, parse

from gateway.guard.given import NONE, Uses, uses_of

BOUNDS = {"search": 5, "after": 3, "ids": 4, "other": 2}
HUNDRED = "[" + '"a" ' * 100 + "]"
MORE = "[" + '"a" ' * 101 + "]"


def uses(text: str) -> Mapping[str, frozenset[str]]:
    told = uses_of(parse(text), BOUNDS)
    assert isinstance(told, Uses), told
    return told.by_variable


def refusal(text: str) -> dict[str, Any]:
    told = uses_of(parse(text), BOUNDS)
    assert isinstance(told, GraphQLError)
    return dict(told.formatted)


def too_many(name: str) -> dict[str, Any]:
    extensions = {"code": "LIMIT_EXCEEDED", "limit": name}
    return {"message": f"`{name}` may have at most 100 entries.", "extensions": extensions}


def too_long(name: str, most: int) -> dict[str, Any]:
    message = f"`{name}` may have at most {most} characters."
    return {"message": message, "extensions": {"code": "BAD_USER_INPUT"}}


DIGITS = {
    "message": "A number may have at most 18 digits.",
    "extensions": {"code": "BAD_USER_INPUT"},
}


def test_variables_are_known_by_what_they_are_given_for() -> None:
    text = """query($a: X $b: X = "b" $c: X, $d: X) {
        x(search: $a) { y(input: {ids: [$b, $c], member: {after: $c}}) }
        z @include(if: $a) } fragment f on T { x(search: $b) }"""
    assert uses(text) == {
        "a": {"search", "if"},
        "b": {"ids", "search"},
        "c": {"ids", "after"},
    }
    assert uses("{ x(search: 1) }") == {}
    assert Uses({}) == NONE


@pytest.mark.parametrize(
    ("written", "told", "column"),
    [
        ('x(search: "123456")', too_long("search", 5), 11),
        ('x(search: """123456""")', too_long("search", 5), 11),
        ('x(ids: ["1234", "12345"])', too_long("ids", 4), 17),
        (f"x(ids: {MORE})", too_many("ids"), 8),
        (f"x(other: [1, {{ids: {MORE}}}])", too_many("ids"), 20),
        ('x(other: {search: "123456"})', too_long("search", 5), 19),
        ('x(other: [{search: "123456"}, [1]])', too_long("search", 5), 20),
        ('x(other: {search: "123456", y: {z: 1}})', too_long("search", 5), 19),
        ('x(n: "a", search: "123456")', too_long("search", 5), 19),
        ('x @d(search: "123456")', too_long("search", 5), 14),
        ("x(first: 1234567890123456789)", DIGITS, 10),
        ("x(first: -123456789012345678)", DIGITS, 10),
        ("x(first: 1.12345678901234567)", DIGITS, 10),
        ("x(first: 1e10000000000000000)", DIGITS, 10),
        ("x(first: [1, 1234567890123456789])", DIGITS, 14),
    ],
)
def test_what_is_written_too_long_is_refused_where_it_stands(
    written: str, told: dict[str, Any], column: int
) -> None:
    location = {"line": 2, "column": column}
    assert refusal("{\n" + written + "}") == told | {"locations": [location]}


@pytest.mark.parametrize(
    "written",
    [
        *('search: "12345"', "first: 123456789012345678", "first: 1.1234567890123456"),
        *(f"ids: {HUNDRED}", f"unknown: {MORE}", 'unknown: "123456"', "first: $v"),
        *("unknown: 123456", "search: ABCDEF", "search: null", "search: true"),
        f"ids: [{HUNDRED}]",
    ],
)
def test_what_is_as_long_as_may_be_is_not(written: str) -> None:
    uses(f"{{ x({written}) }}")


@pytest.mark.parametrize(
    ("text", "told", "column"),
    [
        ('query($v: X = "123456") { x(search: $v) }', too_long("search", 5), 15),
        ('query($v: X = ["12345"]) { x(ids: $v) }', too_long("ids", 4), 16),
        (f"query($v: X = {MORE}) {{ x(input: {{ids: $v}}) }}", too_many("ids"), 15),
        ("query($v: X = 1234567890123456789) { x(first: $v) }", DIGITS, 15),
        ("query($v: X = 1234567890123456789) { x }", DIGITS, 15),
        ('query($v: X = {search: "123456"}) { x }', too_long("search", 5), 24),
        ('query($v: X = "1234") { x(search: $v after: $v) }', too_long("after", 3), 15),
        ('query($u: X, $v: X = "123456") { x(search: $v) }', too_long("search", 5), 22),
        ('query($u: X = "1", $v: X = "123456") { x(search: $v) }', too_long("search", 5), 28),
    ],
)
def test_a_default_is_as_what_it_is_used_for(text: str, told: dict[str, Any], column: int) -> None:
    assert refusal(text) == told | {"locations": [{"line": 1, "column": column}]}


def test_a_default_of_what_nobody_uses_has_no_bound_of_a_name() -> None:
    assert uses('query($v: X = "123456789") { x }') == {}
    assert uses('query($v: X = "12345") { x(search: $v) }') == {"v": {"search"}}


OF: dict[str, frozenset[str]] = {
    "a": frozenset({"search", "after"}),
    "b": frozenset({"ids"}),
    "c": frozenset({"input"}),
}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"a": "1234"}, too_long("after", 3)),
        ({"a": "123456"}, too_long("after", 3)),  # the first of its names
        ({"b": ["1"] * 101}, too_many("ids")),
        ({"b": [["1"] * 101]}, too_many("ids")),
        ({"b": ["1", "12345"]}, too_long("ids", 4)),
        ({"a": "1", "b": "12345"}, too_long("ids", 4)),
        ({"c": {"x": {"search": "123456"}}}, too_long("search", 5)),
        ({"c": {"x": 1, "ids": ["1"] * 101}}, too_many("ids")),
        ({"c": [{"search": "123456"}]}, too_long("search", 5)),
        ({"c": {"search": "123456", "x": {"y": 1}}}, too_long("search", 5)),
        ({"c": [{"search": "123456"}, [1]]}, too_long("search", 5)),
        ({"c": [1, "x", {"search": "123456"}]}, too_long("search", 5)),
    ],
)
def test_what_comes_by_a_variable_is_as_what_it_is_given_for(
    given: dict[str, object], told: dict[str, Any]
) -> None:
    error = Uses(OF).too_long(given, BOUNDS)
    assert error is not None
    assert error.formatted == told
    assert error.nodes is None


@pytest.mark.parametrize(
    "given",
    [
        *({}, {"a": "123", "b": ["1234"] * 100}, {"a": None, "b": 123456}, {"d": "123456"}),
        *({"c": "123456"}, {"c": {"unknown": ["123456"] * 101}}, {"c": {"search": "12345"}}),
    ],
)
def test_what_is_within_its_bounds_is_not_refused(given: dict[str, object]) -> None:
    assert Uses(OF).too_long(given, BOUNDS) is None
    assert NONE.too_long(given, BOUNDS) is None
