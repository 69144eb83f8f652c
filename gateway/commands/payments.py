"""`payments`: what was paid, what still waits for somebody, and what the office decides of it."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.ledger.payment_states import AttemptState
from gateway.commands.telling import configuration, say, told

if TYPE_CHECKING:
    from adapters.ledger.attempt_rows import Attempt

payments = typer.Typer(
    help="Payments made through the gateway: which there are, how far each has come.",
    no_args_is_help=True,
)

Payment = Annotated[
    str, typer.Argument(metavar="ID", help="Its id, or its confirmation number (XXXX-XXXX-XXXX).")
]
ByName = Annotated[str, typer.Option("--by", help="Who decides it; it stands in the audit trail.")]

_WIDE = 200
"""How many letters a line has where nobody looks at it on a terminal."""


@payments.command("list")
def entries(
    *,
    state: Annotated[
        list[AttemptState] | None, typer.Option(help="Only those that stand here; again for more.")
    ] = None,
    office: Annotated[
        bool, typer.Option("--office", help="Only those that the office has to enter something of.")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV, for a spreadsheet.")] = False,
    after: Annotated[int, typer.Option(min=0, help="Only what follows the one of this id.")] = 0,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 1000,
) -> None:
    """List payments, the oldest first; --office is what waits for the office.

    That is what was handed to it, and what went back of payments that ServiceTitan has.
    """
    import sys
    from datetime import UTC, datetime

    from rich.console import Console

    from gateway.commands.payments_table import table, write_csv

    if office and state:
        raise typer.BadParameter("--office and --state are two questions.")
    found = _listed(None if office else state or [], after, most)
    if as_csv:
        write_csv(found, sys.stdout)
    elif found:
        Console(width=None if sys.stdout.isatty() else _WIDE).print(table(found, datetime.now(UTC)))
    else:
        say("There are no such payments.")
    if len(found) == most:
        say(f"There may be more: --after {found[-1].id}")


@payments.command("show")
def show(payment: Payment) -> None:
    """Tell a payment's story: what it is, every step with its time, and what is next."""
    from gateway.commands.at_ledger import at_ledger
    from gateway.commands.payments_office import find_with_steps
    from gateway.commands.payments_table import story
    from gateway.settings import read_database_url

    with told():
        url = read_database_url(os.environ)
        found = at_ledger(url, lambda on: find_with_steps(on, payment), "Nothing was read.")
    for line in story(*found):
        typer.echo(line)


@payments.command("settle")
def settle_one(payment: Payment, *, by: ByName) -> None:
    """Say that the office has entered in ServiceTitan what was handed to it."""
    from gateway.commands.at_ledger import at_ledger
    from gateway.commands.payments_office import settle
    from gateway.settings import read_database_url

    with told():
        url = read_database_url(os.environ)
        typer.echo(at_ledger(url, lambda on: settle(on, payment, by), "Nothing was settled."))


@payments.command("refund")
def refund_one(payment: Payment, *, by: ByName) -> None:
    """Have a payment sent back to its payer, all of it."""
    from gateway.commands.at_ledger import at_ledger
    from gateway.commands.payments_office import refund
    from gateway.settings import read_database_url

    with told():
        url = read_database_url(os.environ)
        typer.echo(at_ledger(url, lambda on: refund(on, payment, by), "Nothing was sent back."))


@payments.command("reconcile")
def reconcile_all() -> None:
    """Go on with every payment that waits, as a running gateway does by itself.

    For when none runs, or to see what comes of it now. It charges nobody.
    """
    from rich.console import Console

    from gateway.commands.payments_reconcile import reconcile, summary
    from gateway.logs import configure_logging

    with told():
        settings, policy = configuration()
        configure_logging("error")
        done = reconcile(settings, policy, Console(stderr=True))
    typer.echo(summary(done))


def _listed(states: list[AttemptState] | None, after: int, most: int) -> "list[Attempt]":
    """Return those in these states, in any for none; for None those that wait for the office."""
    from adapters.ledger.attempts import Attempts
    from gateway.commands.at_ledger import at_ledger
    from gateway.settings import read_database_url

    with told():
        url = read_database_url(os.environ)
        undone = "Nothing was read."
        if states is None:
            return at_ledger(url, lambda on: Attempts(on).for_office(after, most), undone)
        return at_ledger(url, lambda on: Attempts(on).listed(states, after, most), undone)
