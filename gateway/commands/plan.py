"""`portal-gateway plan`: how a query would be run, for a person to read."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.commands.telling import FAILED, fail

if TYPE_CHECKING:
    from graphql import DocumentNode


def plan(
    query: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A GraphQL document.")],
    operation: Annotated[
        str | None, typer.Option(help="Which of its operations, where there are several.")
    ] = None,
    variables: Annotated[
        str, typer.Option(help="Variables of @skip and @include, as a JSON object.")
    ] = "{}",
) -> None:
    """Print how a query is run unless PORTAL_COMPILED is off: its calls by rounds, and its source.

    Fields of one round are asked side by side, once what stands before them is there. What a field
    asks is told as the guard reckons it, with nothing remembered.
    """
    from gateway.graph import build_schema
    from gateway.outlines import NoPlan, Undecided, asks, plan_of
    from gateway.plans.plans import Plans
    from gateway.plans.shown import shown, written

    document, told = _document(query), _object(variables)
    try:
        made = plan_of(Plans(build_schema()), document, operation, told)
    except Undecided as open_:
        fail(f"Say what ${open_.name} is: --variables '{{\"{open_.name}\": true}}', or false.")
    except NoPlan as why:
        fail(str(why), FAILED)
    typer.echo(written(shown(made, asks), made.source))


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
