"""The shape of documents small enough to count by hand: each number, and what it counts."""

import pytest
from graphql import build_schema, parse

from gateway.guard.shape import ENDLESS, Shape, shape_of

SCHEMA = build_schema("""
interface Named { name: String  all: [Named!] }
type One implements Named { name: String  all: [Named!]  ones: [[One!]!]  one: One }
union Either = One | Query
type Query { one: One!  named: [Named]  either: [Either!]!  n: Int  words: [String!] }
type Mutation { many: [One!]! }
""")


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("{ n }", Shape(fields=1, root_fields=1, depth=1, siblings=1, steps=2)),
        (
            "query q($a: Int @x, $b: Int @x @x) @x { n @x y: n @x @x }",
            Shape(fields=2, aliases=1, directives=7, root_fields=2, depth=1, siblings=2, steps=3),
        ),
        (
            "{ one { name name one { name } } n n n }",
            Shape(fields=8, root_fields=4, depth=3, siblings=4, steps=8 + 3),
        ),
        (
            "{ one { a: name b: name c: name } }",
            Shape(fields=4, aliases=3, root_fields=1, depth=2, siblings=3, steps=4 + 2),
        ),
        (
            "mutation { many { ones { all { name } } } }",
            Shape(fields=4, root_fields=1, depth=4, lists=4, siblings=1, steps=4 + 4),
        ),
        (
            "{ named { ... { name } ... on One @x { one { name } } } words }",
            Shape(fields=5, directives=1, root_fields=2, depth=3, lists=1, siblings=2, steps=7 + 5),
        ),
        (
            "{ either { ... on One { ones { name } } ... on Query { words } } }",
            Shape(fields=4, root_fields=1, depth=3, lists=3, siblings=2, steps=6 + 5),
        ),
        (
            """{ ...f @x one { ...g } } fragment f on Query @x { n words }
            fragment g on One @x @x { a: name all { name } }""",
            Shape(
                fields=6,
                aliases=1,
                directives=4,
                root_fields=3,
                depth=3,
                lists=1,
                siblings=3,
                steps=8 + (2 + 2) + 1 + 2,
            ),
        ),
        (
            "query a { n n } query b { one { name } }",
            Shape(fields=4, root_fields=3, depth=2, siblings=2, steps=4 + 1 + 2),
        ),
        (
            "{ n } fragment f on One { all { all { name } } }",
            Shape(fields=4, root_fields=2, depth=3, lists=2, siblings=1, steps=4 + 1 + 3 + 1),
        ),
        (
            "{ unknown { one { ones { name } } } }",
            Shape(fields=4, root_fields=1, depth=4, siblings=1, steps=4 + 4),
        ),
        (
            "{ n { words } ... on Unknown { words } ... on Query { words } }",
            Shape(fields=4, root_fields=3, depth=2, lists=1, siblings=3, steps=6 + 4),
        ),
        (
            "subscription { one { name } }",
            Shape(fields=2, root_fields=1, depth=2, siblings=1, steps=2 + 2),
        ),
        (
            "{ ...unknown n }",
            Shape(fields=1, root_fields=1, depth=1, siblings=1, steps=2 + 1 + 1),
        ),
        (
            "type X { a: Int } { n }",
            Shape(fields=1, root_fields=1, depth=1, siblings=1, steps=1 + 1),
        ),
    ],
)
def test_every_part_is_counted(text: str, shape: Shape) -> None:
    assert shape_of(SCHEMA, parse(text)) == shape


@pytest.mark.parametrize(
    ("text", "depth", "lists"),
    [
        ("{ __schema { types { fields { name } } } }", 1, 0),
        ("{ one { one { name } } __schema { types { fields { name } } } }", 3, 0),
        ("{ words __type(name: 1) { fields { args { name } } } }", 1, 1),
    ],
)
def test_gd14_introspection_is_counted_and_has_no_depth(text: str, depth: int, lists: int) -> None:
    shape = shape_of(SCHEMA, parse(text))
    assert (shape.introspects, shape.depth, shape.lists) == (True, depth, lists)
    assert shape.fields == text.count("{") - 1 + text.count("name }") + text.count("words")


def test_introspection_is_of_the_whole_document() -> None:
    for text in (
        "{ __schema { a } } { n }",
        "{ n } { __schema { a } }",
        "{ ...f ...g } fragment f on Query { __schema { a } } fragment g on Query { n }",
        "{ ...f ...g } fragment g on Query { __schema { a } } fragment f on Query { n }",
    ):
        assert shape_of(SCHEMA, parse(text)).introspects is True
    assert shape_of(SCHEMA, parse("{ __typename n }")).introspects is False


def test_m1_sums_have_an_end() -> None:
    spread = [f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(32)]
    last = "fragment f32 on Query { a: n @x }"
    shape = shape_of(SCHEMA, parse("{ ...f0 } { ...f0 }" + "".join(spread) + last))
    assert (shape.fields, shape.aliases, shape.directives) == (ENDLESS,) * 3
    assert (shape.root_fields, shape.siblings, shape.depth) == (ENDLESS, ENDLESS, 1)


def test_the_last_of_two_fragments_of_one_name_is_spread_and_the_other_counted() -> None:
    text = "{ ...f } fragment f on Query { n n n } fragment f on Query { one { name } }"
    assert shape_of(SCHEMA, parse(text)) == Shape(
        fields=5, root_fields=4, depth=2, siblings=3, steps=6 + 2 + 2 + 1
    )
