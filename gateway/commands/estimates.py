"""`estimates`: what customers accepted here, and what of it the office has still to sell."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.ledger.acceptance_states import AcceptanceState
from gateway.commands.telling import say, told

if TYPE_CHECKING:
    from adapters.ledger.acceptance_rows import Acceptance

estimates = typer.Typer(
    help="Estimates that customers accepted through the gateway.", no_args_is_help=True
)

_WIDE = 200
"""How many letters a line has where nobody looks at it on a terminal."""


@estimates.callback()
def _group() -> None:
    """Keep `accepted` a command of its own name, though it is the only one."""


@estimates.command("accepted")
def accepted(
    *,
    state: Annotated[
        list[AcceptanceState] | None,
        typer.Option(help="Only those that stand here; again for more."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV, for a spreadsheet.")] = False,
    after: Annotated[int, typer.Option(min=0, help="Only what follows the one of this id.")] = 0,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 1000,
) -> None:
    """List acceptances, the oldest first; --state HANDED_OFF is what the office has to sell.

    Once ServiceTitan shows an estimate as sold, the gateway sees it within an hour.
    """
    import sys

    from rich.console import Console

    from gateway.commands.estimates_table import table, write_csv

    found = _listed(state or [], after, most)
    if as_csv:
        write_csv(found, sys.stdout)
    elif found:
        Console(width=None if sys.stdout.isatty() else _WIDE).print(table(found))
    else:
        say("There are no such acceptances.")
    if len(found) == most:
        say(f"There may be more: --after {found[-1].id}")


def _listed(states: list[AcceptanceState], after: int, most: int) -> "list[Acceptance]":
    from adapters.ledger.acceptances import Acceptances
    from gateway.commands.at_ledger import at_ledger
    from gateway.settings import read_database_url

    with told():
        url = read_database_url(os.environ)
        undone = "Nothing was read."
        return at_ledger(url, lambda on: Acceptances(on).listed(states, after, most), undone)
