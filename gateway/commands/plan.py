"""`portal-gateway plan`: how a query would be run, for a person to read."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.commands.telling import FAILED, fail

if TYPE_CHECKING:
    from graphql import DocumentNode

    from gateway.plans.plans import Planned


def plan(
    query: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A GraphQL document.")],
    operation: Annotated[
        str | None, typer.Option(help="Which of its operations, where there are several.")
    ] = None,
    variables: Annotated[
        str, typer.Option(help="Variables of @skip and @include, as a JSON object.")
    ] = "{}",
) -> None:
    """Print how a query is run where PORTAL_COMPILED is on: its calls by rounds, and its source.

    Fields of one round are asked side by side, once what stands before them is there. What a field
    asks is told as the guard reckons it, with nothing remembered.
    """
    from gateway.graph import build_schema
    from gateway.plans.plans import Plans
    from gateway.plans.shown import shown

    plans = Plans(build_schema())
    known = plans.planned(_document(query), operation)
    if known.refused is None:
        made = plans.plan(known, _flags(known, _object(variables)))
        if made is not None:
            typer.echo(shown(made, _asks))
            return
    fail(f"This is not compiled, so graphql-core runs it: {known.refused}.", FAILED)


def _document(file: Path) -> "DocumentNode":
    from graphql import GraphQLSyntaxError, parse, validate

    from gateway.graph import build_schema, core

    try:
        document = parse(file.read_text("utf-8"))
    except UnicodeDecodeError:
        fail(f"{file.name} is no text in UTF-8.")
    except GraphQLSyntaxError as error:
        fail(f"{file.name} is no GraphQL document: {error.description}")
    for wrong in validate(core(build_schema()), document):
        fail(f"{file.name} is not valid: {wrong.message}")
    return document


def _object(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        fail("--variables must be a JSON object, for example '{\"more\": true}'.")
    return told


def _flags(known: "Planned", told: dict[str, Any]) -> dict[str, bool]:
    """Return what decides which fields are asked: as told, else as the document has it."""
    from graphql.language.ast import BooleanValueNode

    heads = () if known.node is None else known.node.variable_definitions or ()
    usual = {
        of.variable.name.value: of.default_value.value
        for of in heads
        if isinstance(of.default_value, BooleanValueNode)
    }
    flags: dict[str, bool] = {}
    for name in known.flags:
        value = told.get(name, usual.get(name))
        if not isinstance(value, bool):
            fail(f"Say what ${name} is: --variables '{{\"{name}\": true}}', or false.")
        flags[name] = value
    return flags


def _asks(title: str) -> str:
    """Return what the guard reckons that this field asks of ServiceTitan."""
    from schema.weights import FREE, WEIGHTS

    weight = WEIGHTS.get(title, FREE)
    calls = [f"{weight.of_each} calls"] if weight.of_each else []
    return " and ".join([*weight.asks, *calls])
