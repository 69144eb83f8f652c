"""`access`: the levels that the office sets, from the shell."""

import os
from pathlib import Path
from typing import Annotated

import typer

from gateway.commands.telling import refuse_file, say, told

access = typer.Typer(
    help="Who may see what: levels for emails, at customers and locations.",
    no_args_is_help=True,
)

_WIDE = 200
"""How many letters a line has where nobody looks at it on a terminal."""


@access.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file in UTF-8.")],
) -> None:
    """Set the levels of a file: all of them, or none and every bad line is told.

    The columns, in any order: email, customer and location (ServiceTitan's numbers; an empty
    location means the customer itself), level (BILLING, NON_BILLING, NONE, or INHERIT, which takes
    back what was set here). What a file does not name stays. A running gateway goes by them at
    once. They go into the database that PORTAL_DATABASE_URL names, with an entry in its audit
    trail for each that changed.
    """
    from rich.console import Console

    from adapters.ledger.office_file import BadFile
    from gateway.commands.access_import import import_levels, levels_in, summary, warning
    from gateway.settings import read_database_url

    with told():
        url = read_database_url(os.environ)
        try:
            done = import_levels(url, levels_in(file), Console(stderr=True))
        except BadFile as error:
            refuse_file(file.name, error.faults)
    if (sentence := warning(done)) is not None:
        say(sentence)
    typer.echo(summary(done))


@access.command("show")
def show(email: Annotated[str, typer.Argument(help="Whose, in any case.")]) -> None:
    """Show what an email reaches: the level of each record, where it comes from, why it is closed.

    It goes by the database that PORTAL_DATABASE_URL names and the file that PORTAL_POLICY_FILE
    names.
    """
    import sys

    from rich.console import Console

    from gateway.commands.access_table import look_up, sentences, table
    from gateway.commands.at_ledger import at_ledger
    from gateway.policy import read_policy
    from gateway.settings import read_database_url, read_policy_path

    with told():
        url, policy = read_database_url(os.environ), read_policy(read_policy_path(os.environ))
        shown = at_ledger(url, lambda ledger: look_up(ledger, email, policy), "Nothing was shown.")
    for sentence in sentences(shown):
        say(sentence)
    if shown.openings:
        Console(width=None if sys.stdout.isatty() else _WIDE).print(table(shown))
