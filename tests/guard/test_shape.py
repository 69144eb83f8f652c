"""What a document comes to, against counting it the long way; and how little work that takes."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    build_schema,
    parse,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.guard.shape import ENDLESS, Shape, shape_of

SCHEMA = build_schema("""
type Query { a: Query!  b: [Query!]!  c: [[Query]]  n: Int }
""")
NAMES = ("a", "b", "c", "n")
LISTS = {"a": 0, "b": 1, "c": 2, "n": 0}
COUNTED = ("fields", "aliases", "directives", "root_fields", "depth", "lists", "siblings")


def field(of: int, inside: str) -> str:
    """Write a field of this number; every third has an alias, every fourth a directive."""
    name = NAMES[of % 3] if inside else "n"
    alias = f"x{of}: " if of % 3 == 0 else ""
    directive = " @skip(if: false)" if of % 4 == 0 else ""
    return f"{alias}{name}{directive}{inside}"


@st.composite
def selections(draw: st.DrawFn, names: tuple[str, ...], deep: int = 0) -> str:
    """Write a selection set that may spread any of these fragments."""
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(("field", "field", "inline", "spread")))
        if kind == "spread" and names:
            parts.append(f"...{draw(st.sampled_from(names))}")
        elif kind == "inline" and deep < 2:
            parts.append(f"... on Query{draw(selections(names, deep + 1))}")
        else:
            inside = draw(selections(names, deep + 1)) if deep < 2 and draw(st.booleans()) else ""
            parts.append(field(draw(st.integers(0, 11)), inside))
    return "{" + " ".join(parts) + "}"


@st.composite
def documents(draw: st.DrawFn, most: int = 4) -> str:
    """Write operations, and fragments that each spread later ones alone."""
    count = draw(st.integers(0, most))
    names = tuple(f"f{of}" for of in range(count))
    operations = draw(st.integers(1, 2))
    told = [f"query q{of} {draw(selections(names))}" for of in range(operations)]
    bodies = [draw(selections(names[of + 1 :])) for of in range(count)]
    told += [f"fragment f{of} on Query {body}" for of, body in enumerate(bodies)]
    return "\n".join(told)


class Naive:
    """Counts by spreading every fragment out, wherever it is spread."""

    def __init__(self, document: DocumentNode) -> None:
        self.fragments = {
            of.name.value: of
            for of in document.definitions
            if isinstance(of, FragmentDefinitionNode)
        }
        self.reached: set[str] = set()
        self.shape = Shape()
        for of in document.definitions:
            if isinstance(of, OperationDefinitionNode):
                self.count(of)
        for name, fragment in self.fragments.items():
            if name not in set(self.reached):
                self.count(fragment)

    def count(self, of: Any) -> None:  # noqa: ANN401  # an operation or a fragment
        """Add a definition that nobody spreads."""
        before = set(self.reached)
        self.shape.directives += len(of.directives or ())
        self.shape.root_fields += self.add(of.selection_set, 0, 0)
        if isinstance(of, FragmentDefinitionNode):
            self.reached = before  # what only an unused fragment spreads counts by itself as well

    def add(self, selected: Any, depth: int, lists: int) -> int:  # noqa: ANN401  # a selection set
        """Add a selection set; return how many fields stand side by side in it."""
        width = 0
        for node in selected.selections:
            self.shape.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                width += 1
                self.shape.fields += 1
                self.shape.aliases += node.alias is not None
                inside = lists + LISTS[node.name.value]
                self.shape.depth = max(self.shape.depth, depth + 1)
                self.shape.lists = max(self.shape.lists, inside)
                if node.selection_set:
                    self.add(node.selection_set, depth + 1, inside)
            elif isinstance(node, FragmentSpreadNode):
                self.reached.add(node.name.value)
                fragment = self.fragments[node.name.value]
                self.shape.directives += len(fragment.directives or ())
                width += self.add(fragment.selection_set, depth, lists)
            else:
                width += self.add(node.selection_set, depth, lists)
        self.shape.siblings = max(self.shape.siblings, width)
        return width


def told(shape: Shape) -> Mapping[str, int]:
    return {name: getattr(shape, name) for name in COUNTED}


@given(documents())
@settings(deadline=None)
def test_it_counts_as_if_fragments_were_spread_out(text: str) -> None:
    document = parse(text)
    assert told(shape_of(SCHEMA, document)) == told(Naive(document).shape)


@given(documents(most=40))
@settings(deadline=None)
def test_gd5_the_work_is_linear_in_the_tokens(text: str) -> None:
    document = parse(text)
    assert document.token_count
    assert shape_of(SCHEMA, document).steps <= 2 * document.token_count


@given(st.integers(1, 200), st.integers(1, 4))
@settings(deadline=None)
def test_gd5_fragments_that_double_each_other_cost_a_step_a_spread(deep: int, wide: int) -> None:
    spread = [f"fragment f{of} on Query {{ {f'...f{of + 1} ' * wide} }}" for of in range(deep)]
    text = "{ ...f0 }" + "".join(spread) + f"fragment f{deep} on Query {{ n }}"
    shape = shape_of(SCHEMA, parse(text))
    # Each spread is looked at once and added once; each definition has one set.
    assert shape.steps == 2 * (1 + deep * wide) + 1 + (deep + 2)
    assert shape.fields == shape.siblings == min(wide**deep, ENDLESS)


def test_cycles_are_gone_round_once() -> None:
    text = "{ ...f } fragment f on Query { n a { ...g } } fragment g on Query { n b { ...f ...g } }"
    shape = shape_of(SCHEMA, parse(text))
    assert (shape.fields, shape.depth, shape.lists) == (4, 2, 1)
    assert shape.steps == 17


def test_what_only_unused_fragments_hold_is_counted_too() -> None:
    unused = "fragment f on Query { x: n ...g } fragment g on Query { n @skip(if: false) ...f }"
    shape = shape_of(SCHEMA, parse("{ n } " + unused))
    assert (shape.fields, shape.aliases, shape.directives) == (4, 1, 2)
    twice = "{ ...f } fragment f on Query { n n n } fragment f on Query { n }"
    assert shape_of(SCHEMA, parse(twice)).fields == 4


def test_introspection_is_seen_wherever_it_hides_and_has_no_depth() -> None:
    inside = "{ types { fields { type { ofType { ofType { name } } } } } }"
    for text in (
        f"{{ __schema {inside} }}",
        f"{{ n: __schema {inside} }}",
        f"{{ ... on Query {{ __schema {inside} }} }}",
        f"{{ ...f }} fragment f on Query {{ __schema {inside} }}",
        f"{{ n }} fragment f on Query {{ __schema {inside} }}",
        f"query q {{ n }} query p {{ __schema {inside} }}",
        '{ a { __type(name: "Query") { name } } }',
    ):
        shape = shape_of(SCHEMA, parse(text))
        assert shape.introspects is True
        assert (shape.depth <= 2, shape.lists) == (True, 0)
    assert shape_of(SCHEMA, parse("{ __typename a { __typename } }")).introspects is False


def test_what_the_schema_does_not_know_is_counted_all_the_same() -> None:
    text = "{ x { y { z } ... on Nothing { b { n } } } ...none } subscription { b { n } }"
    shape = shape_of(SCHEMA, parse(text))
    assert (shape.fields, shape.depth, shape.lists) == (7, 3, 0)
