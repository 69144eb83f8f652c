"""Random operations over the graph as it is, with ids and words that mean something in it."""

from typing import Any

import graphql
from graphql import TypeInfo, TypeInfoVisitor, Visitor, parse, print_ast, visit
from hypothesis import strategies as st
from hypothesis_graphql import mutations, nodes, queries

from resolvers.cursors import Cursors, Spot
from resolvers.ids import global_id
from tests.authz.records import Records
from tests.authz.walk import SCHEMA

_WORDS = st.sampled_from(
    [
        "",
        " ",
        "0",
        "-1",
        "compressor",
        "%",
        "\u0130",
        "sandbox_card_visa",
        "sandbox_declines",
        "1" * 300,
    ]
)
_NUMBERS = st.sampled_from([0, 1, 2, 100, 101, -1, 2**31 - 1, -(2**31)])
_AMOUNTS = st.sampled_from(["0", "0.01", "10.00", "50", "50.5", "9999999999999.99"])
_MALFORMED = ("", "x", "=", "\u0130", "a" * 65, "Q3VzdG9tZXI6", global_id("Customer", 2**63))


def _spelled(of: st.SearchStrategy[str]) -> st.SearchStrategy[graphql.ValueNode]:
    return of.map(nodes.String)


def scalars(records: Records) -> dict[str, st.SearchStrategy[Any]]:
    """Return what is written for each scalar: anybody's ids, nobody's, and no ids at all."""
    known = [global_id(kind, key) for kind, keys in records.sample.items() for key in keys]
    unknown = [global_id(kind, 987_654_321) for kind in records.by_type]
    cursor = Cursors(b"another secret").seal(Spot(None, 1), "somebody", "invoices")
    text = _WORDS | st.sampled_from([cursor, "fuzz@example.org"]) | st.text(max_size=12)
    ids = st.sampled_from(known) | st.sampled_from(unknown) | st.sampled_from(_MALFORMED)
    return {
        "ID": _spelled(ids),
        "Int": _NUMBERS.map(nodes.Int),
        "Money": _spelled(_AMOUNTS),
        "String": _spelled(text),
    }


class _Naming(Visitor):
    """Asks each record that is selected for its type and its id."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info

    def leave_selection_set(
        self, node: graphql.SelectionSetNode, *_: object
    ) -> graphql.SelectionSetNode:
        """Add both where the parent is a record."""
        parent = self._info.get_parent_type()
        is_record = parent is not None and (
            parent.name == "Node"
            or any(of.name == "Node" for of in getattr(parent, "interfaces", ()))
        )
        if not is_record:
            return node
        more = parse("{ __typename id }").definitions[0].selection_set.selections  # type: ignore[attr-defined]  # an operation's
        return graphql.SelectionSetNode(selections=(*node.selections, *more))


def named(document: str) -> str:
    """Return the document with every record asked for its type and its id."""
    info = TypeInfo(SCHEMA)
    return print_ast(visit(parse(document), TypeInfoVisitor(info, _Naming(info))))


def random_queries(records: Records) -> st.SearchStrategy[str]:
    """Any valid query."""
    return queries(SCHEMA, custom_scalars=scalars(records)).map(named)


def random_mutations(records: Records) -> st.SearchStrategy[str]:
    """Any valid mutation."""
    return mutations(SCHEMA, custom_scalars=scalars(records))
