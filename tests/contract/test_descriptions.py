"""The contract explains itself: every name of it says in a sentence what it is."""

from collections.abc import Iterator

from graphql import (
    GraphQLNamedType,
    build_schema,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_specified_directive,
    is_specified_scalar_type,
)

from gateway.graph import sdl

Told = Iterator[tuple[str, str | None]]


def described(of: GraphQLNamedType) -> Told:
    """Give every name of a type, and what is said of it."""
    yield of.name, of.description
    if is_enum_type(of):
        yield from ((f"{of.name}.{name}", value.description) for name, value in of.values.items())
    if is_input_object_type(of):
        yield from ((f"{of.name}.{name}", field.description) for name, field in of.fields.items())
    if is_object_type(of) or is_interface_type(of):
        for name, field in of.fields.items():
            yield f"{of.name}.{name}", field.description
            for argument, its in field.args.items():
                yield f"{of.name}.{name}({argument}:)", its.description


def everything() -> dict[str, str | None]:
    """Return every name of the graph, and what is said of it.

    Arguments of directives are not among them: Strawberry prints no description of those.
    """
    graph = build_schema(sdl())
    ours = [of for of in graph.type_map.values() if not of.name.startswith("__")]
    told = dict(line for of in ours if not is_specified_scalar_type(of) for line in described(of))
    named = [of for of in graph.directives if not is_specified_directive(of)]
    return told | {f"@{directive.name}": directive.description for directive in named}


def test_every_type_field_argument_and_value_is_described() -> None:
    told = everything()
    assert {"Job.tab", "JobTab.ON_HOLD", "Viewer.jobs(tab:)", "Money", "Node.id"} <= told.keys()
    assert [name for name, sentence in told.items() if not sentence] == []


def test_a_description_is_a_sentence() -> None:
    assert [name for name, told in everything().items() if told and not told.endswith(".")] == []
