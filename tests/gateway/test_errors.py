"""What a client is told of what was raised, by code, and what it is not told."""

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLInt,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    Source,
    build_schema,
    graphql_sync,
    located_error,
    parse,
)
from structlog.testing import capture_logs

from adapters.servicetitan.errors import UpstreamBusy, UpstreamRejected, UpstreamUnavailable
from gateway.http.errors import MASK, TOO_SLOW, present
from resolvers.errors import (
    BadCursor,
    BadInput,
    Forbidden,
    LimitExceeded,
    NotFound,
    NotReady,
    Unauthenticated,
)


@pytest.mark.parametrize(
    ("raised", "message", "extensions"),
    [
        (NotFound(), "Not found.", {"code": "NOT_FOUND"}),
        (Forbidden("Not for you."), "Not for you.", {"code": "FORBIDDEN"}),
        (Unauthenticated("Sign in."), "Sign in.", {"code": "UNAUTHENTICATED"}),
        (BadInput("Ask differently."), "Ask differently.", {"code": "BAD_USER_INPUT"}),
        (
            BadCursor(),
            "This cursor does not belong to this list. Ask for its first page again.",
            {"code": "BAD_CURSOR"},
        ),
        (
            LimitExceeded("Too deep.", "depth"),
            "Too deep.",
            {"code": "LIMIT_EXCEEDED", "limit": "depth"},
        ),
        (NotReady("Soon."), "Soon.", {"code": "UPSTREAM_UNAVAILABLE"}),
        (UpstreamUnavailable("Away."), "Away.", {"code": "UPSTREAM_UNAVAILABLE"}),
        (
            UpstreamBusy("Busy.", 1500),
            "Busy.",
            {"code": "UPSTREAM_BUSY", "retryAfterMs": 1500},
        ),
        (UpstreamRejected("No."), "No.", {"code": "UPSTREAM_REJECTED"}),
        (TimeoutError("secret"), TOO_SLOW, {"code": "TIMEOUT"}),
        (RuntimeError("secret"), MASK, {"code": "INTERNAL"}),
        (ValueError("secret"), MASK, {"code": "INTERNAL"}),
        (KeyError("secret"), MASK, {"code": "INTERNAL"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_table(raised: Exception, message: str, extensions: dict[str, object]) -> None:
    shown = present(located_error(raised, path=["viewer", "jobs", 3]))
    assert shown == {"message": message, "extensions": extensions, "path": ["viewer", "jobs", 3]}


def test_wrapping_twice_changes_nothing() -> None:
    wrapped = GraphQLError("outer", original_error=GraphQLError("in", original_error=NotFound()))
    assert present(wrapped) == {"message": "Not found.", "extensions": {"code": "NOT_FOUND"}}


SCHEMA = build_schema("type Query { a(n: Int): Int }")


@pytest.mark.parametrize(
    ("document", "message", "column"),
    [
        ("{", "Syntax Error: Expected Name, found <EOF>.", 2),
        ("{ other }", "Cannot query field 'other' on type 'Query'.", 3),
        ('{ a(n: "x") }', 'Int cannot represent non-integer value: "x"', 8),
    ],
)
def test_graphqls_own_errors_keep_their_words(document: str, message: str, column: int) -> None:
    (error,) = graphql_sync(SCHEMA, Source(document)).errors or []
    assert present(error) == {
        "message": message,
        "extensions": {"code": "BAD_USER_INPUT"},
        "locations": [{"line": 1, "column": column}],
    }


def test_a_variable_of_the_wrong_type_is_bad_input() -> None:
    result = graphql_sync(SCHEMA, Source("query($n: Int) { a(n: $n) }"), variable_values={"n": "x"})
    (error,) = result.errors or []
    assert present(error)["extensions"] == {"code": "BAD_USER_INPUT"}


def test_a_scalar_that_refuses_a_variable_is_bad_input() -> None:
    def parse(value: object) -> object:
        raise ValueError(f"{value} is no day")

    day = GraphQLScalarType("Day", parse_value=parse)
    field = GraphQLField(GraphQLInt, args={"day": GraphQLArgument(day)})
    result = graphql_sync(
        GraphQLSchema(GraphQLObjectType("Query", {"a": field})),
        Source("query($d: Day) { a(day: $d) }"),
        variable_values={"d": "x"},
    )
    (error,) = result.errors or []
    shown = present(error)
    assert shown["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "x is no day" in shown["message"]


def test_a_value_error_of_ours_is_masked_wherever_it_was_raised() -> None:
    document = parse("{ a }")
    in_a_field = GraphQLError("secret", document, path=["a"], original_error=ValueError("secret"))
    nowhere = GraphQLError("secret", original_error=ValueError("secret"))
    assert [present(error)["message"] for error in (in_a_field, nowhere)] == [MASK, MASK]


def test_an_error_that_brings_its_code_keeps_it() -> None:
    error = GraphQLError("Too many.", extensions={"code": "LIMIT_EXCEEDED", "limit": "tokens"})
    assert present(error) == {
        "message": "Too many.",
        "extensions": {"code": "LIMIT_EXCEEDED", "limit": "tokens"},
    }


def fail() -> None:
    raise RuntimeError("secret=hunter2")


def test_what_is_masked_is_logged_once_with_its_type_and_place_and_no_values() -> None:
    with pytest.raises(RuntimeError) as raised:
        fail()
    with capture_logs() as lines:
        present(located_error(raised.value, path=["viewer", "jobs", 3, "total"]))
    (line,) = lines
    assert (line["event"], line["error"], line["path"]) == (
        "field failed",
        "RuntimeError",
        "viewer.jobs.#.total",
    )
    assert line["at"].startswith(f"{__name__}:")
    assert "hunter2" not in repr(lines)


def test_what_is_expected_is_not_logged() -> None:
    with capture_logs() as lines:
        present(located_error(NotFound(), path=["node"]))
    assert lines == []
