"""`people`: what the gateway keeps of somebody, told to them or forgotten."""

import os
from typing import Annotated

import typer

from gateway.commands.telling import fail, say, told

people = typer.Typer(
    help="What the gateway keeps of a person: all of it as JSON, or forgotten.",
    no_args_is_help=True,
)

Whom = Annotated[str, typer.Argument(help="An email, or a customer's number in ServiceTitan.")]

_WIDE = 200
"""How many letters a line has where nobody looks at it on a terminal."""


@people.command("export")
def export(whom: Whom) -> None:
    """Print all that the gateway itself keeps of somebody, as JSON.

    By an email what is that person's; by a customer's number what is of that customer, without who
    else acts for it. It goes by the database that PORTAL_DATABASE_URL names, and the audit trail
    notes it. What ServiceTitan and the payment processor keep is told there.
    """
    from gateway.commands.people_kept import exported, person_of
    from gateway.settings import read_database_url

    with told():
        typer.echo(exported(read_database_url(os.environ), person_of(whom)))


@people.command("erase")
def erase(
    whom: Whom,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do it: it cannot be undone.")] = False,
) -> None:
    """Forget somebody, while gateways run: they forget too.

    ServiceTitan is not told: erase them there first, or its feeds bring them back. What has to stay
    for the books and as evidence is told. To do it again does no harm.
    """
    import sys

    from rich.console import Console

    from gateway.commands.people_kept import erased, person_of, sentences, table
    from gateway.settings import read_database_url, read_redis

    with told():
        person = person_of(whom)
        if not yes:
            fail("This cannot be undone. Say --yes, and see first what people export tells.")
        redis = read_redis(os.environ)
        done = erased(read_database_url(os.environ), redis, person)
    Console(width=None if sys.stdout.isatty() else _WIDE).print(table(done))
    for sentence in sentences(done, shares=redis is not None):
        say(sentence)
